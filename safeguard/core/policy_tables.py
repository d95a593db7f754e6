"""A policy from the tables of a TOML file. A mistake in it is refused with what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from filter_rules.types import Kind, Severity
from safeguard.core.group_settings import Given, GroupSettings, Setting
from safeguard.core.groups import Groups
from safeguard.core.overrides import Ceiling, Override, refusal
from safeguard.core.policy import Policy, PolicyRule, TextRule, Times, Who
from safeguard.core.schedule import Schedule, moment
from safeguard.core.timetable import timetable
from safeguard.core.types import Action

STRICTEST = "unidentified"

type Table = Mapping[str, Any]


def parse_policy(found: Table, zone: tzinfo = UTC) -> Policy:
    """Return the policy; `zone` is that of the school's clocks. What cannot be raises."""
    always, inspection = found["always"], found["inspection"]
    groups = _groups(found["groups"])
    given = _settings(found, groups)
    policy = Policy(
        rules=tuple(_policy_rule(line, zone) for line in found["rule"]),
        text_rules=tuple(_text_rule(line, zone) for line in found["text"]),
        sealed=frozenset(always["sealed"]),
        help=frozenset(always["help"]),
        circumvention=frozenset(always["circumvention"]),
        monitored=given.groups_with(Setting.WORDS_READ, default=False),
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
    limits = found["overrides"]
    ceiling = Ceiling(
        timedelta(minutes=limits["longest_minutes"]),
        limits["most_groups"],
        limits["most_people"],
    )
    overrides = tuple(
        _override(number, line, zone) for number, line in enumerate(found.get("override", ()), 1)
    )
    for one in overrides:
        if sentence := refusal(one, policy, ceiling):
            raise ValueError(f"The override {one.id} cannot be: {sentence}")
    return overrides


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
    said: dict[str, dict[str, bool]] = {name: {} for name in groups.above}
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


def _policy_rule(line: Table, zone: tzinfo) -> PolicyRule:
    return PolicyRule(
        line["name"],
        Action(line["action"]),
        frozenset(line["categories"]),
        _who(line),
        reason=line["reason"],
        times=_times(line, zone),
        lists=frozenset(line.get("lists", ())),
    )


def _text_rule(line: Table, zone: tzinfo) -> TextRule:
    return TextRule(
        line["name"],
        Action(line["action"]),
        frozenset(Kind(kind) for kind in line["kinds"]),
        Severity[line["severity"].upper()],
        frozenset(line["themes"]),
        _who(line),
        line["reason"],
        line.get("spares_help_seeking", False),
        _times(line, zone),
    )


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
    return Who(frozenset(line.get("groups", ())), frozenset(line.get("people", ())))


def _times(line: Table, zone: tzinfo) -> Times:
    since, until = line.get("since"), line.get("until")
    return Times(
        line.get("schedule", ""),
        None if since is None else _instant(since, zone),
        None if until is None else _instant(until, zone),
    )


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
    rules: Sequence[PolicyRule | TextRule] = (*policy.rules, *policy.text_rules)
    for rule in rules:
        unknown = sorted(rule.who.groups - set(policy.groups.above))
        if unknown:
            raise ValueError(f"The rule {rule.name!r} is for {unknown[0]!r}, which is no group.")
        if rule.times.schedule and rule.times.schedule not in policy.schedules:
            raise ValueError(
                f"The rule {rule.name!r} is for {rule.times.schedule!r}, which is no schedule."
            )
        if rule.times.since and rule.times.until and rule.times.until <= rule.times.since:
            raise ValueError(f"The rule {rule.name!r} ends before it begins.")
