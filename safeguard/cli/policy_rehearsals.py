"""`safeguard policy rehearse`: what a draft of the policy changes, before it is saved."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    myself,
    notes,
    now,
    progress_bar,
    settings_of,
)
from safeguard.core.policy import Policy
from safeguard.core.policy_changes import said
from safeguard.core.policy_tables import Table, ceiling_of
from safeguard.core.small_counts import SMALLEST
from safeguard.core.weakening import Weakening, weakened
from safeguard.engine import judged_by
from safeguard.loading import Snapshot, drafted, load_snapshot, tables_in_force
from safeguard.policy_rehearsal import DAYS, PolicyRehearsal, rehearse_policy
from safeguard.policy_side_by_side import Effect
from safeguard.problems import UnusableError
from safeguard.store import audit, schema
from safeguard.visit_counts import MOST_HOSTS, Amount

NOT_LOGGED = (
    "The access log does not know of helplines, banking, health, guests and devices of people's "
    "own, so visits of that kind are not counted here; nor does it tell which page of a site."
)
NAMED_FROM = f"A site is named where at least {SMALLEST} people were there."


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """All that is said of a draft."""

    changes: Sequence[str]
    weaker: Sequence[Weakening]
    found: PolicyRehearsal


def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The draft, as TOML.")],
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Try a draft of the policy on the last fortnight and on sites that schools need.

    Exit status 1 if it changes any visit or weakens anything. Nothing is saved.
    """
    settings = settings_of(data, config)
    tables, zone = draft_of(file), settings.school.hours.tz
    store = schema.prepare(settings)
    try:
        snapshot = load_snapshot(settings, store)
        if snapshot.rules is None:
            raise UnusableError(
                "No rules are in force, so nobody can say what the draft would change. "
                "Run `safeguard rules build`."
            )
        draft = _drafted(file, snapshot, tables, zone)
        with progress_bar("Reading the draft") as progress:
            found = rehearse_policy(settings, store, snapshot, draft, now(), progress)
        told = {"days": found.days, "visits": found.visits}
        audit.note(store, myself(), "rehearsed", "policy", file.name, told)
    finally:
        store.close()
    done = Rehearsed(
        said(tables_in_force(snapshot), tables), _weaker(snapshot, draft, tables), found
    )
    if as_json:
        typer.echo(json.dumps(record(done), ensure_ascii=False))
    else:
        for line in lines(done):
            typer.echo(line)
        for note in _notes(found):
            notes.print(note)
    raise typer.Exit(int(bool(done.weaker or found.amounts or found.sites or found.unflagged)))


def draft_of(file: Path) -> dict[str, Any]:
    """Read a draft, or say in a sentence why it cannot be."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableError(f"{file} cannot be read ({error.strerror}). Check its name.") from error
    except ValueError as error:
        raise UnusableError(f"{file} is no TOML: {error}.") from error


def _drafted(file: Path, snapshot: Snapshot, tables: Table, zone: tzinfo) -> Policy:
    try:
        return drafted(snapshot, tables, zone)
    except KeyError as error:
        raise UnusableError(f"{file} is no policy: it lacks, or does not know, {error}.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UnusableError(f"{file} is no policy that can be: {error}") from error


def _weaker(snapshot: Snapshot, draft: Policy, tables: Table) -> Sequence[Weakening]:
    ceilings = ceiling_of(tables_in_force(snapshot)), ceiling_of(tables)
    return weakened(snapshot.policy, draft, judged_by, now(), ceilings=ceilings)


def lines(done: Rehearsed) -> Iterator[str]:
    """It in lines to read."""
    yield from _listed("What the draft changes:", done.changes)
    yield from _listed("What it weakens:", [one.sentence for one in done.weaker])
    found = done.found
    yield (
        f"Of the {found.visits:,} visits to {found.hosts:,} hosts that the access log of "
        f"{found.days} {'day' if found.days == 1 else 'days'} holds (since {found.first}, in UTC):"
    )
    yield ""
    yield f"{'visits':>10}  {'hosts':>7}  {'people':>11}"
    for effect in Effect:
        yield f"{_amount(found.amounts.get(effect, Amount()))}  {effect.value}"
        for (which, group), amount in found.groups.items():
            if which is effect and amount.people is not None:
                yield f"{_amount(amount)}    for {group}"
    for effect in Effect:
        if top := found.top.get(effect):
            yield from ("", f"These {effect.value}, the most visited first:")
            yield from (f"{one.visits:>10,}  {one.host}" for one in top)
    yield ""
    yield from _told(found)
    yield from _of_sites(found)


def _listed(heading: str, sentences: Sequence[str]) -> Iterator[str]:
    yield f"{heading}{'' if sentences else ' nothing.'}"
    yield from (f"  {one}" for one in sentences)
    yield ""


def _amount(one: Amount) -> str:
    return f"{one.visits:>10,}  {one.hosts:>7,}  {_few(one.people):>11}"


def _few(count: int | None) -> str:
    return f"fewer than {SMALLEST}" if count is None else f"{count:,}"


def _told(found: PolicyRehearsal) -> Iterator[str]:
    none = "" if found.unflagged else " Each would still be told to a person."
    yield f"Events of the last {DAYS} days that a person was told of: {found.flagged:,}.{none}"
    for one in found.unflagged:
        about = f"{one.theme} ({one.severity.word})" if one.theme else "ways around the filter"
        yield (
            f"  No longer told: {about}: "
            + ("a few." if one.events is None else f"{one.events:,}, of {one.people:,} people.")
        )
    yield ""


def _of_sites(found: PolicyRehearsal) -> Iterator[str]:
    none = "" if found.sites else " None is changed."
    yield f"Of {found.known_sites} well-known sites for lessons, help and leisure:{none}"
    for one in found.sites:
        for groups, how in ((one.blocked, "newly blocked"), (one.opened, "newly allowed")):
            if groups:
                yield f"  {one.host} ({one.about}): {how} for {', '.join(groups)}"
        if one.kept_from:
            yield f"    It should be open for {', '.join(one.kept_from)}."
        if one.let_in:
            yield f"    It is not for {', '.join(one.let_in)}."


def _notes(found: PolicyRehearsal) -> Iterator[str]:
    """What one must know to read the numbers."""
    yield NOT_LOGGED
    yield NAMED_FROM
    if found.days < DAYS:
        yield f"Of the last {DAYS} days {DAYS - found.days} have no access log."
    if found.cut:
        yield (
            f"More than {MOST_HOSTS:,} hosts were visited. So many were looked at, those of the "
            "newest days first, so the true numbers are higher."
        )


def record(done: Rehearsed) -> dict[str, Any]:
    """The JSON of it."""
    found = done.found
    return {
        "changes": list(done.changes),
        "weaker": [
            {
                "sentence": one.sentence,
                "how": one.how.name.lower(),
                "about": one.about,
                "groups": list(one.groups),
                "people": len(one.people),
                "since": one.since.isoformat() if one.since else None,
            }
            for one in done.weaker
        ],
        "since": str(found.first),
        "until": str(found.last),
        "days": found.days,
        "visits": found.visits,
        "hosts": found.hosts,
        "effects": {
            effect.name.lower(): _numbers(amount)
            | {
                "groups": _by_group(found, effect),
                "top": [{"host": one.host, "visits": one.visits} for one in found.top[effect]],
            }
            for effect, amount in found.amounts.items()
        },
        "flagged": found.flagged,
        "unflagged": [
            {
                "theme": one.theme,
                "severity": one.severity.word,
                "events": one.events,
                "people": one.people,
            }
            for one in found.unflagged
        ],
        "known_sites": found.known_sites,
        "sites": [
            {
                "host": one.host,
                "about": one.about,
                "blocked": list(one.blocked),
                "opened": list(one.opened),
                "kept_from": list(one.kept_from),
                "let_in": list(one.let_in),
            }
            for one in found.sites
        ],
        "notes": list(_notes(found)),
    }


def _numbers(amount: Amount) -> dict[str, Any]:
    return {"visits": amount.visits, "hosts": amount.hosts, "people": amount.people}


def _by_group(found: PolicyRehearsal, effect: Effect) -> Mapping[str, Any]:
    return {
        group: _numbers(amount)
        for (which, group), amount in found.groups.items()
        if which is effect and amount.people is not None
    }
