"""`safeguard staff`: who may sign in to the staff site, and a link for who forgot the password."""

import json
from collections.abc import Sequence
from secrets import token_bytes
from typing import Annotated

import typer

from safeguard.cli import staff_roles
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
from safeguard.store import grants, staff
from safeguard.store.grants import Given

app = typer.Typer(no_args_is_help=True, help="Staff who may sign in to the staff site.")
app.command("add")(staff_roles.add)
app.command("grant")(staff_roles.grant)
app.command("confirm")(staff_roles.confirm)
app.command("end")(staff_roles.end)
app.command("close")(staff_roles.close)
app.command("break-glass")(staff_roles.smash)


@app.command("list")
def list_staff(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List who may sign in to the staff site, by name."""
    with opened(settings_of(data, config)) as store:
        found = staff.all_staff(store)
        held: dict[int, list[Given]] = {one.id: [] for one in found}
        for given in grants.listed(store, now()):
            held[given.staff].append(given)
    for one in found:
        if as_json:
            typer.echo(json.dumps(_as_record(one, held[one.id]), ensure_ascii=False))
        else:
            typer.echo(_as_line(one, held[one.id]))
    if not found and not as_json:
        typer.echo("There are no accounts yet: `safeguard run` shows the link that makes them.")


def _as_record(one: staff.Staff, held: Sequence[Given]) -> dict[str, object]:
    counting = [given.grant.role.value for given in held if given.grant.confirmed]
    return {
        "email": one.email,
        "name": one.name,
        "roles": counting if one.active else [],
        "active": one.active,
        "grants": [_as_grant(given) for given in held],
    }


def _as_grant(given: Given) -> dict[str, object]:
    until = given.grant.until
    return {
        "number": given.id,
        "role": given.grant.role.value,
        "groups": sorted(given.grant.groups),
        "every_school": given.grant.school is None,
        "until": until.isoformat() if until else None,
        "waits": given.waits,
    }


def _as_line(one: staff.Staff, held: Sequence[Given]) -> str:
    if not one.active:
        roles = "(closed)"
    else:
        roles = ", ".join(_in_words(given) for given in held) or "(no role)"
    return f"{one.email:32}  {one.name:24}  {roles}"


def _in_words(given: Given) -> str:
    grant = given.grant
    groups = f" of {'+'.join(sorted(grant.groups))}" if grant.groups else ""
    trust = " in every school" if grant.school is None else ""
    until = f" until {grant.until:%Y-%m-%d}" if grant.until else ""
    waits = ", waits" if given.waits else ""
    return f"{grant.role.value}{groups}{trust}{until} (role {given.id}{waits})"


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
