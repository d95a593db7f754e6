"""`safeguard users` and `safeguard groups`: who asks, and which rules are theirs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from filter_rules.types import Problem
from safeguard.cli.on_record import opened
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    myself,
    notes,
    settings_of,
)
from safeguard.loading import shipped_groups
from safeguard.people_file import records_of
from safeguard.problems import UnusableError
from safeguard.store import audit, people

users = typer.Typer(no_args_is_help=True, help="People and their devices.")
groups = typer.Typer(no_args_is_help=True, help="Groups of people.")
MOST_SHOWN = 100_000
MOST_PROBLEMS = 100


@users.command("import")
def import_users(
    file: Annotated[Path, typer.Argument(help="A CSV file: name,group,address,device.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Add people and their devices from a CSV file: all of them, or none where a line is wrong."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnusableError(
            f"The file {file} cannot be read ({error.strerror}). Check its name."
        ) from error
    records, problems = records_of(content, file.name)
    _stop_for(problems)
    with opened(settings_of(data, config)) as store:
        done = people.import_people(
            store, records, file.name, set(shipped_groups()), actor=myself()
        )
    _stop_for(done.problems)
    typer.echo(f"{done.people} people and {done.devices} devices were imported.")


def _stop_for(problems: Sequence[Problem]) -> None:
    for one in problems[:MOST_PROBLEMS]:
        notes.print(f"{one.file}, line {one.line}: {one.says}")
    if problems:
        raise UnusableError(f"Nothing was imported: {len(problems)} lines must be mended first.")


@users.command("list")
def list_users(
    text: Annotated[str, typer.Argument(help="Part of a name or group.")] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """List people, by name."""
    with opened(settings_of(data, config)) as store:
        found = people.people(store, text, MOST_SHOWN)
        told = {"for": text, "ids": [one.id for one in found]}
        audit.note(store, myself(), "searched" if text else "viewed", "people", "", told)
    for one in found:
        if as_json:
            typer.echo(json.dumps({"name": one.name, "group": one.group}, ensure_ascii=False))
        else:
            typer.echo(f"{one.group:14}{one.name}")
    if not found and not as_json:
        typer.echo("Nobody is known yet. Add people with `safeguard users import FILE.csv`.")


@groups.callback()
def _group() -> None:
    """Groups of people."""


@groups.command("list")
def list_groups(as_json: JsonOption = False) -> None:
    """List the groups, and who is in each."""
    for name, who in shipped_groups().items():
        typer.echo(json.dumps({"group": name, "who": who}) if as_json else f"{name:14}{who}")
