"""`safeguard themes add|weaken|exempt|list|undo|try`: what the school changes of the themes."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from filter_rules.detector import Detector
from filter_rules.languages import read_themes
from filter_rules.phrases import Theme
from filter_rules.theme_changes import ThemeChange, Way, changed
from filter_rules.types import Finding, Kind, Match
from safeguard.cli.acting import ReasonOption
from safeguard.cli.leads import ByOption, how, lead_of
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, now, settings_of
from safeguard.core.audit import Actor
from safeguard.core.explain import finding_in_full
from safeguard.loading import school_groups
from safeguard.opinion_file import opinion_or_none, shipped
from safeguard.problems import UnusableError
from safeguard.sources import shipped_languages, shipped_themes
from safeguard.store import theme_changes

ThemeArgument = Annotated[str, typer.Argument(help="The theme: see docs/reference/themes.md.")]
PhraseArgument = Annotated[
    str, typer.Argument(help="The phrase as it is written in a theme: (a|b), [a], …, word*.")
]


def add(
    theme: ThemeArgument,
    phrase: PhraseArgument,
    by: ByOption,
    reason: ReasonOption,
    weight: Annotated[float, typer.Option(help="Typed: 1 low, 4 medium, 7 high, 10 urgent.")] = 4.0,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Look for a phrase of the school's own."""
    _make(ThemeChange(Way.ADD, theme, phrase, weight), by, reason, data, config)


def weaken(
    theme: ThemeArgument,
    phrase: PhraseArgument,
    weight: Annotated[float, typer.Option(help="What it weighs from now on; 0: nothing.")],
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a phrase weigh less. What can be urgent is never weakened."""
    _make(ThemeChange(Way.WEAKEN, theme, phrase, weight), by, reason, data, config)


def exempt(
    theme: ThemeArgument,
    phrase: PhraseArgument,
    group: Annotated[str, typer.Option(help="The group whose words are not held against it.")],
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Exempt a group from a phrase. From what can be urgent nobody is exempted."""
    change = ThemeChange(Way.EXEMPT, theme, phrase, group=group)
    _make(change, by, reason, data, config)


def _make(
    change: ThemeChange, by: str, reason: str, data: DataOption, config: ConfigOption
) -> None:
    with opened(settings_of(data, config)) as store:
        actor = Actor(f"staff:{lead_of(store, by).id}", now())
        if change.group and change.group not in school_groups(store):
            raise UnusableError(f"There is no group {change.group!r}. Nothing was changed.")
        number = theme_changes.make(store, _shipped(), change, reason, actor, how())
    typer.echo(f"Change {number} is in force. To take it back: safeguard themes undo {number}")


def undo(
    number: Annotated[int, typer.Argument(help="The change, as `themes list` shows it.")],
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a change back."""
    with opened(settings_of(data, config)) as store:
        actor = Actor(f"staff:{lead_of(store, by).id}", now())
        if not theme_changes.take_back(store, number, reason, actor, how()):
            raise UnusableError(f"No change {number} is in force: see `safeguard themes list`.")
    typer.echo(f"Change {number} is taken back.")


def list_changes(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List what the school changed of the themes."""
    with opened(settings_of(data, config)) as store:
        found = theme_changes.in_force(store)
    for one in found:
        record = {**asdict(one), "at": one.at.isoformat()}
        typer.echo(json.dumps(record, ensure_ascii=False) if as_json else _line(one))
    if not found and not as_json:
        typer.echo("The themes are as they were shipped.")


def try_text(
    text: Annotated[str, typer.Argument(help="A sentence, as a pupil might type it.")],
    kind: Annotated[Kind, typer.Option(help="What the text is.")] = Kind.SEARCH,
    group: Annotated[str, typer.Option(help="Who types it. Default: nobody's group.")] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what would be found in a sentence, with the school's changes, and why."""
    with opened(settings_of(data, config)) as store:
        own = [one.change for one in theme_changes.in_force(store)]
    detector = Detector(changed(_shipped(), own), opinion_or_none(shipped()))
    groups = frozenset([group] if group else [])
    found = detector.detect(text, kind, groups=groups, excused_too=True)
    if as_json:
        records = [finding_in_full(one) for one in found]
        typer.echo(json.dumps({"text": text, "themes": records}, ensure_ascii=False))
        return
    if not found:
        typer.echo("Nothing was found.")
    for one in found:
        _say(one)


def _say(found: Finding) -> None:
    typer.echo(f"{found.theme}: {found.severity.word}, score {found.score:g}")
    for one in found.matches:
        typer.echo(f"  “{one.quote}” weighs {one.weight:g}{_why(one)}. {one.says}")
    if found.seconded:
        typer.echo(f"  The second opinion: a person should look, above all at {_words(found)}.")
    if found.doubted:
        typer.echo("  The second opinion doubts it: the sentence looks harmless.")


def _words(found: Finding) -> str:
    return ", ".join(f"“{word}”" for word in found.seconded)


def _why(one: Match) -> str:
    said = [f"{beside.effect.value} by “{beside.quote}”" for beside in one.beside]
    if one.capped:
        said.append(f"capped with the group {one.capped}")
    return f" ({', '.join(said)})" if said else ""


def _line(one: theme_changes.Made) -> str:
    change = one.change
    to = f" for {change.group}" if change.group else f" to weigh {change.weight:g}"
    return (
        f"{one.id:>5}  {change.way.value} {change.theme}: “{change.pattern}”{to} "
        f"({one.by}: {one.reason})"
    )


def _shipped() -> list[Theme]:
    return read_themes(shipped_themes(), shipped_languages())[0]
