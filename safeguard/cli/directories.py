"""`safeguard users sync` and `users directories`: who is at the school, as directories tell it."""

import json
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, myself, notes, settings_of
from safeguard.cli.rolls import counts_of, show
from safeguard.core.rolls import MOST_LEAVERS
from safeguard.directories import known
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import people_sources
from safeguard.syncing import Outcome, sync_one

NONE = (
    "The settings name no directory: give ldap_directory.server, microsoft_directory.tenant or "
    "google_directory.key_file."
)


def sync(
    name: Annotated[str, typer.Argument(help="ldap, microsoft or google. Default: all.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Though many would leave.")] = False,
    why: Annotated[str, typer.Option(help="Why: kept in the audit.")] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask directories who is at the school, and bring people up to date. Jobs do so each hour."""
    settings = settings_of(data, config)
    asked = _asked(settings, name)
    with opened(settings) as store:
        outcomes = [
            sync_one(store, settings, one, myself(), dry_run=dry_run, force=force, why=why)
            for one in asked
        ]
    for one in outcomes:
        _say(one, dry_run=dry_run)
    if any(one.trouble or one.plan.wrong for one in outcomes):
        raise typer.Exit(1)


def _asked(settings: Settings, name: str) -> tuple[str, ...]:
    there = known.names(settings)
    if not there:
        raise UnusableError(NONE)
    if name and name not in there:
        raise UnusableError(f"The settings name no directory “{name}”: only {', '.join(there)}.")
    return (name,) if name else there


def _say(one: Outcome, *, dry_run: bool) -> None:
    if one.trouble:
        typer.echo(f"{one.name}: {one.trouble}.")
        return
    if not dry_run:
        typer.echo(f"{one.name}: {counts_of(one.plan)}.")
        return
    typer.echo(f"{one.name}, if it were done:")
    for wrong in one.plan.wrong:
        notes.print(f"{one.name}: {wrong.says}")
    show(one.plan)
    if one.plan.loses_too_many:
        typer.echo(
            f"More than {MOST_LEAVERS} in a hundred would leave: nothing is done without --force."
        )


def list_directories(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List the directories of the settings, and how each stands."""
    settings = settings_of(data, config)
    there = known.names(settings)
    zone = ZoneInfo(settings.school.timezone)
    with opened(settings) as store:
        found = [people_sources.source(store, name) for name in there]
    for one in found:
        if as_json:
            told = {
                "name": one.name,
                "people": one.people,
                "asked_at": _iso(one.tried_at),
                "done_at": _iso(one.done_at),
                "trouble": one.trouble,
            }
            typer.echo(json.dumps(told, ensure_ascii=False))
            continue
        when = (
            "never asked" if one.done_at is None else f"{one.done_at.astimezone(zone):%d %B %H:%M}"
        )
        typer.echo(f"{one.name:12}{one.people} people, {when}")
        if one.trouble:
            typer.echo(f"{'':12}The last try changed nothing: {one.trouble}.")
    if not there and not as_json:
        typer.echo(NONE)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
