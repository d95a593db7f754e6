"""`safeguard cases`: cases by reference, a case as a file to hand over, and the check of such a file."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from safeguard.case_files.exporting import CaseFile, Wish, export
from safeguard.case_files.pages import pdf_of
from safeguard.case_files.signing import open_signer
from safeguard.case_files.verifying import verify
from safeguard.cli import legal_holds
from safeguard.cli.leads import ByOption, how, lead_of
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, notes, now, settings_of
from safeguard.problems import UnusableError
from safeguard.store import case_lists
from safeguard.store.case_lists import Case, WantedCases
from safeguard.supervisor import make_folder

app = typer.Typer(no_args_is_help=True, help="Cases, and case files to hand over.")
app.command("hold")(legal_holds.hold)
app.command("release")(legal_holds.release)
app.command("holds")(legal_holds.list_holds)
MOST_SHOWN = 1000


@app.command("list")
def list_cases(
    state: Annotated[str, typer.Option(help="open or closed. Default: both.")] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """List cases, the newest first: no names and no titles, which are for leads on the site."""
    if state not in {"", "open", "closed"}:
        raise UnusableError(f"No case is “{state}”: say open or closed, or leave --state out.")
    settings = settings_of(data, config)
    with opened(settings) as store:
        page = case_lists.cases(store, WantedCases(state=state), limit=MOST_SHOWN)
    zone = ZoneInfo(settings.school.timezone)
    for one in page.cases:
        typer.echo(json.dumps(_as_record(one)) if as_json else _as_line(one, zone))
    if not page.cases and not as_json:
        typer.echo("There are no such cases.")
    if page.older:
        notes.print(f"These are the newest {MOST_SHOWN}; there are more.")


def _as_record(one: Case) -> dict[str, object]:
    return {
        "reference": one.reference,
        "state": one.state,
        "severity": one.severity.word,
        "opened_at": one.opened_at.isoformat(),
        "due_at": _iso(one.due_at),
        "closed_at": _iso(one.closed_at),
        "keep_until": _iso(one.keep_until),
        "concerns": one.concerns,
        "people": one.people,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _as_line(one: Case, zone: ZoneInfo) -> str:
    opened = one.opened_at.astimezone(zone)
    due = f", due {one.due_at.astimezone(zone):%Y-%m-%d}" if one.due_at else ""
    return (
        f"{one.reference}  {one.state:7}{one.severity.word:8}opened {opened:%Y-%m-%d}{due}, "
        f"{one.concerns} concerns, {one.people} people"
    )


@app.command("export")
def export_case(
    reference: Annotated[str, typer.Argument(help="The case's reference, such as K7QF-3MZD.")],
    by: ByOption,
    why: Annotated[str, typer.Option(help="What it is for: recorded, and printed in the file.")],
    to: Annotated[Path, typer.Option(help="The folder to write to.")] = Path(),
    pdf: Annotated[bool, typer.Option(help="With the PDF, or without.")] = True,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a case as a zip: PDF, JSON, spreadsheets, hashes, signature. It is recorded who did."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        lead = lead_of(store, by)
        found = case_lists.by_reference(store, reference)
        target = _free(to, found, reference)
        wish = Wish(
            case_id=target[1],
            by=lead.id,
            by_name=lead.name,
            why=why,
            how=how(),
            at=now(),
            school=settings.school.name,
        )
        zone = ZoneInfo(settings.school.timezone)
        made = export(store, settings.data, wish, zone, pdf_of if pdf else None)
    if made is None:
        raise UnusableError(_unknown(reference))
    _write(target[0], made)
    typer.echo(target[0])
    notes.print(f"SHA-256 {made.sha256}\nkey     {made.fingerprint}")
    notes.print(
        "It tells of children at risk: encrypt it before you send it, and delete this copy."
    )


def _free(folder: Path, found: Case | None, reference: str) -> tuple[Path, str]:
    """Return where the file goes and the case's id: before anything is recorded as exported."""
    if found is None:
        raise UnusableError(_unknown(reference))
    if not folder.is_dir():
        raise UnusableError(f"There is no folder {folder}: make it, or name another with --to.")
    path = folder / f"case-{found.reference}.zip"
    if path.exists():
        raise UnusableError(f"{path} is there already: move it away, or name a folder with --to.")
    return path, found.id


def _unknown(reference: str) -> str:
    return f"There is no case {reference}. `safeguard cases list` shows them all."


def _write(path: Path, made: CaseFile) -> None:
    """Write the whole file, for its owner alone; never over another."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made.content)
    except OSError as error:
        raise UnusableError(
            f"The case file {path} cannot be written ({error.strerror}): see that the folder can "
            "be written to and has room, and export again."
        ) from error


@app.command("verify")
def verify_file(
    file: Annotated[Path, typer.Argument(help="A case file: case-REFERENCE.zip.")],
    key: Annotated[
        str, typer.Option(help="The fingerprint that the school told you by another way.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Check that a case file is as it was made. Needs the file alone: no database, no data folder."""
    found = verify(file, key)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "whole": not found.wrong,
                    "wrong": found.wrong,
                    "reference": found.reference,
                    "made_at": found.made_at,
                    "made_by": found.made_by,
                    "school": found.school,
                    "key": found.fingerprint,
                    "records": found.records,
                }
            )
        )
    elif found.wrong:
        for sentence in found.wrong:
            typer.echo(sentence)
        typer.echo("This file is not as it was made. Keep it as it is, and ask for it again.")
    else:
        typer.echo(
            f"Case {found.reference}, made by {found.made_by} ({found.school}) at {found.made_at}: "
            f"every file and all {found.records} records are as they were made."
        )
        typer.echo(f"The key: {found.fingerprint}")
        if not key:
            typer.echo("Ask the school by another way whether that key is theirs, or give --key.")
    if found.wrong:
        raise typer.Exit(1)


@app.command("key")
def show_key(data: DataOption = None, config: ConfigOption = None) -> None:
    """Show the fingerprint of the key that this installation signs case files with."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    typer.echo(open_signer(settings.data).fingerprint)
