"""`safeguard staff`: who may sign in to the staff site, and a link for who forgot the password."""

import json
from secrets import token_bytes
from typing import Annotated

import typer

from safeguard.cli.on_record import opened
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    myself,
    notes,
    now,
    settings_of,
)
from safeguard.cli.run import site_address
from safeguard.problems import UnusableError
from safeguard.store import staff

app = typer.Typer(no_args_is_help=True, help="Staff who may sign in to the staff site.")


@app.command("list")
def list_staff(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List who may sign in to the staff site, by name."""
    with opened(settings_of(data, config)) as store:
        found = staff.all_staff(store)
    for one in found:
        typer.echo(json.dumps(_as_record(one), ensure_ascii=False) if as_json else _as_line(one))
    if not found and not as_json:
        typer.echo("There are no accounts yet: `safeguard run` shows the link that makes them.")


def _as_record(one: staff.Staff) -> dict[str, object]:
    return {"email": one.email, "name": one.name, "roles": one.roles, "active": one.active}


def _as_line(one: staff.Staff) -> str:
    closed = "" if one.active else "  (closed)"
    return f"{', '.join(one.roles):14}{one.email:32}  {one.name}{closed}"


@app.command()
def reset(
    email: Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a link by which someone chooses a new password. It works once, for one day."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        owner = staff.by_email(store, email)
        if owner is None:
            raise UnusableError(
                f"No account has the e-mail address {email}. `safeguard staff list` shows them all."
            )
        if not owner.active:
            raise UnusableError(f"The account {owner.email} is closed: it cannot sign in.")
        token = staff.new_reset_token(store, owner.id, now(), token_bytes(32), myself())
    notes.print(
        f"A link for {owner.name} to choose a new password. It works once, for one day, "
        "and ends any earlier one:"
    )
    typer.echo(f"{site_address(settings)}/reset/{token}")
