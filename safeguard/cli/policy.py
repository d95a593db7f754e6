"""`safeguard policy`: the versions of the policy, changed with a reason, and back with one command."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from safeguard.cli.acting import ByOption, ReasonOption, acting
from safeguard.cli.leads import how
from safeguard.cli.on_record import opened
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    lines_of,
    notes,
    now,
    settings_of,
)
from safeguard.cli.policy_rehearsals import rehearse
from safeguard.comparing_policies import open_desk
from safeguard.core.staff_rights import Deed
from safeguard.core.toml_text import toml_of
from safeguard.policy_changing import PolicyDesk
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import policies
from safeguard.store.policies import State, Version
from safeguard.store.session import Store

MOST_SHOWN = 20

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="TOML; - reads stdin.")]
NumberArgument = Annotated[int, typer.Argument(help="The version, as `policy list` shows it.")]

app = typer.Typer(no_args_is_help=True, help="The policy, its versions, and changing it.")


@app.command("list")
def list_versions(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List the versions, the newest first. Exit status 1 where the one in force cannot be read."""
    settings = settings_of(data, config)
    zone = ZoneInfo(settings.school.timezone)
    with _desk(settings) as (desk, store):
        found, held = policies.latest(store), desk.in_force()
    for one in found:
        if as_json:
            typer.echo(json.dumps(_record(one)))
        else:
            made = f"{one.made_at.astimezone(zone):%Y-%m-%d %H:%M}"
            typer.echo(f"{one.number:>5}  {made}  {one.state:<28}{one.author:<16}{one.reason}")
    if not as_json and held.number == policies.SHIPPED:
        typer.echo("The policy is in force as it is shipped (version 0).")
    if held.trouble:
        notes.print(f"Version {held.number} is in force and cannot be read: {held.trouble}")
        notes.print("Return to one that can be: safeguard policy return NUMBER")
        raise typer.Exit(1)


@app.command()
def show(
    number: Annotated[
        int | None, typer.Argument(help="The version. Default: the one in force. 0: as shipped.")
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Print a version as TOML, to read it, or to change it and give it to `policy save`."""
    with _desk(settings_of(data, config)) as (desk, _):
        wanted = desk.in_force().number if number is None else number
        tables = desk.tables(wanted)
    if as_json:
        typer.echo(json.dumps({"version": wanted, "policy": tables}, default=str))
        return
    typer.echo(f"# Version {wanted} of the policy. To change it: safeguard policy save FILE")
    typer.echo(toml_of(tables), nl=False)


@app.command()
def check(file: FileArgument, data: DataOption = None, config: ConfigOption = None) -> None:
    """Say whether a document can be used and what it would change. Keeps nothing.

    Exit status 1 where it weakens the policy.
    """
    tables = _tables(file)
    with _desk(settings_of(data, config)) as (desk, _):
        said, weakens = desk.check(tables)
    _say(said)
    typer.echo("It can be used.")
    if weakens:
        _say_weaker(weakens)
        raise typer.Exit(1)


@app.command()
def save(
    file: FileArgument,
    by: ByOption,
    reason: ReasonOption,
    base: Annotated[
        int | None,
        typer.Option(help="The version it was made from: refused where another is in force."),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it, and do not use it yet.")] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep a document as a new version: in force at once, or waiting for a second person."""
    tables = _tables(file)
    with _desk(settings_of(data, config)) as (desk, store):
        actor = acting(store, by, Deed.CHANGE_POLICY)
        _say_done(desk.save(tables, reason, actor, how(), base=base, draft=draft))


@app.command("use")
def put_forward(
    number: NumberArgument, by: ByOption, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Put a draft in force, or let it wait for a second person."""
    with _desk(settings_of(data, config)) as (desk, store):
        _say_done(desk.put_forward(number, acting(store, by, Deed.CHANGE_POLICY), how()))


@app.command()
def approve(
    number: NumberArgument, by: ByOption, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Put in force what waits for a second person: another one than its author."""
    with _desk(settings_of(data, config)) as (desk, store):
        _say_done(desk.approve(number, acting(store, by, Deed.APPROVE_POLICY), how()))


@app.command()
def refuse(
    number: NumberArgument,
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Refuse a draft, or what waits for a second person."""
    with _desk(settings_of(data, config)) as (desk, store):
        _say_done(desk.refuse(number, reason, acting(store, by, Deed.APPROVE_POLICY), how()))


@app.command("return")
def go_back(
    number: Annotated[int, typer.Argument(help="The version to return to. 0: as shipped.")],
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Return to an earlier version: a new version with its document."""
    with _desk(settings_of(data, config)) as (desk, store):
        _say_done(desk.go_back(number, reason, acting(store, by, Deed.CHANGE_POLICY), how()))


app.command("rehearse")(rehearse)


@contextmanager
def _desk(settings: Settings) -> Iterator[tuple[PolicyDesk, Store]]:
    with opened(settings) as store:
        yield open_desk(store, settings.school.hours.tz, now()), store


def _tables(file: str) -> dict[str, Any]:
    name = "standard input" if file == "-" else Path(file).name
    try:
        return tomllib.loads("\n".join(lines_of(file)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnusableError(f"{name} is no TOML: {error}. Nothing was changed.") from error


def _say_done(version: Version) -> None:
    match version.state:
        case State.IN_FORCE:
            typer.echo(f"Version {version.number} is in force.")
        case State.WAITING:
            typer.echo(
                f"Version {version.number} weakens the policy and waits for a second person:"
            )
            typer.echo(f"safeguard policy approve {version.number}")
        case _:
            typer.echo(f"Version {version.number}: {version.state}.")
    if version.state is not State.REFUSED and version.weakens:
        _say_weaker(version.weakens)


def _say_weaker(weakens: Sequence[str]) -> None:
    notes.print("It weakens the policy:")
    _say(weakens)


def _say(sentences: Sequence[str]) -> None:
    for one in sentences[:MOST_SHOWN]:
        notes.print(f"- {one}")
    if len(sentences) > MOST_SHOWN:
        notes.print(f"… and {len(sentences) - MOST_SHOWN:,} more.")


def _record(one: Version) -> dict[str, object]:
    return {
        "version": one.number,
        "state": one.state.value,
        "made_at": one.made_at.isoformat(),
        "author": one.author,
        "reason": one.reason,
        "base": one.base,
        "came_from": one.came_from,
        "weakens": list(one.weakens),
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "decided_by": one.decided_by,
        "words": one.words,
    }
