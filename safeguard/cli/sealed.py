"""`safeguard sealed`: bring in lists of unlawful content, and see that they are in force.

No command prints, counts by host or gives back what is on a list.
"""

import json
from typing import Annotated, Any

import typer

from safeguard.cli.check import ready_engine
from safeguard.cli.on_record import on_record
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    lines_of,
    notes,
    now,
    settings_of,
)
from safeguard.sealed_feeds.loaders import find_feed, loader_for
from safeguard.sealed_imports import Imported, import_sealed, remove_sealed
from safeguard.sealed_status import MEANING, Standing, status_of
from safeguard.sealed_testing import run_test
from safeguard.sealing import load_sealing
from safeguard.supervisor import make_folder

app = typer.Typer(no_args_is_help=True, help="Sealed lists of unlawful content.")


@app.command("import")
def import_list(
    name: Annotated[str, typer.Option(help="What to call it, such as iwf-urls.")],
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="As it was delivered; - reads stdin."),
    ] = "",
    feed: Annotated[
        str,
        typer.Option(
            help="How to read it: iwf, ctiru, or a loader that you installed, which needs no FILE "
            "where it fetches by itself. Default: what the name begins with, else iwf."
        ),
    ] = "",
    smaller: Annotated[
        bool, typer.Option("--smaller", help="Take it though it lost more than the settings let.")
    ] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take in a sealed list as keyed hashes, in force within a second. Destroy the file after."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    with on_record(settings, "imported", "sealed list", name) as told:
        done = import_sealed(
            settings.data,
            name,
            lines_of(file) if file else (),
            now(),
            feed=find_feed(feed or loader_for(name)),
            may_shrink=smaller,
            most_lost=settings.sealed.most_lost,
        )
        told |= {"serial": done.serial, "entries": done.entries, "however much was lost": smaller}
    _say_refused(done)
    typer.echo(f"{done.entries:,} entries are sealed as “{name}”. Destroy the file they came in.")


@app.command()
def status(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Say how each sealed list is, who brings it in and when it was tested. Exit status 1 if NON-COMPLIANT."""
    settings = settings_of(data, config)
    states = load_sealing(settings.data, settings.sealed.required).states
    found = status_of(settings, states, now())
    if as_json:
        typer.echo(json.dumps(found.record()))
    else:
        for one in states:
            typer.echo(_line(found.list_record(one)))
        typer.echo(found.provider())
        for mend in found.mends():
            typer.echo(mend)
        typer.echo(f"{found.standing}: {MEANING[found.standing]}")
    raise typer.Exit(int(found.standing is Standing.NON_COMPLIANT))


@app.command("test")
def ask_test_entries(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Ask about the provider's test entries for every group, and keep what came of it. Exit status 1 if one is open."""
    settings = settings_of(data, config)
    engine = ready_engine(settings)
    with on_record(settings, "tested", "sealed list") as told:
        tested = run_test(engine, now())
        told |= {
            "passed": tested.passed,
            "entries": tested.entries,
            "open": [number for number, _ in tested.open_to],
            "lists": tested.lists,
        }
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "at": tested.at.isoformat(),
                    "passed": tested.passed,
                    "entries": tested.entries,
                    "lists": tested.lists,
                    "open_to": [{"entry": n, "groups": groups} for n, groups in tested.open_to],
                }
            )
        )
    else:
        says = tested.says()
        typer.echo(f"{'Passed' if tested.passed else 'FAILED'}: {says}. Kept as evidence.")
    raise typer.Exit(int(not tested.passed))


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The name of the list.")],
    reason: Annotated[str, typer.Option(help="Why. It is kept beside the lists.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Remove a sealed list that the settings do not require."""
    settings = settings_of(data, config)
    with on_record(settings, "removed", "sealed list", name) as told:
        remove_sealed(settings.data, name, settings.sealed.required, reason, now())
        told["why"] = reason
    typer.echo(f"“{name}” is removed.")


def _say_refused(done: Imported) -> None:
    if done.refused_count:
        lines = ", ".join(str(number) for number in done.refused)
        more = " and more" if done.refused_count > len(done.refused) else ""
        notes.print(f"{done.refused_count:,} lines are neither a URL nor a host: {lines}{more}.")


def _line(record: dict[str, Any]) -> str:
    wrong = record["complaint"]
    state = f"{Standing.NON_COMPLIANT}: {wrong}" if wrong else "in force"
    age = "" if record["age_hours"] is None else f"{record['age_hours']} hours old, "
    return f"{record['entries']:>10,} entries  {record['name']:<24}{age}{state}"
