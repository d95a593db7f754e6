"""`safeguard overrides`: what is lifted for a lesson, live; lift more, end it early, print codes."""

import json
import os
from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from typing import Annotated

import typer

from safeguard.cli.acting import ByOption, ReasonOption, acting
from safeguard.cli.leads import how
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, now, settings_of
from safeguard.core.audit import Actor
from safeguard.core.bells import until as until_the_bell
from safeguard.core.overrides import Override
from safeguard.core.policy import Who
from safeguard.core.policy_documents import Document
from safeguard.core.staff_rights import Deed
from safeguard.policy_in_force import take_up
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import erasure, overrides, unblock_codes
from safeguard.store.overrides import Told
from safeguard.store.session import Store

GroupsOption = Annotated[list[str] | None, typer.Option("--group", help="For which group.")]
PeopleOption = Annotated[
    list[str] | None,
    typer.Option("--person", help="Or for whom: an id, the school's own number, or a whole name."),
]
RoomsOption = Annotated[list[str] | None, typer.Option("--room", help="Or for this room.")]
CategoriesOption = Annotated[list[str] | None, typer.Option("--category", help="What is lifted.")]
SiteOption = Annotated[str, typer.Option("--site", help="Or which site: host, or host/path.")]
MinutesOption = Annotated[
    int | None, typer.Option("--minutes", help="How long. Default: until the bell, or an hour.")
]

app = typer.Typer(no_args_is_help=True, help="What is lifted for a lesson.")


@app.command("list")
def list_overrides(
    past: Annotated[bool, typer.Option("--past", help="Those that are over instead.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """List what is lifted now, and for how long still."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        found = overrides.over(store, now()) if past else overrides.living(store, now())
        codes = [] if past else unblock_codes.batches(store, now())
    for one in found:
        typer.echo(json.dumps(_record(one)) if as_json else _line(one, settings.school.hours.tz))
    if as_json:
        return
    for batch in codes:
        what = batch.site or ", ".join(sorted(batch.categories))
        typer.echo(f"codes: {batch.left} of {batch.made} left for {what}")
    if not found and not codes:
        typer.echo("Nothing is lifted.")


@app.command()
def lift(
    by: ByOption,
    reason: ReasonOption,
    group: GroupsOption = None,
    person: PeopleOption = None,
    room: RoomsOption = None,
    category: CategoriesOption = None,
    site: SiteOption = "",
    minutes: MinutesOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Lift a category or a site for a class or a pupil: until the bell, within the ceiling."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        document = document_in_force(settings, store)
        people = [erasure.person_of(store, one) for one in person or ()]
        who = overrides.who_of(group or (), [one.id for one in people], room or ())
        about = {*(group or ()), *(one.group for one in people)}
        actor = acting(store, by, Deed.LIFT, _lines(document, about))
        wanted = _wanted(who, category, site, minutes, reason, actor, document)
        made = overrides.lift(store, wanted, document, actor, how())
    ends = made.until.astimezone(settings.school.hours.tz)
    typer.echo(f"Override {made.id} is in force until {ends:%H:%M}.")
    typer.echo(f"To end it before: safeguard overrides end {made.id}")


@app.command()
def end(
    number: Annotated[int, typer.Argument(help="The override, as `overrides list` shows it.")],
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """End an override now."""
    with opened(settings_of(data, config)) as store:
        if not overrides.end(store, number, acting(store, by, Deed.LIFT), reason, how()):
            raise UnusableError(
                f"No override {number} is in force. `safeguard overrides list` shows those that are."
            )
    typer.echo(f"Override {number} is ended.")


@app.command()
def codes(
    count: Annotated[int, typer.Argument(help="How many: one for each pupil.")],
    by: ByOption,
    reason: ReasonOption,
    group: GroupsOption = None,
    category: CategoriesOption = None,
    site: SiteOption = "",
    minutes: MinutesOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Print codes for a lesson. Each opens it once, for one pupil; they are shown only now."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        document = document_in_force(settings, store)
        who = Who(frozenset(group or ()))
        actor = acting(store, by, Deed.LIFT, _lines(document, group or ()))
        wanted = _wanted(who, category, site, minutes, reason, actor, document)
        made = unblock_codes.make(store, wanted, count, document, actor, os.urandom, how())
    for one in made:
        typer.echo(one)


def _lines(document: Document, groups: Collection[str]) -> list[tuple[str, ...]] | None:
    """Return each group with those above it; None where none is named, as for a room."""
    tree = document.policy.groups
    return [tree.lineage(one) for one in sorted(groups)] or None


def document_in_force(settings: Settings, store: Store) -> Document:
    """Return the policy's document, which every answer is weighed against."""
    held = take_up(store, settings.school.hours.tz)
    if held.document is None:
        raise UnusableError(
            "The policy in force cannot be read, so nothing can be lifted: see "
            "`safeguard policy list`."
        )
    return held.document


def _wanted(
    who: Who,
    categories: list[str] | None,
    site: str,
    minutes: int | None,
    reason: str,
    actor: Actor,
    document: Document,
) -> Override:
    until = until_the_bell(document.timetable, document.ceiling, actor.at)
    if minutes is not None:
        until = actor.at + timedelta(minutes=minutes)
    return Override(
        0, who, actor.at, until, actor.who, reason.strip(), frozenset(categories or ()), site
    )


def _line(one: Told, zone: tzinfo) -> str:
    made = one.override
    named = sorted(made.who.groups | overrides.rooms_of(made.who))
    whom = ", ".join(named) or f"{len(made.who.people)} people"
    what = made.site or ", ".join(sorted(made.categories))
    return (
        f"{made.id:>5}  until {_clock(one.ended_at or made.until, zone)}  "
        f"{whom}: {what} ({made.by}: {made.reason})"
    )


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _record(one: Told) -> dict[str, object]:
    made = one.override
    return {
        "override": made.id,
        "groups": sorted(made.who.groups),
        "rooms": sorted(overrides.rooms_of(made.who)),
        "people": len(made.who.people),
        "categories": sorted(made.categories),
        "site": made.site,
        "since": made.since.isoformat(),
        "until": made.until.isoformat(),
        "by": made.by,
        "reason": made.reason,
        "came_from": one.came_from,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }
