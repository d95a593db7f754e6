"""Policies: what is blocked or allowed, for whom, when, and what words need a person's eye."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from filter_rules.types import Hit, Severity
from safeguard.core.facts import Facts
from safeguard.core.group_settings import GroupSettings
from safeguard.core.groups import Groups
from safeguard.core.modes import STRICTEST_MODES, Modes, Wording, strictness
from safeguard.core.places import Places
from safeguard.core.rules import (
    ALWAYS,
    EVERYONE,
    AnyRule,
    InspectionRule,
    ModeRule,
    PolicyRule,
    TextRule,
    Times,
    Who,
)
from safeguard.core.schedule import Schedule
from safeguard.core.stands import ANYTHING, Stands, stands_of
from safeguard.core.types import Action, Subject

__all__ = ["ALWAYS", "EVERYONE", "PolicyRule", "TextRule", "Times", "Who"]  # known here too

FLAGGED_FROM = Severity.MEDIUM  # from here a theme deserves a person's eye, help-seeking excepted
type Circles = tuple[Sequence[str], str, Sequence[str]]
LOOK_AGAIN = timedelta(days=7)  # a schedule speaks of no edge beyond


@dataclass(frozen=True)
class Policy:
    """The rules of a school. What no rule applies to is allowed.

    `sealed` and `help` name categories: sealed ones are blocked before any rule is asked,
    help is reachable whatever the rules say. `sealed_missing`: a sealed list is not in force, and
    until it is, only help is let through. `monitored` names the groups whose words are
    read; for the others no text rule is asked and nothing is flagged. `private_categories`
    and `private_groups` are never decrypted, sealed hosts excepted. `beyond_overrides` names
    the categories whose blocks no override lifts. `moment`: as of when the rules are in force;
    without one, rules that are not for always block and do not allow. `monitor_only` names the
    groups for which what rules block is let through and kept; `fail_open` those that are shown
    what cannot be read, where its address may be opened.
    """

    rules: Sequence[PolicyRule]
    text_rules: Sequence[TextRule] = ()
    sealed: frozenset[str] = frozenset()
    help: frozenset[str] = frozenset()
    circumvention: frozenset[str] = frozenset()
    monitored: frozenset[str] = frozenset()
    private_categories: frozenset[str] = frozenset()
    private_groups: frozenset[str] = frozenset()
    version: str = ""
    sealed_missing: bool = False
    groups: Groups = field(default_factory=Groups)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    beyond_overrides: frozenset[str] = frozenset()
    moment: datetime | None = None
    inspection: Sequence[InspectionRule] = ()
    mode_rules: Sequence[ModeRule] = ()
    settings: GroupSettings = field(default_factory=GroupSettings)
    monitor_only: frozenset[str] = frozenset()
    fail_open: frozenset[str] = frozenset()

    @property
    def all_rules(self) -> Iterator[AnyRule]:
        return chain(self.rules, self.text_rules, self.inspection, self.mode_rules)

    def reads_words_of(self, subject: Subject) -> bool:
        """Whether what the subject types and is shown is read, and flagged."""
        return self.groups.known(subject.group) in self.monitored

    def is_only_monitored(self, subject: Subject) -> bool:
        """Whether what rules block is let through for the subject, and kept."""
        return self.groups.known(subject.group) in self.monitor_only

    def fails_open_for(self, subject: Subject) -> bool:
        """Whether the subject is shown what cannot be read, where its address may be opened."""
        return self.groups.known(subject.group) in self.fail_open

    def wording_of(self, subject: Subject) -> Wording:
        """Return for whom pages are worded that the subject is shown."""
        return self._wordings.get(self.groups.known(subject.group), Wording.KS3)

    def class_of(self, subject: Subject) -> tuple[str, ...]:
        """What is the same for all who get the same verdicts: the key of whatever is remembered."""
        who = subject.person or subject.device
        person = who if who in self._named_people else ""
        return self.groups.known(subject.group), person, *self.places_of(subject)

    def circles_of(self, subject: Subject) -> Circles:
        """The groups, the person and the places whose rules cover the subject.

        A device that nobody is known at stands for whoever uses it.
        """
        who = subject.person or subject.device
        return self.groups.lineage(subject.group), who, self.places_of(subject)

    def places_of(self, subject: Subject) -> Sequence[str]:
        """Where the subject is, as far as some rule speaks of it."""
        return self._places.of(subject) if self._places else ()

    def modes_of(self, subject: Subject) -> Modes:
        """Return the modes: as rules say, that for the fewest people first, else as the group's."""
        modes = self._group_modes.get(self.groups.known(subject.group), STRICTEST_MODES)
        stands = self.stands[0].modes.of(*self.circles_of(subject))
        changed: dict[str, Any] = {}
        for mode in (one.name for one in fields(Modes)) if stands else ():
            said = [
                (stand.rank, strictness(value), value)
                for stand in stands
                if (value := getattr(stand.rule, mode)) is not None
            ]
            if said and mode not in self.settings.locked(subject.group):
                changed[mode] = max(said)[-1]
        return replace(modes, **changed) if changed else modes

    def inspects(self, subject: Subject, hits: Iterable[Hit]) -> bool:
        """Whether what is encrypted may be read. What is private is so whatever the rules say."""
        categories = [hit.category for hit in hits]
        private = self.groups.known(subject.group) in self.private_groups
        if private or not self.private_categories.isdisjoint(categories):
            return False
        about = self.stands[0].inspection
        if not about:
            return True
        circles = self.circles_of(subject)
        standing = [
            (stand.named, stand.rank, stand.rule.inspects)
            for matter in (ANYTHING, *categories)
            if matter in about
            for stand in about[matter].of(*circles)
        ]
        return max(standing)[-1] if standing else True

    @cached_property
    def facts(self) -> Facts:
        """What is looked for in a target because some rule names it."""
        about = [
            one.categories
            for one in chain[PolicyRule | InspectionRule](self.rules, self.inspection)
        ]
        return Facts(chain(*about, *(one.themes for one in self.text_rules)))

    def at(self, now: datetime) -> "Policy":
        """Return the policy as it is in force at a moment, ready to decide by."""
        policy = replace(self, moment=now)
        policy.stands, policy.facts, policy.has_overrides  # noqa: B018  now, not while one waits
        return policy

    def next_edge(self, now: datetime) -> datetime | None:
        """Return when to look again: until then the same rules are in force. None: always."""
        times = {one.times for one in self.all_rules}
        edges = [edge for one in times for edge in (one.since, one.until) if edge and edge > now]
        edges += [
            self.schedules[name].next_edge(now) or now + LOOK_AGAIN
            for name in {one.schedule for one in times if one.schedule}
        ]
        return min(edges, default=None)

    @cached_property
    def stands(self) -> tuple[Stands, Stands]:
        """The rules in force, and those that rest, by what they are about and for whom."""
        on = {
            name
            for name, schedule in self.schedules.items()
            if self.moment is not None and schedule.is_on(self.moment)
        }
        return stands_of(
            self.all_rules, self.groups, self.beyond_overrides, lambda rule: self._rests(rule, on)
        )

    @cached_property
    def has_overrides(self) -> bool:
        return any(one.lifts for one in self.rules)

    @cached_property
    def _named_people(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.who.people for one in self.all_rules))

    @cached_property
    def _places(self) -> Places | None:
        whoms = [one.who for one in self.all_rules if one.who.rooms or one.who.networks]
        return Places(whoms) if whoms else None

    @cached_property
    def _group_modes(self) -> Mapping[str, Modes]:
        return {group: self.settings.modes(group) for group in self.groups.above}

    @cached_property
    def _wordings(self) -> Mapping[str, Wording]:
        return {group: self.settings.wording(group) for group in self.groups.above}

    def _rests(self, rule: AnyRule, on: Collection[str]) -> str:
        if rule.times == ALWAYS:
            return ""
        if self.moment is None:
            return "the time is not known" if _opens(rule) else ""
        return rule.times.rests(self.moment, on)


def _opens(rule: AnyRule) -> bool:
    """Whether a rule may let through what is blocked or inspected without it."""
    match rule:
        case PolicyRule() | TextRule():
            return rule.action is Action.ALLOW
        case InspectionRule():
            return not rule.inspects
        case _:
            return True
