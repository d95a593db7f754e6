"""`safeguard sign-in`: passwords for the proxy alone, and whether signing in can work."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from safeguard.cli.on_record import on_record
from safeguard.cli.options import ConfigOption, DataOption, now, settings_of
from safeguard.credentials import DirectoryAwayError
from safeguard.ldap_passwords import LdapPasswords, directory_of
from safeguard.local_passwords import put
from safeguard.logins import plain
from safeguard.negotiate import read_keytab
from safeguard.settings import Settings
from safeguard.signing_in import is_used, open_sign_in, tls_context

app = typer.Typer(no_args_is_help=True, help="Signing in at the proxy.")
Login = Annotated[str, typer.Argument(help="The person's login, as it stands among your people.")]
MOST_SKEW_SECONDS = 300  # as Kerberos has it


@app.command()
def password(login: Login, data: DataOption = None, config: ConfigOption = None) -> None:
    """Set somebody's password for the proxy; it is asked for, or read from standard input."""
    settings = settings_of(data, config)
    if sys.stdin.isatty():
        chosen = typer.prompt("Password for the proxy", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.readline().rstrip("\r\n")
    _put(settings, login, chosen)


@app.command()
def forget(login: Login, data: DataOption = None, config: ConfigOption = None) -> None:
    """Take somebody's password for the proxy away."""
    _put(settings_of(data, config), login, None)


def _put(settings: Settings, login: str, chosen: str | None) -> None:
    what = "removed" if chosen is None else "set"
    with on_record(settings, what, "proxy password") as told:
        before = put(settings.proxy_auth.password_file_in(settings.data), login, chosen)
        told.update(login=plain(login), before=before, after=chosen is not None)
    if chosen is None and not before:
        typer.echo("There was none.")
    else:
        typer.echo(f"The proxy password of {plain(login)} is {what}.")


@app.command()
def check(data: DataOption = None, config: ConfigOption = None) -> None:
    """Say whether people can sign in: the keytab, the directories, the clocks."""
    settings = settings_of(data, config)
    if not is_used(settings.proxy_auth):
        typer.echo("Nobody needs to sign in: see the section proxy_auth of the settings.")
        return
    tls_context(settings.proxy_auth)
    ready = open_sign_in(settings)
    if ready:
        ready.close()
    if settings.proxy_auth.keytab:
        for one in read_keytab(settings.proxy_auth.keytab):
            typer.echo(f"The keytab holds a key of {one.service} in {one.realm}.")
    ill = list(_of_directories(settings, now()))
    for trouble in ill:
        typer.echo(trouble)
    raise typer.Exit(1 if ill else 0)


def _of_directories(settings: Settings, at: datetime) -> Iterator[str]:
    """What is wrong with each directory; those that answer are said at once."""
    if settings.proxy_auth.passwords != "ldap":
        return
    asking = LdapPasswords(directory_of(settings.proxy_auth))
    for server in settings.proxy_auth.ldap_servers:
        try:
            clock = asking.clock_of(server)
        except DirectoryAwayError as error:
            yield f"{server} cannot be asked ({error}): check its name, its authority, the account."
            continue
        typer.echo(f"{server} answers.")
        apart = abs((_time_of(clock, at) - at).total_seconds())
        if apart > MOST_SKEW_SECONDS:
            yield (
                f"The clock of {server} and this machine's are {apart / 60:.0f} minutes apart: "
                "Kerberos refuses every ticket so. Set both by NTP."
            )


def _time_of(text: str, at: datetime) -> datetime:
    """The time that Active Directory tells as 20261122120000.0Z; where there is none, ours."""
    try:
        return datetime.strptime(text.partition(".")[0], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return at
