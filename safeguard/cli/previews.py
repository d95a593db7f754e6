"""`safeguard rules preview` and `rules diff`: look at a list before saying yes to it."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from filter_rules.formats.format import Format
from safeguard.building import compile_alone
from safeguard.cli.options import ConfigOption, DataOption, now, progress_bar, settings_of
from safeguard.gathering import Progress
from safeguard.previewing import (
    by_category,
    difference,
    imported,
    named,
    popular_hosts,
    source_of,
)
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.sources import Source
from safeguard.subscriptions import Subscription, completed, subscriptions
from safeguard.supervisor import make_folder
from safeguard.updating import download, terms_of

MOST_SHOWN = 50


def preview(
    what: Annotated[
        str, typer.Argument(metavar="LIST", help="A file, a folder, or the name of a list.")
    ],
    popular: Annotated[
        Path, typer.Option(help="Popular sites: one a line, or JSON with a “list”.")
    ],
    category: Annotated[str, typer.Option(help="What the list is about.")] = "",
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.AUTO,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say which popular sites a list names. Exit status 1 if it names any. Nothing is taken in."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    hosts = popular_hosts(popular)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix="preview-") as folder:
        work = Path(folder)
        with progress_bar() as progress:
            wanted = Subscription(what, format=fmt, category=category)
            source = _looked_at(settings, work, wanted, now(), progress)
            found = named(compile_alone(source, work, progress), hosts)
    typer.echo(f"It names {len(found):,} of {len(hosts):,} popular sites.")
    for about, count in sorted(by_category(found).items()):
        typer.echo(f"{count:>10,}  {about}")
    for one in found[:MOST_SHOWN]:
        typer.echo(f"  {one.host}: {', '.join(one.categories)}")
    if len(found) > MOST_SHOWN:
        typer.echo(f"  … and {len(found) - MOST_SHOWN:,} more.")
    raise typer.Exit(int(bool(found)))


def diff(
    name: Annotated[str, typer.Argument(help="The name of a list that was taken in.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Another copy of it.")],
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.AUTO,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say how many entries another copy of a list adds and removes. Exit status 1 if any."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    before = imported(settings.data, name)
    if before is None:
        raise UnusableError(f"No list is called “{name}”: see `safeguard rules status`.")
    first = before.files[0]
    fmt = first.format if fmt is Format.AUTO else fmt
    with tempfile.TemporaryDirectory(dir=settings.data, prefix="preview-") as folder:
        after = source_of(Path(folder), path, fmt, first.category, now())
        found = difference(before, after)
    typer.echo(f"{found.added:,} added, {found.removed:,} removed, {found.same:,} as before.")
    raise typer.Exit(int(bool(found.added or found.removed)))


def _looked_at(
    settings: Settings, work: Path, wanted: Subscription, at: datetime, progress: Progress
) -> Source:
    """A file or a folder, else a list that was taken in, else one that is downloaded to look."""
    path = Path(wanted.name)
    if path.exists():
        return source_of(work, path, wanted.format, wanted.category, at)
    if (source := imported(settings.data, wanted.name)) is not None:
        return source
    known = {one.name: one for one in subscriptions(settings.data)}
    one = known.get(wanted.name) or completed(wanted)
    found = download(one, work, terms_of(settings).limits, progress)
    return source_of(work, found, one.format, one.category, at)
