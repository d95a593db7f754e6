"""The commands of `safeguard rules` for lists that are downloaded again and again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from filter_rules.formats.format import Format
from safeguard.cli.on_record import on_record
from safeguard.cli.options import ConfigOption, DataOption, notes, now, progress_bar, settings_of
from safeguard.subscriptions import SKEW, Subscription, subscribe, unsubscribe
from safeguard.supervisor import make_folder
from safeguard.updating import State, terms_of, update


def follow(
    name: Annotated[str, typer.Argument(help="A list of the catalogue, or a name of your own.")],
    address: Annotated[str, typer.Option(help="Where a list of your own is: https://….")] = "",
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.AUTO,
    category: Annotated[str, typer.Option(help="What the list is about; see categories.md.")] = "",
    shrink_limit: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=100,
            help="Percent of its entries that it may lose at once. Default: as before, else as "
            "the setting subscriptions.may_shrink_percent says.",
        ),
    ] = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Subscribe to a list: it is downloaded each day, while `safeguard run` runs."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    wanted = Subscription(name, address, fmt, category, shrink_limit=shrink_limit)
    with on_record(settings, "subscribed", "list", name) as told:
        made = subscribe(settings.data, wanted)
        told |= {"format": fmt.value, "category": category, "may lose": shrink_limit}
    typer.echo(f"“{made.name}” from {made.address}, licence: {made.licence or 'not stated'}.")
    typer.echo(f"To download it now: safeguard rules update {made.name}")


def let_go(
    name: Annotated[str, typer.Argument(help="The name of the list.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a subscribed list go. It is out of force from the next `rules build` or start."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    with on_record(settings, "unsubscribed", "list", name):
        unsubscribe(settings.data, name)
    typer.echo(f"“{name}” is out of force from the next `safeguard rules build` or start.")


def take_newest(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Which lists. Default: all.")
    ] = None,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="Take a list in, however much it has lost.")
    ] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Download subscribed lists, and build once. Exit status 1 if a list could not be had."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    with on_record(settings, "updated", "lists") as told, progress_bar() as progress:
        done = update(
            settings.data,
            names or [],
            now(),
            progress,
            accept_shrink=accept_shrink,
            terms=terms_of(settings),
        )
        told["lists"] = {one.subscription.name: one.state.value for one in done}
        told["however much was lost"] = accept_shrink
    for one in done:
        never = one.state is State.KEPT and one.subscription.last_good is None
        state = "failed, and there is no copy yet" if never else one.state
        typer.echo(f"{one.subscription.name}: {state}")
        if one.state is State.KEPT:
            notes.print(f"  {one.subscription.problem}")
    if not done:
        notes.print("No list is subscribed to: see `safeguard rules subscribe --help`.")
    raise typer.Exit(int(any(one.state is State.KEPT for one in done)))


def say_health(followed: Sequence[Subscription], at: datetime) -> bool:
    """Print how each subscription is; say whether one is not well."""
    for one in followed:
        good, tried = (_ago(when, at) for when in (one.last_good, one.last_tried))
        typer.echo(f"{one.name}: last good {good}, last tried {tried}.")
        if one.address:
            again = f"{one.next_try:%Y-%m-%d %H:%M} UTC" if one.next_try else "at once"
            typer.echo(f"  From {one.address}, next try {again}.")
        if one.sha256:
            typer.echo(f"  SHA-256 of the last good download: {one.sha256}")
        if trouble := one.trouble(at):
            typer.echo(f"  Problem: {trouble}.")
    return any(one.trouble(at) for one in followed)


def _ago(when: datetime | None, at: datetime) -> str:
    if when is None:
        return "never"
    stamp = f"{when:%Y-%m-%d %H:%M} UTC"
    if when > at + SKEW:
        return f"{stamp} (yet to come)"
    hours = int((at - when) / timedelta(hours=1))
    return f"{stamp} ({hours} hours ago)" if hours else f"{stamp} (less than an hour ago)"
