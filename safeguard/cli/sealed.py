"""`safeguard sealed`: bring in lists of unlawful content, and see that they are in force.

No command prints, counts by host or gives back what is on a list.
"""

import json
from typing import Annotated

import typer

from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    lines_of,
    notes,
    now,
    settings_of,
)
from safeguard.sealing import State, import_sealed, load_sealing, remove_sealed
from safeguard.settings import Settings
from safeguard.supervisor import make_folder

COMPLIANT = "COMPLIANT"
NON_COMPLIANT = "NON-COMPLIANT"
NOTHING_REQUIRED = "NOTHING REQUIRED"
MEANING = {
    COMPLIANT: "every list that the settings require is here, unaltered and recent. "
    "Whether that meets your duties is for your provider and you to say.",
    NON_COMPLIANT: "see the lists above.",
    NOTHING_REQUIRED: "the settings require no sealed list. A school needs those of its provider.",
}

app = typer.Typer(no_args_is_help=True, help="Sealed lists of unlawful content.")


@app.command("import")
def import_list(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="One URL or host a line; - reads stdin.")
    ],
    name: Annotated[str, typer.Option(help="What to call it, such as iwf-urls.")],
    smaller: Annotated[
        bool, typer.Option("--smaller", help="Take it though it has less than half the entries.")
    ] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take in a sealed list as keyed hashes, in force within a second. Destroy the file after."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    done = import_sealed(settings.data, name, lines_of(file), now(), may_shrink=smaller)
    if done.refused_count:
        lines = ", ".join(str(number) for number in done.refused)
        more = " and more" if done.refused_count > len(done.refused) else ""
        notes.print(f"{done.refused_count:,} lines are neither a URL nor a host: {lines}{more}.")
    typer.echo(f"{done.entries:,} entries are sealed as “{name}”. Destroy the file they came in.")


@app.command()
def status(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Say how each sealed list is: entries, age, fault. Exit status 1 if NON-COMPLIANT."""
    settings = settings_of(data, config)
    records = [
        _record(one, settings) for one in load_sealing(settings.data, _needed(settings)).states
    ]
    state = _state(records, settings)
    if as_json:
        stance = settings.sealed.stance
        typer.echo(json.dumps({"state": state, "stance": stance, "lists": records}))
    else:
        for one in records:
            typer.echo(_line(one))
        typer.echo(f"{state}: {MEANING[state]}")
    raise typer.Exit(int(state == NON_COMPLIANT))


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The name of the list.")],
    reason: Annotated[str, typer.Option(help="Why. It is kept beside the lists.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Remove a sealed list that the settings do not require."""
    settings = settings_of(data, config)
    remove_sealed(settings.data, name, _needed(settings), reason, now())
    typer.echo(f"“{name}” is removed.")


def _needed(settings: Settings) -> tuple[str, ...]:
    return settings.sealed.required


def _record(one: State, settings: Settings) -> dict[str, object]:
    moment = now()
    return {
        "name": one.name,
        "required": one.required,
        "entries": one.entries,
        "imported": one.imported.isoformat() if one.imported else None,
        "age_hours": round(one.age_hours(moment), 1) if one.imported else None,
        "complaint": one.complaint(moment, settings.sealed.oldest_hours),
    }


def _state(records: list[dict[str, object]], settings: Settings) -> str:
    if any(one["complaint"] for one in records):
        return NON_COMPLIANT
    return COMPLIANT if _needed(settings) else NOTHING_REQUIRED


def _line(record: dict[str, object]) -> str:
    state = f"{NON_COMPLIANT}: {record['complaint']}" if record["complaint"] else "in force"
    age = "" if record["age_hours"] is None else f"{record['age_hours']} hours old, "
    return f"{record['entries']:>10,} entries  {record['name']:<24}{age}{state}"
