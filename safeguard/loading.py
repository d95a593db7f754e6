"""Everything a verdict needs, loaded together: rules, the school's own entries, policy, people."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from filter_rules.overlay import Overlay, OverlayEntry
from filter_rules.ruleset import RuleSet
from filter_rules.types import Kind, Severity
from safeguard import logs
from safeguard.building import open_rules, rules_in_force
from safeguard.core.policy import Policy, PolicyRule, TextRule, Who
from safeguard.core.types import Action
from safeguard.identity import Roster, load_roster
from safeguard.in_force import written_at
from safeguard.problems import UnusableError
from safeguard.sealed_files import Marks, marks
from safeguard.sealing import NOTHING_SEALED, Sealing, load_sealing
from safeguard.settings import Settings
from safeguard.store import generation, overlay
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
    policy = with_own_entries(shipped_policy(), entries, stamp.generation)
    blocking = bool(sealing.faults) and settings.sealed.stance == "block"
    return Snapshot(
        stamp,
        _rules(settings, stamp, last),
        Overlay(entries),
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


def shipped_policy() -> Policy:
    """The default policy, as the school gets it: safeguard/data/policy.toml."""
    text = resources.files("safeguard").joinpath("data/policy.toml").read_text(encoding="utf-8")
    return parse_policy(tomllib.loads(text))


def shipped_groups() -> dict[str, str]:
    """The groups of the default policy, each with the sentence that says who is in it."""
    text = resources.files("safeguard").joinpath("data/policy.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["groups"])


def parse_policy(found: dict[str, Any]) -> Policy:
    """A policy from the tables of a TOML file; a missing key or unknown word raises."""
    always, inspection = found["always"], found["inspection"]
    return Policy(
        rules=tuple(_policy_rule(line) for line in found["rule"]),
        text_rules=tuple(_text_rule(line) for line in found["text"]),
        sealed=frozenset(always["sealed"]),
        help=frozenset(always["help"]),
        circumvention=frozenset(always["circumvention"]),
        monitored=frozenset(found["words"]["monitored"]),
        private_categories=frozenset(inspection["never_categories"]),
        private_groups=frozenset(inspection["never_groups"]),
        version=str(found["version"]),
    )


def _policy_rule(line: dict[str, Any]) -> PolicyRule:
    return PolicyRule(
        line["name"],
        Action(line["action"]),
        frozenset(line["categories"]),
        Who(frozenset(line["groups"])),
        reason=line["reason"],
    )


def _text_rule(line: dict[str, Any]) -> TextRule:
    return TextRule(
        line["name"],
        Action(line["action"]),
        frozenset(Kind(kind) for kind in line["kinds"]),
        Severity[line["severity"].upper()],
        frozenset(line["themes"]),
        Who(frozenset(line["groups"])),
        line["reason"],
        line.get("spares_help_seeking", False),
    )


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
