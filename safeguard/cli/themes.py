"""`safeguard themes`: what phrase sets find, and what another threshold would have flagged."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from filter_rules.languages import read_themes
from filter_rules.phrases import Theme
from safeguard.cli import theme_changes
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    myself,
    notes,
    now,
    progress_bar,
    settings_of,
)
from safeguard.core.policy import FLAGGED_FROM
from safeguard.core.thresholds import THRESHOLDS, Change, Flag, Near, Text, is_step
from safeguard.core.thresholds import rehearse as rehearse_threshold
from safeguard.loading import school_policy
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.sources import shipped_languages, shipped_themes
from safeguard.store import audit, schema, thresholds
from safeguard.store.quiet import pile
from safeguard.supervisor import make_folder

DAYS = 14

app = typer.Typer(no_args_is_help=True, help="Themes: what phrase sets find in words.")


for name, command in (
    ("add", theme_changes.add),
    ("weaken", theme_changes.weaken),
    ("exempt", theme_changes.exempt),
    ("undo", theme_changes.undo),
    ("list", theme_changes.list_changes),
    ("try", theme_changes.try_text),
):
    app.command(name)(command)


@app.callback()
def group() -> None:
    """Themes: what phrase sets find in words."""


@app.command()
def rehearse(
    threshold: Annotated[
        float, typer.Option(help="The score from which a person would be told, in half points.")
    ],
    theme: Annotated[str, typer.Option(help="Which theme. Default: all of them.")] = "",
    text: Annotated[Text, typer.Option(help="What is read: typed, or a page.")] = Text.TYPED,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say how many more or fewer flags another threshold would have brought. Changes nothing."""
    _check(theme, threshold)
    settings = settings_of(data, config)
    near, flags, unread = _looked_at(settings, theme, text, threshold)
    changes = rehearse_threshold(near, flags, text, threshold, theme)
    if as_json:
        typer.echo(json.dumps(_record(changes, theme, text, threshold, unread)))
        return
    _say(changes, theme, text, threshold)
    for note in _notes(text, threshold, unread):
        notes.print(note)


@app.command()
def below(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Say what stayed below the threshold in two weeks, by theme: how often, and how near it came."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    store = schema.prepare(settings)
    try:
        found = pile(store, now() - timedelta(days=DAYS))
    finally:
        store.close()
    if as_json:
        for one in found:
            typer.echo(json.dumps(asdict(one)))
        return
    if not found:
        typer.echo(f"Nothing stayed below in the last {DAYS} days.")
        return
    typer.echo(f"{'theme':<20}{'times':>8}{'highest':>9}")
    for one in found:
        typer.echo(f"{one.theme:<20}{one.times:>8,}{one.highest:>9g}")


def _check(theme: str, threshold: float) -> None:
    known = {one.name for one in _themes() if one.most >= FLAGGED_FROM and not one.help_seeking}
    if theme and theme not in known:
        raise UnusableError(
            f"No theme {theme!r} can be flagged. Choose from: {', '.join(sorted(known))}."
        )
    if not is_step(threshold):
        raise UnusableError(
            f"{threshold:g} is no threshold: scores are kept in half points, such as 3.5."
        )


def _themes() -> list[Theme]:
    return read_themes(shipped_themes(), shipped_languages())[0]


def _looked_at(
    settings: Settings, theme: str, text: Text, threshold: float
) -> tuple[list[Near], list[Flag], int]:
    """What stayed below, what was flagged, and how many flags no key opens; the look is recorded."""
    make_folder(settings.data)
    since = now() - timedelta(days=DAYS)
    flags: list[Flag] = []
    unread = 0
    able = {one.name for one in _themes() if one.most >= FLAGGED_FROM}
    store = schema.prepare(settings)
    try:
        told = {"threshold": threshold, "text": text.value, "days": DAYS}
        audit.note(store, myself(), "rehearsed", "theme", theme, told)
        with progress_bar("Reading flags") as progress:
            for number, one in enumerate(
                thresholds.flags(store, since, school_policy(store).circumvention)
            ):
                progress("Reading flags", number, thresholds.MOST_FLAGS)
                if one is None:
                    unread += 1
                else:
                    flags.append(one)
        near = [one for one in thresholds.near(store, since) if one.theme in able]
    finally:
        store.close()
    return near, flags, unread


def _say(changes: Sequence[Change], theme: str, text: Text, threshold: float) -> None:
    what = f"“{theme}”" if theme else "all themes"
    typer.echo(
        f"Of {what}, {_read(text)}, in the last {DAYS} days: from {threshold:g} instead of "
        f"{THRESHOLDS[text]:g}."
    )
    if not changes:
        typer.echo("Nothing was flagged and nothing stayed below: there is nothing to rehearse.")
        return
    typer.echo(f"\n{'group':<16}{'flags':>8}{'at most more':>14}{'fewer':>8}")
    for one in changes:
        typer.echo(f"{one.group:<16}{one.flags:>8,}{one.more:>14,}{one.fewer:>8,}")
    flags, more, fewer = (sum(column) for column in _columns(changes))
    typer.echo(f"{'together':<16}{flags:>8,}{more:>14,}{fewer:>8,}")


def _columns(changes: Sequence[Change]) -> list[tuple[int, ...]]:
    return list(zip(*((one.flags, one.more, one.fewer) for one in changes), strict=True))


def _notes(text: Text, threshold: float, unread: int) -> list[str]:
    """What one must know to read the numbers."""
    found = []
    if threshold < THRESHOLDS[text]:
        found.append(
            "What stayed below is kept without words and without what it was read in, in half "
            "points: some of these were the other kind of text, or one text with two themes, or "
            "said too few different things to count. So it is “at most”."
        )
    if unread:
        found.append(f"{unread:,} flags could not be opened with this key, and are left out.")
    return found


def _read(text: Text) -> str:
    return "in what was typed" if text is Text.TYPED else "on pages"


def _record(
    changes: Sequence[Change], theme: str, text: Text, threshold: float, unread: int
) -> dict[str, Any]:
    """The JSON of a rehearsal."""
    return {
        "theme": theme,
        "text": text.value,
        "threshold": threshold,
        "now": THRESHOLDS[text],
        "days": DAYS,
        "groups": [asdict(one) for one in changes],
        "unread": unread,
        "notes": _notes(text, threshold, unread),
    }
