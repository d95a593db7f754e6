"""`safeguard users` and `safeguard groups`: who asks, and which rules are theirs."""

import json
from typing import Annotated

import typer

from safeguard.cli import directories, own_groups, rolls
from safeguard.cli.leads import lead_of
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, myself, notes, settings_of
from safeguard.problems import UnusableError
from safeguard.store import audit, erasure, person_records
from safeguard.store import rolls as stored_rolls
from safeguard.store.person_records import Record, Wanted

users = typer.Typer(no_args_is_help=True, help="People and their devices.")
groups = typer.Typer(no_args_is_help=True, help="Groups of people.")
users.command("import")(rolls.bring_in)
users.command("sync")(directories.sync)
users.command("directories")(directories.list_directories)
groups.command("list")(own_groups.list_groups)
groups.command("add")(own_groups.add_group)
groups.command("remove")(own_groups.remove_group)
MOST_SHOWN = 100_000
WhoArgument = Annotated[
    str, typer.Argument(help="The whole name, the school's own number, or an id.")
]
WhyOption = Annotated[str, typer.Option(help="Why: kept in the audit.")]


@users.command("list")
def list_users(
    text: Annotated[str, typer.Argument(help="Part of a name or group.")] = "",
    group: Annotated[str, typer.Option(help="Those in this group alone.")] = "",
    left: Annotated[bool, typer.Option("--left", help="Those who left, instead.")] = False,
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    per_page: Annotated[
        int, typer.Option(min=1, max=MOST_SHOWN, help="How many on a page.")
    ] = MOST_SHOWN,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """List people, by name."""
    with opened(settings_of(data, config)) as store:
        wanted = Wanted(text, group, left=left)
        found = person_records.people(store, wanted, per_page + 1, (page - 1) * per_page)
        shown = found[:per_page]
        told = {"for": text, "group": group, "left": left, "ids": [one.id for one in shown]}
        audit.note(store, myself(), "searched" if text else "viewed", "people", "", told)
    for one in shown:
        if as_json:
            typer.echo(json.dumps({"name": one.name, "group": one.group}, ensure_ascii=False))
        else:
            typer.echo(f"{one.group:14}{one.name}")
    if len(found) > per_page:
        notes.print(f"There are more: --page {page + 1}")
    if not found and not as_json:
        typer.echo(_nobody(wanted))


def _nobody(wanted: Wanted) -> str:
    if wanted != Wanted():
        return "Nobody fits."
    return "Nobody is known yet. Add people with `safeguard users import FILE.csv`."


@users.command("show")
def show_user(
    who: WhoArgument,
    by: Annotated[
        str, typer.Option(help="The e-mail address of a lead: shows special needs as well.")
    ] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what is known of one person. It is recorded who looked."""
    with opened(settings_of(data, config)) as store:
        lead = lead_of(store, by) if by else None
        found = person_records.record(store, erasure.person_of(store, who).id)
        told = {"needs": lead is not None, "by": by}
        audit.note(store, myself(), "viewed", "person", found.id, told)
    record = _as_record(found)
    if lead is not None:
        record["needs"] = list(found.needs)
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    for name, value in record.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        if shown:
            typer.echo(f"{name:12}{shown}")


def _as_record(one: Record) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "group": one.group,
        "year": one.year,
        "form": one.form,
        "login": one.login,
        "number": one.reference,
        "born": "" if one.born is None else one.born.isoformat(),
        "source": one.source,
        "left": "" if one.left_at is None else one.left_at.isoformat(timespec="seconds"),
        "devices": list(one.devices),
    }


@users.command("leave")
def let_go(
    who: WhoArgument, why: WhyOption, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Let one person go: nobody is known by them any more. What is kept of them stays."""
    with opened(settings_of(data, config)) as store:
        stored_rolls.leave(store, erasure.person_of(store, who).id, myself(), _said(why))
    typer.echo("They have left. `safeguard users return` undoes that.")


@users.command("return")
def bring_back(
    who: WhoArgument, why: WhyOption, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Bring back somebody who left."""
    with opened(settings_of(data, config)) as store:
        stored_rolls.bring_back(store, erasure.person_of(store, who).id, myself(), _said(why))
    typer.echo("They are back.")


def _said(why: str) -> str:
    if not why.strip():
        raise UnusableError("Say why, with --why: it is kept in the audit.")
    return why.strip()


@groups.callback()
def _group() -> None:
    """Groups of people."""
