"""Policies: what is blocked or allowed, for whom, when, and what words need a person's eye."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from filter_rules.types import Finding, Kind, Severity
from safeguard.core.by_whom import ByWhom
from safeguard.core.groups import Groups
from safeguard.core.schedule import Schedule
from safeguard.core.types import Action, Scope, Subject

FLAGGED_FROM = Severity.MEDIUM  # from here a theme deserves a person's eye, help-seeking excepted
PERSON_RANK = 1000  # below any group
LOOK_AGAIN = timedelta(days=7)  # a schedule speaks of no edge beyond


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a rule is for. Nobody named means everyone; where people are, groups do not count."""

    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @property
    def scope(self) -> Scope:
        if self.people:
            return Scope.PERSON
        return Scope.GROUP if self.groups else Scope.EVERYONE


EVERYONE = Who()


@dataclass(frozen=True, slots=True)
class Times:
    """When a rule is in force: while a schedule is on, from a moment, and until one."""

    schedule: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def rests(self, now: datetime, schedules_on: Collection[str]) -> str:
        """Return why a rule is not in force now; empty where it is."""
        if self.until is not None and now >= self.until:
            return "it has ended"
        if self.since is not None and now < self.since:
            return "it has not begun yet"
        if self.schedule and self.schedule not in schedules_on:
            return f"it is for “{self.schedule}” alone, and that is not now"
        return ""


ALWAYS = Times()


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """These categories, and what is on these lists, for these people.

    `named`: staff put the very address on a list.
    `lifts`: it is an override, which lifts blocks for a while; see safeguard.core.overrides.
    """

    name: str
    action: Action
    categories: frozenset[str]
    who: Who = EVERYONE
    named: bool = False
    reason: str = ""
    times: Times = ALWAYS
    lifts: bool = False
    lists: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TextRule:
    """These themes from this severity up, in these kinds of text. No theme named means any.

    `spares_help_seeking`: not where the same text asks for help, as a worried friend does.
    """

    name: str
    action: Action
    kinds: frozenset[Kind]
    severity: Severity
    themes: frozenset[str] = frozenset()
    who: Who = EVERYONE
    reason: str = ""
    spares_help_seeking: bool = False
    times: Times = ALWAYS

    def speaks_of(self, finding: Finding, kind: Kind, *, help_sought: bool = False) -> bool:
        return (
            not finding.help_seeking
            and not (help_sought and self.spares_help_seeking)
            and kind in self.kinds
            and finding.severity >= self.severity
            and (not self.themes or finding.theme in self.themes)
        )


class Stand[R: PolicyRule | TextRule](NamedTuple):
    """A rule as one circle of people meets it: everyone, a group, a person.

    `rank`: the higher, the fewer people. `matter`: the category it is weighed for.
    `lifts_site`: it lifts every block of a site, not those about its matter alone.
    `firm`: no override lifts it. `rests`: why it is not in force now; empty where it is.
    """

    rule: R
    rank: int
    matter: str = ""
    blocks: bool = False
    named: bool = False
    lifts: bool = False
    lifts_site: bool = False
    firm: bool = False
    rests: str = ""

    @property
    def scope(self) -> Scope:
        if self.rank == PERSON_RANK:
            return Scope.PERSON
        return Scope.GROUP if self.rank else Scope.EVERYONE


@dataclass(frozen=True, slots=True)
class Stands:
    """Rules by what they are about and whom they are for."""

    about: dict[str, ByWhom[Stand[PolicyRule]]] = field(default_factory=dict)
    on_list: dict[str, ByWhom[Stand[PolicyRule]]] = field(default_factory=dict)
    texts: ByWhom[Stand[TextRule]] = field(default_factory=ByWhom)


@dataclass(frozen=True)
class Policy:
    """The rules of a school. What no rule applies to is allowed.

    `sealed` and `help` name categories: sealed ones are blocked before any rule is asked,
    help is reachable whatever the rules say. `sealed_missing`: a sealed list is not in force, and
    until it is, only help is let through. `monitored` names the groups whose words are
    read; for the others no text rule is asked and nothing is flagged. `private_categories`
    and `private_groups` are never decrypted, sealed hosts excepted. `beyond_overrides` names
    the categories whose blocks no override lifts. `moment`: as of when the rules are in force;
    without one, rules that are not for always block and do not allow.
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

    def reads_words_of(self, subject: Subject) -> bool:
        """Whether what the subject types and is shown is read, and flagged."""
        return self.groups.known(subject.group) in self.monitored

    def at(self, now: datetime) -> "Policy":
        """Return the policy as it is in force at a moment, ready to decide by."""
        policy = replace(self, moment=now)
        policy.stands  # noqa: B018  built now, and not while someone waits for a verdict
        return policy

    def next_edge(self, now: datetime) -> datetime | None:
        """Return when to look again: until then the same rules are in force. None: always."""
        times = {one.times for one in self.rules} | {one.times for one in self.text_rules}
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
        both = Stands(), Stands()
        for rule in self.rules:
            rests = self._rests(rule, on)
            stands = both[bool(rests)]
            for scope, name, rank in self._places(rule.who):
                for stand in self._stands_of(rule, rank, rests):
                    stands.about.setdefault(stand.matter, ByWhom()).add(scope, name, stand)
                for one in rule.lists:
                    on_list = Stand(rule, rank, blocks=rule.action is Action.BLOCK, rests=rests)
                    stands.on_list.setdefault(one, ByWhom()).add(scope, name, on_list)
        for text in self.text_rules:
            rests = self._rests(text, on)
            for scope, name, rank in self._places(text.who):
                of_text = Stand(text, rank, blocks=text.action is Action.BLOCK, rests=rests)
                both[bool(rests)].texts.add(scope, name, of_text)
        return both

    def _rests(self, rule: PolicyRule | TextRule, on: Collection[str]) -> str:
        if rule.times == ALWAYS:
            return ""
        if self.moment is None:
            return "the time is not known" if rule.action is Action.ALLOW else ""
        return rule.times.rests(self.moment, on)

    def _places(self, who: Who) -> Iterator[tuple[Scope, str, int]]:
        """Where a rule stands. A group beside one that it is in adds nobody."""
        if who.scope is Scope.PERSON:
            yield from ((Scope.PERSON, one, PERSON_RANK) for one in sorted(who.people))
        elif who.scope is Scope.GROUP:
            for group in sorted(self.groups.topmost(who.groups)):
                yield Scope.GROUP, group, self.groups.depth(group)
        else:
            yield Scope.EVERYONE, "", 0

    def _stands_of(self, rule: PolicyRule, rank: int, rests: str) -> Iterator[Stand[PolicyRule]]:
        for matter in sorted(rule.categories):
            firm = matter in self.beyond_overrides
            if rule.lifts and firm:
                continue
            yield Stand(
                rule,
                rank,
                matter,
                blocks=rule.action is Action.BLOCK,
                named=rule.named and not rule.lifts,
                lifts=rule.lifts,
                lifts_site=rule.lifts and rule.named,
                firm=firm,
                rests=rests,
            )
