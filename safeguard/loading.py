"""Everything a verdict needs, loaded together: rules, the school's own entries, policy, people."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from importlib import resources
from typing import Any

from filter_rules.overlay import Overlay, OverlayEntry
from filter_rules.ruleset import RuleSet
from safeguard import logs
from safeguard.building import open_rules, rules_in_force
from safeguard.core.overrides import Override
from safeguard.core.own_groups import joined
from safeguard.core.policy import Policy, PolicyRule, Who
from safeguard.core.policy_tables import described_groups, parse_overrides, parse_policy
from safeguard.core.types import Action
from safeguard.identity.roster import Roster, load_roster
from safeguard.in_force import written_at
from safeguard.problems import UnusableError
from safeguard.sealed_files import Marks, marks
from safeguard.sealing import NOTHING_SEALED, Sealing, load_sealing
from safeguard.settings import Settings
from safeguard.store import generation, groups, overlay
from safeguard.store.session import Store

log = logs.logger("safeguard.loading")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which artefact, generation of the school's data and sealed lists: equal means unchanged.

    `built`: when the artefact was put in force last. To build a broken one anew makes the same.
    """

    artefact: str
    generation: int
    sealed: Marks = ()
    built: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is in force. Workers swap it whole between two requests; it never changes.

    `rules` is None where none could be read: then the stance of the settings applies.
    """

    stamp: Stamp
    rules: RuleSet | None
    overlay: Overlay
    policy: Policy
    roster: Roster
    sealing: Sealing = NOTHING_SEALED


def current_stamp(settings: Settings, number: int) -> Stamp:
    """Cheap enough to ask several times a second. `number` is the generation now."""
    data = settings.data
    built = written_at(data)  # first: what is put in force meanwhile is taken up the next time
    return Stamp(rules_in_force(data), number, marks(data), built)


def load_snapshot(settings: Settings, store: Store, last: Snapshot | None = None) -> Snapshot:
    """Load what is in force now; an unchanged artefact is taken over from `last`."""
    stamp = current_stamp(settings, generation.current(store))
    entries = [
        OverlayEntry(one.id, one.address, one.action.value, one.groups, one.reason)
        for one in overlay.in_force(store)
    ]
    sealing = _sealing(settings, stamp, last)
    tables, zone = joined(_shipped_tables(), groups.groups(store)), settings.school.hours.tz
    policy = parse_policy(tables, zone)
    overrides = parse_overrides(tables, policy, zone)
    policy = with_overrides(with_own_entries(policy, entries, stamp.generation), overrides)
    blocking = bool(sealing.faults) and settings.sealed.stance == "block"
    return Snapshot(
        stamp,
        _rules(settings, stamp, last),
        Overlay((*entries, *(one.entry for one in overrides if one.entry))),
        replace(policy, sealed_missing=blocking),
        load_roster(store),
        sealing,
    )


def _sealing(settings: Settings, stamp: Stamp, last: Snapshot | None) -> Sealing:
    if last and last.stamp.sealed == stamp.sealed:
        return last.sealing
    required = settings.sealed.required
    return load_sealing(settings.data, required, last.sealing if last else None)


def _rules(settings: Settings, stamp: Stamp, last: Snapshot | None) -> RuleSet | None:
    before = last.rules if last else None  # the last good rules stay in force
    if before and before.fingerprint == stamp.artefact:
        return before
    try:
        return open_rules(settings.data)
    except UnusableError as error:
        log.error("rules cannot be read", trouble=str(error), kept=bool(before))  # noqa: TRY400  # the sentence is all
        return before


def shipped_policy(zone: tzinfo = UTC) -> Policy:
    """The default policy, as the school gets it; `zone` is that of the school's clocks."""
    return parse_policy(_shipped_tables(), zone)


def shipped_groups() -> dict[str, str]:
    """The groups of the default policy, each with the sentence that says who is in it."""
    return described_groups(_shipped_tables())


def school_policy(store: Store) -> Policy:
    """The default policy with the school's own groups below its."""
    return parse_policy(joined(_shipped_tables(), groups.groups(store)))


def school_groups(store: Store) -> dict[str, str]:
    """The groups of the policy and of the school's own, each with who is in it."""
    return described_groups(joined(_shipped_tables(), groups.groups(store)))


def _shipped_tables() -> dict[str, Any]:
    text = resources.files("safeguard").joinpath("data/policy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def with_overrides(policy: Policy, overrides: Sequence[Override]) -> Policy:
    """The policy with the rule that each override is while it lasts."""
    return replace(policy, rules=(*policy.rules, *(one.rule for one in overrides)))


def with_own_entries(policy: Policy, entries: Sequence[OverlayEntry], generation: int) -> Policy:
    """The policy with a rule for each entry of the school's own; each is a named address."""
    own = tuple(
        PolicyRule(
            f"own entry: {entry.host}",
            Action(entry.action),
            frozenset({f"own:{entry.id}"}),
            Who(entry.groups),
            named=True,
            reason=entry.reason,
        )
        for entry in entries
    )
    return replace(policy, rules=(*policy.rules, *own), version=f"{policy.version}.{generation}")
