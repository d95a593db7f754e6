"""`safeguard cases hold`, `release` and `holds`: what may not be removed, until a lead says so."""

import json
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from safeguard.cli.leads import ByOption, how, lead_of
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, now, settings_of
from safeguard.problems import UnusableError
from safeguard.store import case_lists, erasure, holds
from safeguard.store.session import Store


def hold(
    by: ByOption,
    why: Annotated[str, typer.Option(help="Why, and who asked for it: kept encrypted.")],
    reference: Annotated[str, typer.Argument(help="The case's reference, such as K7QF-3MZD.")] = "",
    person: Annotated[
        str, typer.Option(help="Or a person: an id, the school's own number, or a whole name.")
    ] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Let nothing of a case (and its people), or of a person (and their cases), be removed."""
    if bool(reference) == bool(person):
        raise UnusableError("Give the reference of a case, or a person with --person.")
    said = _said(why)
    with opened(settings_of(data, config)) as store:
        lead = lead_of(store, by)
        about = _case(store, reference) if reference else {"person": _person(store, person)}
        number = holds.place(store, lead.id, said, now(), how=how(), **about)
    typer.echo(f"Hold {number} stands: nothing of it is removed, by age or by hand.")
    typer.echo(f"To lift it: safeguard cases release {number}")


def release(
    number: Annotated[int, typer.Argument(help="The hold's number, as `holds` shows it.")],
    by: ByOption,
    why: Annotated[str, typer.Option(help="Why, and who agreed: recorded.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Lift a legal hold. What is over its time is removed from then on."""
    said = _said(why)
    with opened(settings_of(data, config)) as store:
        lead = lead_of(store, by)
        if not holds.lift(store, number, lead.id, now(), said, how()):
            raise UnusableError(
                f"No hold {number} stands. `safeguard cases holds` shows those that do."
            )
    typer.echo(f"Hold {number} is lifted.")


def list_holds(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List the legal holds that stand: no names, and not why, which is for leads."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        found = holds.standing(store)
    zone = ZoneInfo(settings.school.timezone)
    for one in found:
        on = f"case {one.case}" if one.case else f"person {one.person}"
        if as_json:
            at = one.placed_at.isoformat()
            record = {"hold": one.number, "placed_at": at, "case": one.case, "person": one.person}
            typer.echo(json.dumps(record))
        else:
            typer.echo(f"{one.number:<6}since {one.placed_at.astimezone(zone):%Y-%m-%d}  {on}")
    if not found and not as_json:
        typer.echo("No legal hold stands.")


def _said(why: str) -> str:
    if not why.strip():
        raise UnusableError("Nothing was changed: say why (--why), and who asked for it.")
    return why.strip()


def _case(store: Store, reference: str) -> dict[str, str]:
    found = case_lists.by_reference(store, reference)
    if found is None:
        raise UnusableError(f"There is no case {reference}. `safeguard cases list` shows them all.")
    return {"case_id": found.id}


def _person(store: Store, asked: str) -> str:
    return erasure.person_of(store, asked).id
