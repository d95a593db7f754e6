"""Directories asked who is at the school, and what they tell carried out: whole or not at all.

One that cannot be read, names nobody, or would suddenly lose many changes nothing and says so.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safeguard import logs
from safeguard.core.audit import Actor
from safeguard.core.rolls import Plan, Roll, Told
from safeguard.directories import known
from safeguard.directories.port import Directory, DirectoryError, Reading
from safeguard.loading import school_groups
from safeguard.settings import Settings
from safeguard.store import people_sources, rolls
from safeguard.store.people_sources import Source
from safeguard.store.session import Store

WHOLE_EVERY = timedelta(hours=24)
LATE = timedelta(hours=26)
WHO = "directories"
NOTHING = Plan()
DRY = "Run: safeguard users sync --dry-run"

log = logs.logger("safeguard.syncing")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: what changed or would change, or the trouble that kept it from that."""

    name: str
    plan: Plan = NOTHING
    trouble: str = ""


def sync(
    store: Store,
    directory: Directory,
    actor: Actor,
    *,
    dry_run: bool = False,
    force: bool = False,
    why: str = "",
) -> Outcome:
    """Ask a directory and do what it tells; with `dry_run`, say what that would be."""
    before = people_sources.source(store, directory.name)
    now = actor.at
    whole_due = dry_run or before.whole_at is None or now - before.whole_at >= WHOLE_EVERY
    try:
        _check_groups(store, directory)
        here = rolls.ids(store, directory.name)
        reading = directory.read("" if whole_due else before.cursor, here)
        _check(reading)
        fingerprint = _fingerprint(reading.people) if reading.whole else ""
        if not whole_due and reading.whole and fingerprint == before.fingerprint:
            plan = Plan(unchanged=len(reading.people), of=len(here))
        else:
            plan = _done(store, directory, reading, actor, dry_run=dry_run, force=force, why=why)
    except DirectoryError as error:
        if not dry_run:
            people_sources.put(store, replace(before, trouble=str(error), tried_at=now))
        return Outcome(directory.name, trouble=str(error))
    if not dry_run:
        people_sources.put(store, _after(before, reading, fingerprint, now))
    return Outcome(directory.name, plan)


def _check_groups(store: Store, directory: Directory) -> None:
    unknown = sorted(directory.into - set(school_groups(store)))
    if unknown:
        raise DirectoryError(
            f"the settings put people into “{unknown[0]}”, which is no group: add it with "
            f"`safeguard groups add {unknown[0]} --in …`, or mend {directory.name}_directory.groups"
        )
    if not directory.into:
        raise DirectoryError(
            f"the settings put nobody into any group: give {directory.name}_directory.groups"
        )


def _check(reading: Reading) -> None:
    if reading.whole and not reading.people:
        raise DirectoryError("it names nobody in any of the groups: nothing was changed")


def _done(
    store: Store,
    directory: Directory,
    reading: Reading,
    actor: Actor,
    *,
    dry_run: bool,
    force: bool,
    why: str,
) -> Plan:
    roll = Roll(
        directory.name,
        reading.people,
        directory.says,
        reading.whole,
        reading.gone,
        reading.placed,
    )
    if dry_run:
        return rolls.plan(store, roll)
    plan = rolls.carry_out(store, roll, actor, force=force, why=why)
    if plan.wrong:
        raise DirectoryError(
            f"{len(plan.wrong)} people have a number or a login that is somebody else's: nothing "
            f"was changed. {DRY}"
        )
    if plan.loses_too_many and not force:
        raise DirectoryError(
            f"{len(plan.left)} of {plan.of} people would leave at once: nothing was changed. If "
            "that is right, run: safeguard users sync --force"
        )
    return plan


def _fingerprint(people: tuple[Told, ...]) -> str:
    told = repr(sorted(people, key=lambda one: one.id)).encode()
    return hashlib.sha256(told).hexdigest()


def _after(before: Source, reading: Reading, fingerprint: str, now: datetime) -> Source:
    one = replace(before, cursor=reading.cursor, trouble="", tried_at=now, done_at=now)
    if not reading.whole:
        return one
    return replace(one, fingerprint=fingerprint, people=len(reading.people), whole_at=now)


def sync_one(
    store: Store,
    settings: Settings,
    name: str,
    actor: Actor,
    *,
    dry_run: bool = False,
    force: bool = False,
    why: str = "",
) -> Outcome:
    """Open a directory of the settings and ask it; settings that do not do are its trouble."""
    try:
        with known.opened(settings, name) as directory:
            return sync(store, directory, actor, dry_run=dry_run, force=force, why=why)
    except DirectoryError as error:
        if not dry_run:
            before = people_sources.source(store, name)
            people_sources.put(store, replace(before, trouble=str(error), tried_at=actor.at))
        return Outcome(name, trouble=str(error))


def sync_all(store: Store, settings: Settings, now: datetime) -> None:
    """Ask every directory of the settings; jobs do so each hour. Trouble is said where it begins."""
    for name in known.names(settings):
        was = people_sources.source(store, name).trouble
        outcome = sync_one(store, settings, name, Actor(WHO, now))
        if outcome.trouble and outcome.trouble != was:
            log.warning("people were not brought up to date", directory=name)
        elif not outcome.plan.is_empty:
            plan = outcome.plan
            log.info(
                "people were brought up to date",
                directory=name,
                added=len(plan.added),
                changed=len(plan.changed),
                left=len(plan.left),
            )


def troubles(store: Store, settings: Settings, now: datetime) -> Iterator[tuple[str, str]]:
    """Say what is wrong with each directory that is asked: its name, and a sentence."""
    for name in known.names(settings):
        one = people_sources.source(store, name)
        if one.trouble:
            yield name, f"{one.trouble[0].upper()}{one.trouble[1:]}."
        elif one.done_at is not None and now - one.done_at > LATE:
            yield name, "It has not been asked for more than a day: is the jobs process running?"
