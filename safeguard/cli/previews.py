"""`safeguard rules preview` and `rules diff`: look at a list before saying yes to it."""

import json
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from filter_rules.formats.format import Format
from safeguard.building import compile_alone
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    notes,
    now,
    progress_bar,
    settings_of,
)
from safeguard.cli.rehearsals import is_there, rehearsal_record, rehearsed, say_rehearsal
from safeguard.core.policy import Policy
from safeguard.gathering import Progress
from safeguard.loading import school_policy, shipped_policy
from safeguard.previewing import (
    Named,
    Popular,
    blocked_for,
    by_category,
    difference,
    imported,
    named,
    popular_sites,
    source_of,
)
from safeguard.problems import UnusableError
from safeguard.rehearsing import Rehearsal
from safeguard.settings import Settings
from safeguard.sources import Source
from safeguard.store import schema
from safeguard.store.session import AwayError
from safeguard.subscriptions import Subscription, completed, subscriptions
from safeguard.supervisor import make_folder
from safeguard.updating import download, terms_of

MOST_SHOWN = 50
EXAMPLES = 4


def preview(
    what: Annotated[
        str, typer.Argument(metavar="LIST", help="A file, a folder, or the name of a list.")
    ],
    popular: Annotated[
        list[Path] | None,
        typer.Option(
            help="Popular sites: one a line, or JSON with a “list”. Give it several times, the "
            "shortest list of the best known first."
        ),
    ] = None,
    category: Annotated[str, typer.Option(help="What the list is about.")] = "",
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.AUTO,
    most: Annotated[int, typer.Option(min=0, help="How many sites to show.")] = MOST_SHOWN,
    no_traffic: Annotated[
        bool, typer.Option("--no-traffic", help="Do not try it on last week's visits.")
    ] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say which popular sites a list names, and which of last week's visits it would block.

    Exit status 1 if there are any. Nothing is taken in.
    """
    if no_traffic and not popular:
        raise UnusableError("Give popular sites with --popular, or leave --no-traffic out.")
    settings = settings_of(data, config)
    make_folder(settings.data)
    sites = popular_sites(popular or ())
    policy = _policy_of(settings)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix="preview-") as folder:
        work = Path(folder)
        with progress_bar() as progress:
            wanted = Subscription(what, format=fmt, category=category)
            source = _looked_at(settings, work, wanted, now(), progress)
            alone = compile_alone(source, work, progress)
            found = named(alone, sites.hosts)
            seen = None if no_traffic else rehearsed(settings, what, source, alone, progress)
    if as_json:
        typer.echo(json.dumps(_record(what, found, sites, seen, policy), ensure_ascii=False))
    else:
        _say(found, sites, most, seen, policy)
    newly = isinstance(seen, Rehearsal) and seen.newly.visits
    raise typer.Exit(int(bool(found or newly)))


def _policy_of(settings: Settings) -> Policy:
    """The policy in force; the shipped one, said so, where the database has none to tell."""
    zone = settings.school.hours.tz
    if not is_there(settings):
        return shipped_policy(zone)
    try:
        with closing(schema.prepare(settings)) as store:
            return school_policy(store, zone)
    except (AwayError, UnusableError) as error:
        notes.print(f"Whom it blocks is told by the shipped policy: {error}")
        return shipped_policy(zone)


def _say(
    found: Sequence[Named],
    sites: Popular,
    most: int,
    seen: Rehearsal | str | None,
    policy: Policy,
) -> None:
    _say_named(found, sites, most, policy)
    if isinstance(seen, Rehearsal):
        say_rehearsal(seen)
    elif seen:
        notes.print(seen)


def _record(
    what: str,
    found: Sequence[Named],
    sites: Popular,
    seen: Rehearsal | str | None,
    policy: Policy,
) -> dict[str, Any]:
    """The JSON of a preview: one object. `blocked_for` is empty where no rule blocks a category."""
    groups = policy.groups.in_order
    return {
        "list": what,
        "popular": [
            {
                "file": file,
                "sites": len(known),
                "names": [one.host for one in found if one.host in known],
            }
            for file, known in sites.files
        ],
        "categories": [
            {
                "category": about,
                "sites": list(hosts),
                "blocked_for": blocked_for(policy, about, groups),
            }
            for about, hosts in by_category(found).items()
        ],
        "traffic": None if seen is None else rehearsal_record(seen),
    }


def _say_named(found: Sequence[Named], sites: Popular, most: int, policy: Policy) -> None:
    groups = policy.groups.in_order
    about = by_category(found)
    whom = {one: blocked_for(policy, one, groups) for one in about}
    lost = [one for one in found if any(whom[category] for category in one.categories)]
    for file, known in sites.files:
        names, blocks = (len({one.host for one in some} & known) for some in (found, lost))
        typer.echo(
            f"Of the {len(known):,} sites in {file} it names {names:,}; "
            f"{blocks:,} would be blocked."
        )
    if sites.unranked:
        notes.print(
            f"In alphabetical order: {', '.join(sites.unranked)}. The best known are told by what "
            "other files name too: give several with --popular, the shortest first."
        )
    if not found:
        return
    typer.echo(f"\n{'sites':>7}  {'category':<20}  {'blocked for':<28}  the best known")
    for one, hosts in about.items():
        named_so = ", ".join(hosts[:EXAMPLES])
        typer.echo(f"{len(hosts):>7,}  {one:<20}  {whom[one] or 'nobody':<28}  {named_so}")
    _say_sites(lost or found, "would be blocked" if lost else "are named, and not blocked", most)


def _say_sites(shown: Sequence[Named], how: str, most: int) -> None:
    typer.echo(f"\nThese {how}, the best known first:")
    for one in shown[:most]:
        typer.echo(f"  {one.host}: {', '.join(one.categories)}")
    if len(shown) > most:
        typer.echo(f"  … and {len(shown) - most:,} more: show them with --most {len(shown)}.")


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
