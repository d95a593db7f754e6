"""`safeguard unblock`: what people ask to have opened, and the answers to it."""

import json
from statistics import median
from typing import Annotated

import typer

from safeguard.cli.acting import ByOption, ReasonOption, acting, staff_of
from safeguard.cli.leads import how
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, myself, settings_of
from safeguard.cli.overrides import document_in_force
from safeguard.core.staff_rights import Deed
from safeguard.core.unblocking import Scope
from safeguard.engine import open_engine
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import audit, unblock_decisions, unblock_requests
from safeguard.store.unblock_decisions import Approval
from safeguard.store.unblock_requests import Request
from safeguard.unblocking import about

NumberArgument = Annotated[int, typer.Argument(help="The request, as `unblock list` shows it.")]

app = typer.Typer(no_args_is_help=True, help="Requests to open a site, and answers to them.")


@app.command("list")
def list_requests(
    answered: Annotated[bool, typer.Option("--answered", help="Those answered instead.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """List what waits for an answer, the oldest first: no names."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        found = (unblock_requests.answered if answered else unblock_requests.waiting)(store)
    for one in found:
        typer.echo(json.dumps(_record(one)) if as_json else _line(one, settings))
    if as_json:
        return
    if not found:
        typer.echo("Nothing was answered yet." if answered else "Nobody waits for an answer.")
    took = [one.decided_at - one.made_at for one in found if one.decided_at]
    if took:
        minutes = median(one.total_seconds() for one in took) / 60
        typer.echo(f"Half of them were answered within {minutes:,.0f} minutes.")


@app.command()
def show(
    number: NumberArgument,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Show who asks, for which page, and why. That it was shown is recorded."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        found = unblock_requests.request(store, number)
        if found is None:
            raise UnusableError(f"There is no request {number}.")
        ids = sorted({one.person for one in found.askers} - {""})
        audit.note(store, myself(), "viewed", "unblock request", str(number), {"ids": ids})
    if as_json:
        askers = [
            {
                "person": one.person,
                "device": one.device,
                "group": one.group,
                "at": one.at.isoformat(),
                "url": one.url,
                "reason": one.reason,
            }
            for one in found.askers
        ]
        typer.echo(json.dumps(_record(found) | {"askers": askers, "words": found.words}))
        return
    typer.echo(_line(found, settings))
    for one in found.askers:
        who = one.person or one.device or "somebody"
        typer.echo(f"  {who} ({one.group}), {one.url}: {one.reason}")
    if found.words:
        typer.echo(f"They were told: {found.words}")


@app.command()
def approve(
    number: NumberArgument,
    by: ByOption,
    reason: ReasonOption,
    once: Annotated[bool, typer.Option("--once", help="For who asked, until the bell.")] = False,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="For this group, from now on.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="For everyone, from now on.")] = False,
    words: Annotated[str, typer.Option(help="What those who asked are told.")] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Open what was asked for. For whom must be chosen: --once, --group or --all."""
    scope = _scope(once=once, group=bool(group), everyone=everyone)
    settings = settings_of(data, config)
    with opened(settings) as store:
        waiting = unblock_requests.request(store, number)
        if waiting is None:
            raise UnusableError(f"There is no request {number}.")
        engine = open_engine(settings)
        now_about = about(engine, waiting.host)
        engine.close()
        who = staff_of(store, by)
        approval = Approval(scope, reason, who.email, tuple(group or ()), now_about, words, how())
        document = document_in_force(settings, store)
        done = unblock_decisions.approve(
            store, number, approval, document, acting(store, by, Deed.DECIDE_REQUESTS)
        )
    if done.override_id is not None:
        typer.echo(f"{done.host} is open for those who asked, by override {done.override_id}.")
    else:
        whom = ", ".join(done.groups) or "everyone"
        typer.echo(f"{done.host} is open for {whom} from now on, by an own entry.")


@app.command()
def refuse(
    number: NumberArgument,
    by: ByOption,
    words: Annotated[str, typer.Option(help="Why not, in words for those who asked.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Refuse a request, with words back."""
    with opened(settings_of(data, config)) as store:
        unblock_decisions.refuse(
            store, number, words, acting(store, by, Deed.DECIDE_REQUESTS), how()
        )
    typer.echo(f"Request {number} is refused.")


def _scope(*, once: bool, group: bool, everyone: bool) -> Scope:
    chosen = [
        scope
        for scope, is_chosen in ((Scope.ONCE, once), (Scope.GROUP, group), (Scope.ALL, everyone))
        if is_chosen
    ]
    if len(chosen) != 1:
        raise UnusableError("Choose for whom: one of --once, --group NAME and --all.")
    return chosen[0]


def _line(one: Request, settings: Settings) -> str:
    at = one.made_at.astimezone(settings.school.hours.tz)
    about_what = ", ".join(one.categories) or "no list"
    said = f" {one.stage}" if one.decided_at else ""
    return f"{one.id:>5}  {at:%Y-%m-%d %H:%M}  {one.host} ({about_what}), asked {one.count} times{said}"


def _record(one: Request) -> dict[str, object]:
    return {
        "request": one.id,
        "host": one.host,
        "categories": list(one.categories),
        "made_at": one.made_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "count": one.count,
        "state": one.stage.value,
        "scope": one.scope,
        "groups": list(one.groups),
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "decided_by": one.decided_by,
        "override": one.override_id,
        "own_entry": one.entry_id,
    }
