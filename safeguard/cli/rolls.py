"""`safeguard users import`: a file of people, looked at first, and taken in when somebody says so."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from filter_rules.types import Problem
from safeguard.cli.on_record import opened
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    myself,
    notes,
    now,
    settings_of,
)
from safeguard.core.roll_columns import Column, given, proposed
from safeguard.core.rolls import MOST_LEAVERS, Plan, Roll
from safeguard.loading import school_groups
from safeguard.people_file import COLUMNS, records_of
from safeguard.problems import UnusableError
from safeguard.roll_file import NoTableError, Reading, Table, people_of, table_of
from safeguard.settings import Settings
from safeguard.store import people, people_sources, rolls
from safeguard.store.session import Store

MOST_PROBLEMS = 100
MOST_SHOWN = 10


def bring_in(
    file: Annotated[
        Path, typer.Argument(help="A CSV file: name,group,address,device, or any export of people.")
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="Which column is what, such as name=Forename+Surname. Kept for next time."
        ),
    ] = None,
    group: Annotated[str, typer.Option(help="One group for everyone in the file.")] = "",
    source: Annotated[
        str, typer.Option(help="What to call the list: pupils and staff are two.")
    ] = "file",
    leavers: Annotated[
        bool, typer.Option("--leavers", help="The file names everyone: who is missing has left.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Though many would leave.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    why: Annotated[str, typer.Option(help="Why: kept in the audit.")] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take in people from a CSV file: all of them, or none where a line is wrong."""
    content = _content(file)
    settings = settings_of(data, config)
    special = mapping or group or leavers or force or dry_run or source != "file"
    if not special and _is_plain(content):
        _plain(content, file, settings)
        return
    with opened(settings) as store:
        roll = _roll(store, content, file, mapping or [], group, source, leavers=leavers)
        found = rolls.plan(store, roll)
        _stop_for([Problem(file.name, one.line, one.says) for one in found.wrong])
        show(found)
        if dry_run or found.is_empty:
            return
        _refuse_losses(found, source, force=force)
        if not yes and not typer.confirm("Do that?"):
            raise UnusableError("Nothing was changed.")
        done = rolls.carry_out(store, roll, myself(), force=force, why=why)
        _stop_for([Problem(file.name, one.line, one.says) for one in done.wrong])
        _refuse_losses(done, source, force=force)
    typer.echo("Done." if done == found else f"Done: {counts_of(done)}.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnusableError(
            f"The file {file} cannot be read ({error.strerror}). Check its name."
        ) from error


def _is_plain(content: bytes) -> bool:
    """Whether the columns are those of a file of people and devices, as they always were."""
    first = content.partition(b"\n")[0].decode("utf-8-sig", "replace")
    head = tuple(cell.strip().lower() for cell in first.split(","))
    return len(head) > 1 and head == COLUMNS[: len(head)]


def _plain(content: bytes, file: Path, settings: Settings) -> None:
    records, problems = records_of(content, file.name)
    _stop_for(problems)
    with opened(settings) as store:
        known = set(school_groups(store))
        done = people.import_people(store, records, file.name, known, actor=myself())
    _stop_for(done.problems)
    typer.echo(f"{done.people} people and {done.devices} devices were imported.")


def _roll(
    store: Store,
    content: bytes,
    file: Path,
    mapping: Sequence[str],
    group: str,
    source: str,
    *,
    leavers: bool,
) -> Roll:
    try:
        table = table_of(content)
    except NoTableError as error:
        _stop_for([Problem(file.name, error.line, str(error))])
        raise
    mapped = _mapped(store, table, mapping, source)
    known = school_groups(store)
    if group and group not in known:
        raise UnusableError(f"No group “{group}”: there are {', '.join(sorted(known))}.")
    reading = Reading(mapped, known, _today(), group)
    found, problems = people_of(table, reading, file.name)
    _stop_for(problems)
    if not found:
        raise UnusableError(f"{file.name} has no line below the first: nothing was imported.")
    if mapping:
        people_sources.keep_columns(store, source, mapped)
    return Roll(source, found, reading.says, whole=leavers)


def _today() -> date:
    return now().date()


def _mapped(
    store: Store, table: Table, words: Sequence[str], source: str
) -> dict[Column, tuple[str, ...]]:
    """Which column is what: as told now, else as kept from before, else as is likely."""
    kept = {
        what: names
        for what, names in people_sources.columns(store, source).items()
        if set(names) <= set(table.head)
    }
    # Typer splits nothing: several may stand in one --map, as the manual shows them.
    try:
        told = given([one for word in words for one in _split(word)], table.head)
    except ValueError as error:
        raise UnusableError(str(error)) from error
    mapped = {
        what: names for what, names in {**proposed(table.head), **kept, **told}.items() if names
    }
    if Column.NAME not in mapped:
        raise UnusableError(
            f"No column of {', '.join(table.head)} is the name: give it with --map, such as "
            "--map name=Forename+Surname."
        )
    for what, names in mapped.items():
        notes.print(f"{what.value:8}{' + '.join(names)}")
    unread = [
        one for one in table.head if one and one not in {x for n in mapped.values() for x in n}
    ]
    if unread:
        notes.print(f"Not read: {', '.join(unread)}")
    return mapped


def _split(word: str) -> list[str]:
    """Part “name=Forename+Surname group=Reg”; a heading may hold spaces itself."""
    parts: list[str] = []
    for piece in word.split(" "):
        if piece.partition("=")[0].lower() in set(Column) and "=" in piece:
            parts.append(piece)
        elif parts:
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return parts


def _stop_for(problems: Sequence[Problem]) -> None:
    for one in problems[:MOST_PROBLEMS]:
        notes.print(f"{one.file}, line {one.line}: {one.says}")
    if problems:
        raise UnusableError(f"Nothing was imported: {len(problems)} lines must be mended first.")


def _refuse_losses(found: Plan, source: str, *, force: bool) -> None:
    if found.loses_too_many and not force:
        raise UnusableError(
            f"{len(found.left)} of {found.of} people from “{source}” would leave, more than "
            f"{MOST_LEAVERS} in a hundred: nothing was changed. If the file really names everyone, "
            "say --force."
        )


def counts_of(found: Plan) -> str:
    new = len(found.changed) - found.returned
    return (
        f"{len(found.added)} added, {new} changed, {found.returned} come back, "
        f"{len(found.left)} left, {found.unchanged} unchanged"
    )


def show(found: Plan) -> None:
    typer.echo(f"{counts_of(found).capitalize()}.")
    groups: dict[str, int] = {}
    for one in found.added:
        groups[one.group] = groups.get(one.group, 0) + 1
    for name, count in sorted(groups.items()):
        typer.echo(f"  {count} added in {name}")
    for change in found.changed[:MOST_SHOWN]:
        fields = ", ".join(what.value for what in change.after) or "where they are told of"
        typer.echo(f"  {change.told.name}: {'comes back' if change.returns else fields}")
    if len(found.changed) > MOST_SHOWN:
        typer.echo(f"  and {len(found.changed) - MOST_SHOWN} more")
