"""A policy from the tables of a TOML file. A mistake in it is refused with what is wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from filter_rules.types import Kind, Severity
from safeguard.core import facts
from safeguard.core.group_settings import Given, GroupSettings, Setting, domains, mistake
from safeguard.core.groups import Groups
from safeguard.core.modes import SafeSearch, YouTube
from safeguard.core.overrides import Ceiling, Override, refusal
from safeguard.core.policy import Policy
from safeguard.core.rules import (
    InspectionRule,
    ModeRule,
    PolicyRule,
    TextRule,
    Times,
    Who,
    canonical_network,
)
from safeguard.core.schedule import Schedule, moment
from safeguard.core.stands import NOTHING
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Manner

STRICTEST = "unidentified"

# What a rule does, in one word, from strict to lax.
DOES = {
    "block": (Action.BLOCK, Manner.PLAIN),
    "warn": (Action.BLOCK, Manner.WARN),
    "monitor": (Action.ALLOW, Manner.MONITOR),
    "allow": (Action.ALLOW, Manner.PLAIN),
}
MODES = (Setting.SAFE_SEARCH, Setting.YOUTUBE, Setting.TENANTS)
INSPECTION = ("inspect", "pass")
# What a rule may be about beside categories and lists: see safeguard.core.facts.
ABOUT: Mapping[str, Callable[[Any], str]] = {
    "sites": facts.site,
    "files": facts.file_type,
    "larger_than_mb": facts.larger_than,
    "protocols": facts.protocol,
}

type Table = Mapping[str, Any]


def parse_policy(found: Table, zone: tzinfo = UTC) -> Policy:
    """Return the policy; `zone` is that of the school's clocks. What cannot be raises."""
    always, inspection = found["always"], found["inspection"]
    groups = _groups(found["groups"])
    given = _settings(found, groups)
    lines = [_Line(line, zone) for line in found["rule"]]
    policy = Policy(
        rules=tuple(one.policy_rule() for one in lines if one.does not in INSPECTION),
        text_rules=tuple(_Line(line, zone).text_rule() for line in found["text"]),
        inspection=tuple(one.inspection_rule() for one in lines if one.does in INSPECTION),
        mode_rules=tuple(_Line(line, zone).mode_rule() for line in found.get("mode", ())),
        settings=given,
        sealed=frozenset(always["sealed"]),
        help=frozenset(always["help"]),
        circumvention=frozenset(always["circumvention"]),
        monitored=given.groups_with(Setting.WORDS_READ, default=False),
        monitor_only=given.groups_with(Setting.MONITOR_ONLY, default=False),
        fail_open=given.fail_open(),
        private_categories=frozenset(inspection["never_categories"]),
        private_groups=frozenset(groups.above) - given.groups_with(Setting.DECRYPTED, default=True),
        version=str(found["version"]),
        groups=groups,
        schedules=_schedules(found, zone),
        beyond_overrides=frozenset(found["overrides"]["never"]),
    )
    _check_names(policy)
    return policy


def parse_overrides(found: Table, policy: Policy, zone: tzinfo = UTC) -> tuple[Override, ...]:
    """Return the overrides; one that goes beyond the ceiling raises."""
    ceiling = ceiling_of(found)
    overrides = tuple(
        _override(number, line, zone) for number, line in enumerate(found.get("override", ()), 1)
    )
    for one in overrides:
        if sentence := refusal(one, policy, ceiling):
            raise ValueError(f"The override {one.id} cannot be: {sentence}")
    return overrides


def ceiling_of(found: Table) -> Ceiling:
    """Return how far overrides may go."""
    limits = found["overrides"]
    return Ceiling(
        timedelta(minutes=limits["longest_minutes"]),
        limits["most_groups"],
        limits["most_people"],
    )


def described_groups(found: Table) -> dict[str, str]:
    """Return each group with the sentence that says who is in it."""
    return {
        name: one if isinstance(one, str) else one["who"] for name, one in found["groups"].items()
    }


def _groups(found: Table) -> Groups:
    above = {name: "" if isinstance(one, str) else one.get("in", "") for name, one in found.items()}
    return Groups(above, STRICTEST)


def _settings(found: Table, groups: Groups) -> GroupSettings:
    """What the sections say of whole groups, and what a group says for itself."""
    said: dict[str, dict[str, object]] = {name: {} for name in groups.above}
    for section, key, setting in (
        ("words", "monitored", Setting.WORDS_READ),
        ("inspection", "never_groups", Setting.DECRYPTED),
    ):
        for name in found[section][key]:
            if name not in said:
                raise ValueError(f"[{section}] {key} names {name!r}, which is no group.")
            said[name][setting] = setting is Setting.WORDS_READ
    tables = {name: one for name, one in found["groups"].items() if not isinstance(one, str)}
    return GroupSettings(
        groups,
        {
            name: Given(
                values | tables.get(name, {}).get("settings", {}),
                frozenset(tables.get(name, {}).get("locks", ())),
            )
            for name, values in said.items()
        },
    )


def _schedules(found: Table, zone: tzinfo) -> dict[str, Schedule]:
    calendar = found.get("calendar", {})
    table = timetable(zone, calendar.get("lessons", {}), calendar.get("dates", {}))
    return {
        name: table.schedule(name, one["windows"], one.get("during", ()), one.get("outside", ()))
        for name, one in found.get("schedule", {}).items()
    }


@dataclass(frozen=True, slots=True)
class _Line:
    """One table of a rule. What is wrong with it is said with the rule's name."""

    found: Table
    zone: tzinfo

    @property
    def does(self) -> str:
        return str(self.found.get("action", ""))

    def policy_rule(self) -> PolicyRule:
        action, manner = self._does()
        return PolicyRule(
            self.found["name"],
            action,
            self._about(),
            self._who(),
            reason=self.found["reason"],
            times=self._times(),
            lists=_some(self.found.get("lists", ())),
            manner=manner,
        )

    def text_rule(self) -> TextRule:
        """A rule about themes, or about words of the school's own, which are of any severity."""
        line = self.found
        action, manner = self._does()
        words = frozenset(self._each("words", facts.typed))
        return TextRule(
            line["name"],
            action,
            frozenset(Kind(kind) for kind in line["kinds"]),
            Severity[line["severity"].upper()] if line.get("severity") else Severity.URGENT,
            frozenset(line["themes"] if not words else line.get("themes", ())) | words,
            self._who(),
            line["reason"],
            line.get("spares_help_seeking", False),
            self._times(),
            manner,
        )

    def inspection_rule(self) -> InspectionRule:
        inspects = self.does == "inspect"
        about, line = self._about(), self.found
        return InspectionRule(
            line["name"], inspects, about, self._who(), line["reason"], self._times()
        )

    def mode_rule(self) -> ModeRule:
        given = {one: self.found[one] for one in MODES if one in self.found}
        if not given:
            raise self._wrong(f"must say which mode: {', '.join(MODES)}")
        for setting, value in given.items():
            if wrong := mistake(setting, value):
                raise self._wrong(f"sets “{setting}” to {value!r}: {wrong}")
        search, youtube, tenants = (given.get(one) for one in MODES)
        return ModeRule(
            self.found["name"],
            None if search is None else SafeSearch(search),
            None if youtube is None else YouTube(youtube),
            None if tenants is None else domains(tenants),
            self._who(),
            self.found["reason"],
            self._times(),
        )

    def _does(self) -> tuple[Action, Manner]:
        if self.does not in DOES:
            raise self._wrong(f"says {self.does!r}: choose from {', '.join((*DOES, *INSPECTION))}")
        return DOES[self.does]

    def _about(self) -> frozenset[str]:
        named = [one for key, named_by in ABOUT.items() for one in self._each(key, named_by)]
        return frozenset((*self.found.get("categories", ()), *named))

    def _each(self, key: str, named_by: Callable[[Any], str]) -> Iterator[str]:
        value = self.found.get(key, ())
        try:
            yield from map(named_by, value if isinstance(value, (list, tuple)) else [value])
        except ValueError as error:
            raise self._wrong(f"cannot be: {error}") from error

    def _who(self) -> Who:
        try:
            return _who(self.found)
        except ValueError as error:
            raise self._wrong(f"cannot be: {error}") from error

    def _times(self) -> Times:
        since, until = self.found.get("since"), self.found.get("until")
        return Times(
            self.found.get("schedule", ""),
            None if since is None else _instant(since, self.zone),
            None if until is None else _instant(until, self.zone),
        )

    def _wrong(self, says: str) -> ValueError:
        sentence = f"The rule {self.found['name']!r} {says}"
        return ValueError(sentence if sentence.endswith(".") else f"{sentence}.")


def _override(number: int, line: Table, zone: tzinfo) -> Override:
    return Override(
        number,
        _who(line),
        _instant(line["since"], zone),
        _instant(line["until"], zone),
        line["by"],
        line["reason"],
        frozenset(line.get("categories", ())),
        line.get("site", ""),
    )


def _who(line: Table) -> Who:
    networks = [canonical_network(one) for one in line.get("networks", ())]
    groups, people, rooms = (_some(line.get(one, ())) for one in ("groups", "people", "rooms"))
    who = Who(groups, people, rooms, _some(networks))
    places = bool(who.rooms) + bool(who.networks)
    if places + bool(who.groups or who.people) > 1:
        raise ValueError("it is either for groups or people, or for rooms, or for networks.")
    return who


def _some(names: Sequence[str]) -> frozenset[str]:
    return frozenset(names) if names else NOTHING  # one for all: there are many rules


def _instant(at: date | datetime, zone: tzinfo) -> datetime:
    """A moment as TOML has it: with an offset, by the school's clocks, or as a day begins."""
    if not isinstance(at, datetime):
        return moment(at, time(), zone)
    return moment(at.date(), at.time(), zone) if at.tzinfo is None else at.astimezone(UTC)


def _check_names(policy: Policy) -> None:
    for one in policy.rules:
        if not one.categories and not one.lists:
            raise ValueError(
                f"The rule {one.name!r} must name the categories or lists it is about."
            )
    for rule in policy.all_rules:
        unknown = sorted(rule.who.groups - set(policy.groups.above))
        if unknown:
            raise ValueError(f"The rule {rule.name!r} is for {unknown[0]!r}, which is no group.")
        if rule.times.schedule and rule.times.schedule not in policy.schedules:
            raise ValueError(
                f"The rule {rule.name!r} is for {rule.times.schedule!r}, which is no schedule."
            )
        if rule.times.since and rule.times.until and rule.times.until <= rule.times.since:
            raise ValueError(f"The rule {rule.name!r} ends before it begins.")
