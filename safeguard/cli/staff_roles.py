"""`safeguard staff`: accounts added, roles given, confirmed and ended, the glass broken."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_bytes
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, myself, notes, now, settings_of
from safeguard.cli.run import site_address
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import GIVEN, TITLES, Role
from safeguard.core.staff_roles import Grant, problem_with
from safeguard.loading import school_groups
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import break_glass, grants, staff
from safeguard.store.grants import Given, RoleError
from safeguard.store.session import Store
from safeguard.store.staff import Staff

NO_PASSWORD = "!"  # no hash begins so: nobody signs in before they have chosen one  # noqa: S105
EmailArgument = Annotated[str, typer.Argument(help="The e-mail address that they sign in with.")]
RoleOption = Annotated[str, typer.Option(help=f"One of: {', '.join(GIVEN)}.")]
GroupsOption = Annotated[
    str, typer.Option(help="With commas: the groups of a year lead or a teacher.")
]
UntilOption = Annotated[str, typer.Option(help="The last day, such as 2027-07-23. Default: none.")]
WhyOption = Annotated[str, typer.Option(help="Why: it stands in the record. Name no pupil.")]
TrustOption = Annotated[bool, typer.Option("--every-school", help="For every school of the trust.")]


def add(
    email: EmailArgument,
    name: Annotated[str, typer.Option(help="Their name, as it is shown beside what they do.")],
    role: RoleOption,
    why: WhyOption,
    groups: GroupsOption = "",
    until: UntilOption = "",
    every_school: TrustOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Add an account with a role, and print the link by which they choose their password."""
    settings = settings_of(data, config)
    with opened(settings) as store, _said():
        wanted = _wanted(settings, store, role, groups, until, every_school=every_school)
        if problem := problem_with(wanted, (), now()) or _reason_missing(why):
            raise RoleError(problem)
        if staff.by_email(store, email) is not None:
            raise RoleError(f"There is an account with the e-mail address {email} already.")
        made = staff.create(
            store,
            {
                "email": email,
                "name": name,
                "password": NO_PASSWORD,
                "active": True,
                "fs_uniquifier": uuid.uuid4().hex,
                "roles": (),
                "created_at": now(),
            },
            myself(),
        )
        given = grants.give(store, made.id, wanted, why, None, myself())
        token = staff.new_reset_token(store, made.id, now(), token_bytes(32), myself())
    _tell(given)
    notes.print(f"A link for {name} to choose a password. It works once, for one day:")
    typer.echo(f"{site_address(settings)}/reset/{token}")


def grant(
    email: EmailArgument,
    role: RoleOption,
    why: WhyOption,
    groups: GroupsOption = "",
    until: UntilOption = "",
    every_school: TrustOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Give an account a role. One that sees safeguarding content waits to be confirmed."""
    settings = settings_of(data, config)
    with opened(settings) as store, _said():
        wanted = _wanted(settings, store, role, groups, until, every_school=every_school)
        given = grants.give(store, _account(store, email).id, wanted, why, None, myself())
    _tell(given)
    typer.echo(given.id)


def confirm(
    number: Annotated[int, typer.Argument(help="The role's number: `safeguard staff list`.")],
    by: Annotated[str, typer.Option(help="The e-mail address of the head or lead who confirms.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Confirm a role that waits, in the name of the head or a lead. All leads are told."""
    with opened(settings_of(data, config)) as store, _said():
        given = grants.confirm(store, number, _account(store, by).id, myself())
    _tell(given)


def end(
    number: Annotated[int, typer.Argument(help="The role's number: `safeguard staff list`.")],
    why: WhyOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """End a role at once, or refuse one that waits. The last lead stays."""
    with opened(settings_of(data, config)) as store, _said():
        grants.end(store, number, why, None, myself())
    typer.echo("The role has ended.")


def close(
    email: EmailArgument,
    why: WhyOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Close an account with all its roles. What they did keeps their name."""
    with opened(settings_of(data, config)) as store, _said():
        staff.close(store, _account(store, email).id, why, None, myself())
    typer.echo("The account is closed.")


def smash(
    email: EmailArgument,
    why: Annotated[str, typer.Option(help="What happened, and why no lead can look.")] = "",
    minutes: Annotated[int, typer.Option(help="For how long: 5 to 120.")] = 30,
    mend: Annotated[bool, typer.Option("--end", help="End it before its time.")] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a technician see safeguarding content for a while, in an emergency. Leads are told."""
    settings = settings_of(data, config)
    with opened(settings) as store, _said():
        account, actor = _account(store, email), myself()
        if mend:
            for one in break_glass.live(store, actor.at, account.id):
                break_glass.end(store, one.id, None, actor)
            typer.echo("The glass is mended.")
            return
        broken = break_glass.start(store, account.id, why, timedelta(minutes=minutes), actor)
    until = broken.until.astimezone(ZoneInfo(settings.school.timezone))
    typer.echo(f"The glass is broken until {until:%H:%M}.")
    if broken.told_at is None:
        notes.print("Nobody could be told: there is no contact. Tell a lead yourself, now.")


def _wanted(
    settings: Settings, store: Store, role: str, groups: str, until: str, *, every_school: bool
) -> Grant:
    if role not in set(GIVEN):
        raise UnusableError(f"There is no role “{role}”: say one of {', '.join(GIVEN)}.")
    named = frozenset(one.strip() for one in groups.split(",") if one.strip())
    unknown = named - set(school_groups(store))
    if unknown:
        raise UnusableError(
            f"There is no group “{min(unknown)}”. `safeguard groups list` shows them all."
        )
    school = None if every_school else SCHOOL
    return Grant(Role(role), school, now(), _after(until, settings), named)


def _after(day: str, settings: Settings) -> datetime | None:
    """Return the moment after a last day, in the school's zone; None where no day is given."""
    if not day:
        return None
    try:
        last = date.fromisoformat(day)
    except ValueError:
        raise UnusableError(f"“{day}” is no day: write it as 2027-07-23.") from None
    zone = ZoneInfo(settings.school.timezone)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def _reason_missing(why: str) -> str:
    return "" if why.strip() else "Say why: the reason stands in the record."


def _account(store: Store, email: str) -> Staff:
    found = staff.by_email(store, email)
    if found is None:
        raise UnusableError(
            f"No account has the e-mail address {email}. `safeguard staff list` shows them all."
        )
    return found


def _tell(given: Given) -> None:
    title = TITLES[given.grant.role]
    if given.waits:
        notes.print(f"{title}: it waits for the head or a lead (role {given.id}).")
    else:
        notes.print(f"{title}: it counts now (role {given.id}).")


@contextmanager
def _said() -> Iterator[None]:
    """Say what cannot be done as every command does."""
    try:
        yield
    except RoleError as error:
        raise UnusableError(str(error)) from error
