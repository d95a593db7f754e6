"""`safeguard notify`: who is told of concerns, whether messages arrive, and a test of it."""

import json
from secrets import token_hex
from typing import Annotated

import typer

from safeguard.cli import ladders
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, now, settings_of
from safeguard.notify.composing import Source, compose
from safeguard.notify.message import UnsentError
from safeguard.notify.sending import REVIVED, send
from safeguard.notify.troubles import troubles
from safeguard.notify.webhook import check
from safeguard.problems import UnusableError
from safeguard.school_settings import ADDRESS
from safeguard.settings import Settings
from safeguard.store import contacts, outbox, outbox_reading
from safeguard.store.contacts import Contact, Place, Way
from safeguard.store.outbox import TEST, Parcel, Waiting
from safeguard.store.session import Store

WHO = "command line"
FOUND = 1

app = typer.Typer(no_args_is_help=True, help="Messages to staff about concerns.")
app.add_typer(ladders.app, name="ladder")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What staff call them: Ms Lead, the Teams channel.")],
    email: Annotated[str, typer.Option("--email", help="Their e-mail address.")] = "",
    webhook: Annotated[str, typer.Option("--webhook", help="Or an https address.")] = "",
    apprise: Annotated[str, typer.Option("--apprise", help="Or an address of Apprise.")] = "",
    step: Annotated[
        int,
        typer.Option(
            "--step", min=0, max=9, help="0: told at once. 1: after 30 minutes. 2: after 60."
        ),
    ] = 0,
    initials: Annotated[
        bool, typer.Option("--initials", help="Let messages hold the initials of pupils.")
    ] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Add a contact, on a step of the ladder for everyone: the lead, the deputy, the head."""
    way, address = _place(email, webhook, apprise)
    secret = token_hex(32) if way is Way.WEBHOOK else ""
    with opened(settings_of(data, config)) as store:
        made = contacts.add(store, name, way, Place(address, secret, initials), WHO, now())
        contacts.put_on_ladder(store, made, step, WHO, now())
    typer.echo(f"{made}  {name}. Now run: safeguard notify test {made}")
    if secret:
        typer.echo(f"The secret by which the receiver checks signatures, shown once: {secret}")


@app.command()
def remove(
    contact: Annotated[int, typer.Argument(help="The contact's number, as `status` shows it.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Switch a contact off: nothing more is sent there. What was sent stays on record."""
    with opened(settings_of(data, config)) as store:
        if not contacts.set_active(store, contact, WHO, now(), active=False):
            raise UnusableError(_unknown(contact))
    typer.echo("Nothing more is sent there.")


@app.command()
def status(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Show the contacts, what waits, and what keeps people from being told (then exit 1)."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        people = contacts.contacts(store)
        found = troubles(store, settings, now())
        counts = outbox_reading.counts(store)
    if as_json:
        record = {
            "contacts": [_record(one) for one in people],
            "messages": counts,
            "troubles": [{"says": one.says, "mend": one.mend} for one in found],
        }
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        for one in people:
            typer.echo(_line(one))
        told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        typer.echo(f"Messages: {told or 'none yet'}.")
        for each in found:
            typer.echo(f"{each.says} {each.mend}")
        if not settings.notify.site:
            typer.echo("Messages hold no link to the site: give notify.site in the settings.")
    if found:
        raise typer.Exit(FOUND)


@app.command("test")
def send_test(
    contact: Annotated[int, typer.Argument(help="The contact's number. Default: all of them.")] = 0,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Send a test now, and say what the other side answered. Exit 1 where one is not taken."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        people = [one for one in contacts.contacts(store) if one.active]
        chosen = [one for one in people if contact in {0, one.id}]
        if not chosen:
            raise UnusableError(_unknown(contact))
        taken = [_try(store, settings, one) for one in chosen]
    if not all(taken):
        raise typer.Exit(FOUND)


def _try(store: Store, settings: Settings, one: Contact) -> bool:
    """Send past the outbox: the answer is for whoever asked, and needs no jobs process."""
    if one.place is None:
        typer.echo(f"{one.name}: its address cannot be unsealed. Add the contact again.")
        return False
    at = now()
    key = f"test:{token_hex(8)}:{one.id}"
    source = Source(store, settings, str, lambda _: [])
    waiting = Waiting(
        0, key, TEST, "", one.id, one.way.value, 0, urgent=True, made_at=at, attempts=1
    )
    message = compose(source, Parcel((waiting,), at), one.place, at)
    reply = send(settings, one.way, one.place, message)
    typer.echo(f"{one.name}: {'taken' if reply.accepted else f'not taken: {reply.said}'}")
    if reply.accepted:
        contacts.note_test(store, one.id, at)
        outbox.revive(store, one.id, at - REVIVED, at)
    return reply.accepted


def _place(email: str, webhook: str, apprise: str) -> tuple[Way, str]:
    given = [
        (way, address)
        for way, address in ((Way.EMAIL, email), (Way.WEBHOOK, webhook), (Way.APPRISE, apprise))
        if address
    ]
    if len(given) != 1:
        raise UnusableError("Give one of --email, --webhook and --apprise.")
    ((way, address),) = given
    match way:
        case Way.EMAIL if not ADDRESS.match(address):
            raise UnusableError(f"{address} is no e-mail address such as lead@school.example.")
        case Way.WEBHOOK:
            _check_webhook(address)
        case Way.APPRISE:
            from safeguard.notify import services  # noqa: PLC0415  slow to load

            if not services.is_known(address):
                raise UnusableError(
                    "Apprise knows no service of this address: its documents list them all."
                )
        case Way.EMAIL:
            pass
    return way, address


def _check_webhook(address: str) -> None:
    try:
        check(address)
    except UnsentError as error:
        raise UnusableError(f"{str(error)[0].upper()}{str(error)[1:]}.") from error


def _unknown(contact: int) -> str:
    if contact:
        return f"There is no contact {contact}. `safeguard notify status` shows them all."
    return "There is no contact yet. Add one: safeguard notify add"


def _record(one: Contact) -> dict[str, object]:
    tested = one.tested_at.isoformat() if one.tested_at else None
    return {
        "id": one.id, "name": one.name, "way": one.way.value, "active": one.active, "tested": tested,
    }  # fmt: skip


def _line(one: Contact) -> str:
    off = "" if one.active else "  (switched off)"
    tested = f"tested {one.tested_at:%Y-%m-%d}" if one.tested_at else "never tested"
    return f"{one.id:<4}{one.way.value:9}{one.name}, {tested}{off}"
