"""`safeguard sessions`: who is at an address, or was, and by what that is known."""

import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, myself, now, settings_of
from safeguard.core.identifying import confidence, resolve
from safeguard.core.types import Subject
from safeguard.identity.credentials import SALT_BYTES, hashed
from safeguard.identity.roster import load_roster
from safeguard.logins import plain
from safeguard.problems import UnusableError
from safeguard.store import audit, passwords, people, sessions
from safeguard.store.passwords import Kept
from safeguard.store.people_records import canonical_address
from safeguard.store.session import Store
from safeguard.store.sessions import Found

app = typer.Typer(no_args_is_help=True, help="Who is at which address, and how that is known.")
MOST_SHOWN = 1_000
SHORTEST_PASSWORD = 12
AddressArgument = Annotated[str, typer.Argument(help="An IP address, such as 10.1.2.3.")]


@app.command("list")
def list_sessions(
    address: AddressArgument,
    at: Annotated[
        str, typer.Option("--at", help="At what time: 2026-03-04T10:30+00:00. Default: now.")
    ] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say who is at an address (or was), and what each source said. The audit chain tells of it."""
    one = _address(address)
    when = _moment(at) if at else now()
    with opened(settings_of(data, config)) as store:
        found = sessions.at(store, one, when, when + timedelta(microseconds=1), MOST_SHOWN)
        subject = _subject(store, one, found, when)
        names = people.names(
            store, {subject.person, *(session.claim.person for session in found)} - {""}
        )
        told = {"address": one, "at": when.isoformat(), "ids": sorted(names)}
        audit.note(store, myself(), "viewed", "sessions", "", told)
    lines = _in_json if as_json else _in_words
    for line in lines(subject, found, names, when):
        typer.echo(line)


@app.command("end")
def end_sessions(
    address: AddressArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why: the audit chain tells it.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """End whatever is signed in at an address: it names nobody from now on."""
    one, moment = _address(address), now()
    if not reason.strip():
        raise UnusableError("Give a reason: --reason 'the tablet was lent to another pupil'.")
    with opened(settings_of(data, config)) as store:
        count = sessions.end_at(store, one, moment, reason.strip(), myself())
    typer.echo(f"{count} sessions at {one} were ended.")


@app.command("password")
def set_password(
    login: Annotated[str, typer.Argument(help="Whose: the login of somebody who is listed.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the password away.")] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Set the password (the first line of standard input) that somebody signs in with at /portal.

    For a school without a directory.
    """
    with opened(settings_of(data, config)) as store:
        known = load_roster(store).person_of_login(plain(login))
        if known is None:
            raise UnusableError(f"Nobody, or more than one, has the login {login!r}.")
        if remove:
            there = passwords.remove(store, known.person, myself())
            typer.echo("The password was removed." if there else "There was no password.")
            return
        password = sys.stdin.readline().rstrip("\r\n")
        if len(password) < SHORTEST_PASSWORD:
            raise UnusableError(f"A password has at least {SHORTEST_PASSWORD} characters.")
        salt = secrets.token_bytes(SALT_BYTES)
        passwords.put(store, Kept(known.person, salt, hashed(password, salt)), now(), myself())
    typer.echo("The password is set.")


def _subject(store: Store, address: str, found: Sequence[Found], when: datetime) -> Subject:
    """Who that comes to, by the people as they are listed now."""
    roster = load_roster(store)
    claims = list(roster.claims_at(address))
    for one in found:
        claims += roster.completed(one.claim)
    return resolve(claims, when, address)


def _in_json(
    subject: Subject, found: Sequence[Found], names: dict[str, str], _when: datetime
) -> Iterator[str]:
    who = {"address": subject.address, "group": subject.group, "method": subject.method}
    who |= {"confidence": confidence(subject), "person": names.get(subject.person, "")}
    yield json.dumps(who | {"room": subject.room}, ensure_ascii=False)
    for one in found:
        claim = one.claim
        said = {
            "source": one.source,
            "method": claim.method.value,
            "person": names.get(claim.person, ""),
            "mac": claim.mac,
            "since": claim.since.isoformat(),
            "last_seen": one.last_seen.isoformat(),
            "until": (one.ended_at or claim.until).isoformat(),
            "ended": one.ended_why,
        }
        yield json.dumps(said, ensure_ascii=False)


def _in_words(
    subject: Subject, found: Sequence[Found], names: dict[str, str], when: datetime
) -> Iterator[str]:
    who = names.get(subject.person, "nobody who is known")
    yield (
        f"{subject.address} at {when:%Y-%m-%d %H:%M} UTC: {who}, group {subject.group} "
        f"({subject.method}, {confidence(subject)})"
    )
    for one in found:
        claim = one.claim
        ended = f", {one.ended_why}" if one.ended_at else ""
        yield (
            f"  {one.source} ({claim.method}): {names.get(claim.person) or claim.group or '-'}"
            f"{', ' + claim.mac if claim.mac else ''}, from {claim.since:%H:%M}, "
            f"last seen {one.last_seen:%H:%M}, until {one.ended_at or claim.until:%H:%M}{ended}"
        )
    if not found:
        yield "  No source says anything of it for that time."


def _address(text: str) -> str:
    one = canonical_address(text)
    if one is None:
        raise UnusableError(f"“{text}” is not an IP address. Give one such as 10.1.2.3.")
    return one


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnusableError(f"“{text}” is no time: write 2026-03-04T10:30+00:00.") from error
    if moment.tzinfo is None:
        raise UnusableError(f"“{text}” has no time zone: write 2026-03-04T10:30+00:00.")
    return moment
