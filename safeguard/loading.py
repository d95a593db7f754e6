"""Everything a verdict needs, loaded together: rules, the school's own entries, policy, people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from filter_rules.overlay import Overlay, OverlayEntry
from filter_rules.ruleset import RuleSet
from filter_rules.theme_changes import ThemeChange
from safeguard import logs
from safeguard.artefact import detector_with
from safeguard.building import open_rules, rules_in_force
from safeguard.core.overrides import Override
from safeguard.core.policy import Policy, PolicyRule, Who
from safeguard.core.policy_documents import Document, read
from safeguard.core.policy_tables import described_groups
from safeguard.core.types import Action
from safeguard.identity.roster import Roster, load_roster
from safeguard.in_force import written_at
from safeguard.policy_in_force import InForce, shipped_document, shipped_tables, take_up
from safeguard.problems import UnusableError
from safeguard.sealed_files import Marks, marks
from safeguard.sealing import NOTHING_SEALED, Sealing, load_sealing
from safeguard.settings import Settings
from safeguard.store import generation, overlay, theme_changes
from safeguard.store import overrides as lifted
from safeguard.store.session import Store

OF_DOCUMENT = 1_000_000_000  # above it are the overrides that the document itself holds

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

    `rules` is None where none could be read, or no policy: then the stance of the settings
    applies. `held`: the policy's document, as it was read.
    """

    stamp: Stamp
    rules: RuleSet | None
    overlay: Overlay
    policy: Policy
    roster: Roster
    sealing: Sealing = NOTHING_SEALED
    held: InForce | None = None
    theme_changes: tuple[ThemeChange, ...] = ()


def current_stamp(settings: Settings, number: int) -> Stamp:
    """Cheap enough to ask several times a second. `number` is the generation now."""
    data = settings.data
    built = written_at(data)  # first: what is put in force meanwhile is taken up the next time
    return Stamp(rules_in_force(data), number, marks(data), built)


def load_snapshot(
    settings: Settings, store: Store, last: Snapshot | None = None, now: datetime | None = None
) -> Snapshot:
    """Load what is in force now; an unchanged artefact or policy is taken over from `last`."""
    stamp = current_stamp(settings, generation.current(store))
    entries = [
        OverlayEntry(one.id, one.address, one.action.value, one.groups, one.reason)
        for one in overlay.in_force(store)
    ]
    sealing = _sealing(settings, stamp, last)
    own = tuple(one.change for one in theme_changes.in_force(store))
    zone = settings.school.hours.tz
    held = take_up(store, zone, last.held if last else None)
    document = held.document or shipped_document(zone, held.own)
    living = [one.override for one in lifted.living(store, now or datetime.now(UTC))]
    overrides = [
        *lifted.from_document(document, OF_DOCUMENT),
        *lifted.allowed(living, document),
    ]
    policy = with_own_entries(
        replace(document.policy, version=held.version), entries, stamp.generation
    )
    policy = with_overrides(policy, overrides)
    blocking = bool(sealing.faults) and settings.sealed.stance == "block"
    return Snapshot(
        stamp,
        _rules(settings, stamp, last, own) if held.document else None,
        Overlay((*entries, *(one.entry for one in overrides if one.entry))),
        replace(policy, sealed_missing=blocking),
        load_roster(store),
        sealing,
        held,
        own,
    )


def _sealing(settings: Settings, stamp: Stamp, last: Snapshot | None) -> Sealing:
    if last and last.stamp.sealed == stamp.sealed:
        return last.sealing
    required = settings.sealed.required
    return load_sealing(settings.data, required, last.sealing if last else None)


def _rules(
    settings: Settings, stamp: Stamp, last: Snapshot | None, own: tuple[ThemeChange, ...]
) -> RuleSet | None:
    before = last.rules if last else None  # the last good rules stay in force
    known = last.theme_changes if last else ()
    try:
        if before and before.fingerprint == stamp.artefact:
            return before if own == known else _with_own(settings, before, own)
        rules = open_rules(settings.data)
        return _with_own(settings, rules, own) if own else rules
    except UnusableError as error:
        log.error("rules cannot be read", trouble=str(error), kept=bool(before))  # noqa: TRY400  # the sentence is all
        return before


def _with_own(settings: Settings, rules: RuleSet, own: tuple[ThemeChange, ...]) -> RuleSet:
    return rules.detecting_by(detector_with(settings.data, rules.fingerprint, own))


def shipped_policy(zone: tzinfo = UTC) -> Policy:
    """The default policy, as the school gets it; `zone` is that of the school's clocks."""
    return shipped_document(zone).policy


def shipped_groups() -> dict[str, str]:
    """The groups of the default policy, each with the sentence that says who is in it."""
    return described_groups(shipped_tables())


def school_policy(store: Store, zone: tzinfo = UTC) -> Policy:
    """The policy in force, with the school's own groups; the shipped one where it cannot be read."""
    return _document(store, zone).policy


def school_groups(store: Store) -> dict[str, str]:
    """The groups of the policy in force and of the school's own, each with who is in it."""
    return dict(_document(store, UTC).groups)


def _document(store: Store, zone: tzinfo) -> Document:
    held = take_up(store, zone)
    return held.document or shipped_document(zone, held.own)


def tables_in_force(snapshot: Snapshot) -> Mapping[str, Any]:
    """The policy in force as it is written."""
    document = snapshot.held.document if snapshot.held else None
    return document.tables if document else shipped_tables()


def drafted(snapshot: Snapshot, tables: Mapping[str, Any], zone: tzinfo) -> Policy:
    """A draft of the policy, with the school's own entries and the overrides that are in force."""
    draft = read(tables, zone, snapshot.held.own if snapshot.held else ()).policy
    own = (one for one in snapshot.policy.rules if one.lifts or _is_own(one))
    return replace(draft, rules=(*draft.rules, *own), version=f"a draft of {draft.version}")


def _is_own(rule: PolicyRule) -> bool:
    return any(one.startswith("own:") for one in rule.categories)


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
