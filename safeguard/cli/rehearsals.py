"""What `rules preview` says of last week's visits: how many of them a list would have changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from filter_rules.ruleset import RuleSet
from safeguard.cli.options import myself, notes, now
from safeguard.core.small_counts import SMALLEST
from safeguard.gathering import Progress
from safeguard.problems import UnusableError
from safeguard.rehearsing import DAYS, NO_LOG, Rehearsal, rehearse
from safeguard.settings import Settings
from safeguard.side_by_side import Effect
from safeguard.sources import Source
from safeguard.store import audit, schema
from safeguard.store.session import AwayError, Store, database_url
from safeguard.visit_counts import MOST_HOSTS

NOT_TOLD = "What the list would change of real visits is not told:"
NOT_LOGGED = (
    "The access log does not know of helplines, banking, health, guests and devices of people's "
    "own, so visits of that kind are not counted here. Judged is by the rules of now, not of then."
)
SHOWN = (Effect.BLOCKED, Effect.OPENED, Effect.KEPT_OPEN)


def rehearsed(
    settings: Settings, what: str, source: Source, alone: RuleSet, progress: Progress
) -> Rehearsal | str:
    """What the list would have changed; a sentence where that cannot be told."""
    if not is_there(settings):
        return f"{NOT_TOLD} {NO_LOG}"
    try:
        store = schema.prepare(settings)
    except UnusableError as error:
        return f"{NOT_TOLD} {error}"
    try:
        found = rehearse(settings, store, source, alone, now(), progress)
        _record_look(store, what, found)
    except (AwayError, UnusableError) as error:
        return f"{NOT_TOLD} {error}"
    finally:
        store.close()
    return found


def is_there(settings: Settings) -> bool:
    """Say whether there is a database to ask: to look at a list must not make one."""
    url = database_url(settings)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def _record_look(store: Store, what: str, found: Rehearsal) -> None:
    """Record it before it is shown: a list of one host would tell whether anyone was there."""
    told = {"days": found.days, "visits": found.visits, "would be blocked": found.newly.visits}
    audit.note(store, myself(), "rehearsed", "list", Path(what).name, told)


def say_rehearsal(found: Rehearsal) -> None:
    log = f"{found.days} {'day' if found.days == 1 else 'days'}"
    typer.echo(
        f"\nOf the {found.visits:,} visits to {found.hosts:,} hosts that the access log of {log} "
        f"holds (since {found.first}, in UTC):"
    )
    typer.echo(f"\n{'visits':>10}  {'hosts':>7}  {'people':>11}")
    for effect in Effect:
        if amount := found.amounts.get(effect):
            people = _people(amount.people)
            words = _words(effect, found)
            typer.echo(f"{amount.visits:>10,}  {amount.hosts:>7,}  {people:>11}  {words}")
    if not found.newly.visits:
        typer.echo(f"{0:>10}  {0:>7}  {0:>11}  {Effect.BLOCKED.value}")
    for effect in SHOWN:
        if top := found.top.get(effect):
            typer.echo(f"\nThese {_words(effect, found)}, the most visited first:")
            for one in top:
                typer.echo(f"{one.visits:>10,}  {one.host}")
    for note in rehearsal_notes(found):
        notes.print(note)


def _words(effect: Effect, found: Rehearsal) -> str:
    by_it_alone = found.is_in_force and effect is Effect.BLOCKED
    return "are blocked by it alone" if by_it_alone else effect.value


def rehearsal_notes(found: Rehearsal) -> Iterator[str]:
    """What one must know to read the numbers."""
    yield NOT_LOGGED
    if found.days < DAYS:
        yield f"Of the last {DAYS} days {DAYS - found.days} have no access log."
    if found.is_in_force:
        yield "The list is in force already: this is what it blocks and nothing else would."
    if found.patterns:
        yield (
            f"{found.patterns:,} of its entries are patterns, held against whole addresses: they "
            "were tried on the first page of each site alone."
        )
    if found.cut:
        yield (
            f"More than {MOST_HOSTS:,} hosts were visited. So many were looked at, those of the "
            "newest days first, so the true numbers are higher."
        )


def rehearsal_record(found: Rehearsal | str) -> dict[str, Any]:
    """The JSON of it."""
    if isinstance(found, str):
        return {"notes": [found]}
    return {
        "since": str(found.first),
        "until": str(found.last),
        "days": found.days,
        "visits": found.visits,
        "hosts": found.hosts,
        "effects": {
            effect.name.lower(): {
                "visits": amount.visits,
                "hosts": amount.hosts,
                "people": amount.people,
                "top": [
                    {"host": one.host, "visits": one.visits}
                    for one in (found.top[effect] if effect in SHOWN else ())
                ],
            }
            for effect, amount in found.amounts.items()
        },
        "notes": list(rehearsal_notes(found)),
    }


def _people(count: int | None) -> str:
    return f"fewer than {SMALLEST}" if count is None else f"{count:,}"
