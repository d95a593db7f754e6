"""`safeguard themes import` and its sisters: phrases from elsewhere, looked at before they count."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from filter_rules.charsets import codec_of
from filter_rules.detector import Detector
from filter_rules.formats.phrase_lists import ListKind
from filter_rules.formats.trees import slug
from filter_rules.imported_phrases import HEAVIEST_LIMIT, LIMIT, ImportedSet, PhraseSets
from filter_rules.theme_files import parse_theme
from filter_rules.types import Kind, Severity
from safeguard.cli.on_record import on_record
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    lines_of,
    notes,
    now,
    settings_of,
)
from safeguard.phrase_files import Kept, forget_set, keep, kept_set, kept_sets, taken_in
from safeguard.problems import UnusableError
from safeguard.sources import shipped_themes
from safeguard.supervisor import make_folder

SAMPLE = 12
MOST_SHOWN = 10
MOST_TEXTS = 20_000
_ON_NEXT_BUILD = "It counts from the next `safeguard rules build`, or the next start."

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of the set.")]


def import_phrases(
    path: Annotated[
        Path, typer.Argument(help="A phrase list, or a folder of them.", readable=False)
    ],
    name: Annotated[str, typer.Option(help="What to call the set.")],
    theme: Annotated[str, typer.Option(help="The theme that it counts for.")],
    title: Annotated[str, typer.Option(help="What staff read. Default: the name.")] = "",
    limit: Annotated[
        float, typer.Option(help="The sum of weights above which a text is flagged.")
    ] = LIMIT,
    most: Annotated[
        str, typer.Option(help="How severe it can become: low, medium, high or urgent.")
    ] = Severity.MEDIUM.word,
    charset: Annotated[
        str, typer.Option(help="How the files are encoded. Default: as they say, or a guess.")
    ] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take in phrase lists of another filter. They are off until previewed and switched on."""
    settings = settings_of(data, config)
    called = slug(name)
    _check(called, theme, most, limit, charset)
    if not path.exists():
        raise UnusableError(f"{path} does not exist: give a phrase list, or a folder of them.")
    make_folder(settings.data)
    empty = ImportedSet(called, title or name, theme, (), limit, Severity[most.upper()])
    with on_record(settings, "imported", "phrase set", called) as told:
        kept = taken_in(settings.data, path, empty, now().isoformat(timespec="seconds"), charset)
        told |= {"theme": theme, "phrases": len(kept.phrases.phrases), "refused": kept.refused}
        if not kept.phrases.phrases:
            raise UnusableError(f"{path} holds no phrase that can be used. {_refused(kept)}")
    if as_json:
        typer.echo(json.dumps(_record(kept), ensure_ascii=False))
        return
    typer.echo(f"{called}: {len(kept.phrases.phrases):,} phrases taken in. {_refused(kept)}")
    for problem in kept.problems[:MOST_SHOWN]:
        notes.print(f"  {problem.file}:{problem.line}  {problem.says}")
    typer.echo(f"They are off. See what they would do: `safeguard themes preview {called}`.")


def imported(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List the phrase sets that were taken in, and whether they count."""
    found = kept_sets(settings_of(data, config).data)
    for kept in found:
        if as_json:
            typer.echo(json.dumps(_record(kept), ensure_ascii=False))
        else:
            one = kept.phrases
            typer.echo(f"{one.name:<24}{one.theme:<20}{len(one.phrases):>8,}  {_state(kept)}")
    if not found and not as_json:
        typer.echo("No phrase set was taken in: see `safeguard themes import --help`.")


def preview(
    name: NameArgument,
    texts: Annotated[
        str, typer.Option(metavar="FILE", help="Texts, one a line, to see what would be flagged.")
    ] = "",
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Say what a set holds, what the shipped themes know already, and what it would flag."""
    settings = settings_of(data, config)
    kept = kept_set(settings.data, name)
    seen = _looked_at(kept, texts)
    keep(settings.data, replace(kept, previewed=True))
    if as_json:
        typer.echo(json.dumps(_record(kept) | seen.record(), ensure_ascii=False))
        return
    _say(kept, seen)


def switch(
    name: NameArgument,
    to: Annotated[str, typer.Argument(metavar="ON|OFF", help="on or off.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the audit.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Switch a set on or off."""
    settings = settings_of(data, config)
    kept = kept_set(settings.data, name)
    if to not in ("on", "off"):
        raise UnusableError(f"{to!r} is neither on nor off.")
    if not reason.strip():
        raise UnusableError("Give a reason, such as --reason 'Asked for by the safeguarding lead'.")
    if to == "on" and not kept.previewed:
        raise UnusableError(
            f"Nobody has looked at “{name}” yet: see `safeguard themes preview {name}` first."
        )
    with on_record(settings, f"switched {to}", "phrase set", name) as told:
        keep(settings.data, replace(kept, on=to == "on"))
        told["reason"] = reason
    typer.echo(f"“{name}” is switched {to}. {_ON_NEXT_BUILD}")


def forget(name: NameArgument, data: DataOption = None, config: ConfigOption = None) -> None:
    """Forget a set that was taken in."""
    settings = settings_of(data, config)
    kept_set(settings.data, name)
    with on_record(settings, "forgotten", "phrase set", name):
        forget_set(settings.data, name)
    typer.echo(f"“{name}” is forgotten. {_ON_NEXT_BUILD}")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a preview shows."""

    kinds: dict[str, int]
    abouts: dict[str, int]
    sample: list[str]
    known: int  # phrases in which a shipped theme finds something too
    texts: int
    flagged: list[str]

    def record(self) -> dict[str, Any]:
        return {
            "kinds": self.kinds,
            "abouts": self.abouts,
            "sample": self.sample,
            "known": self.known,
            "texts": self.texts,
            "would_flag": self.flagged,
        }


def _looked_at(kept: Kept, texts: str) -> _Seen:
    one = kept.phrases
    detector = Detector([parse_theme(text, file)[0] for file, text in shipped_themes().items()])
    spelt = [" … ".join(term.strip() for term in phrase.terms) for phrase in one.phrases]
    known = sum(bool(detector.detect(text, Kind.SEARCH)) for text in spelt)
    step = max(1, len(spelt) // SAMPLE)
    read = (
        [line for line, _ in zip(lines_of(texts), range(MOST_TEXTS), strict=False)] if texts else []
    )
    sets = PhraseSets([one])
    flagged = [
        text
        for text in read
        if any(found.severity >= Severity.MEDIUM for found in sets.detect(text, Kind.PAGE))
    ]
    return _Seen(
        dict(sorted(Counter(phrase.kind.value for phrase in one.phrases).items())),
        dict(
            Counter(phrase.about for phrase in one.phrases if phrase.about).most_common(MOST_SHOWN)
        ),
        spelt[::step][:SAMPLE],
        known,
        len(read),
        flagged,
    )


def _say(kept: Kept, seen: _Seen) -> None:
    one = kept.phrases
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in seen.kinds.items())
    typer.echo(f"{one.title}: {len(one.phrases):,} phrases ({kinds}) for the theme {one.theme}.")
    if seen.abouts:
        typer.echo("About: " + ", ".join(f"{a} {n:,}" for a, n in seen.abouts.items()) + ".")
    combined = sum(len(phrase.terms) > 1 for phrase in one.phrases)
    inside = sum(phrase.kind is not ListKind.WORDS for phrase in one.phrases)
    typer.echo(
        f"{combined:,} combine phrases that stand anywhere on a page; {inside:,} may match inside "
        f"words. A text is flagged above {one.limit:g}, at most {one.most.word}."
    )
    typer.echo(f"The shipped themes find something in {seen.known:,} of them. {_refused(kept)}")
    typer.echo("Some of them: " + "; ".join(seen.sample))
    if seen.texts:
        typer.echo(f"Of {seen.texts:,} texts it would flag {len(seen.flagged):,}:")
        for text in seen.flagged[:MOST_SHOWN]:
            typer.echo(f"  {text[:120]}")
    typer.echo(f"Switch it on with `safeguard themes switch {one.name} on --reason '…'`.")


def _check(name: str, theme: str, most: str, limit: float, charset: str) -> None:
    themes = {parse_theme(text, file)[0].name for file, text in shipped_themes().items()}
    if theme not in themes:
        raise UnusableError(
            f"No theme is called {theme!r}. Choose from: {', '.join(sorted(themes))}."
        )
    severities = [one.word for one in Severity if one is not Severity.NONE]
    if most not in severities:
        raise UnusableError(f"{most!r} is no severity. Choose from: {', '.join(severities)}.")
    if not name:
        raise UnusableError("This cannot name a set: give letters or digits with --name.")
    if not 0 < limit <= HEAVIEST_LIMIT:
        raise UnusableError(f"A limit must lie above 0, up to {HEAVIEST_LIMIT:,}.")
    if charset and not codec_of(charset):
        raise UnusableError(f"{charset!r} is no charset of the web, such as utf-8 or windows-1251.")


def _refused(kept: Kept) -> str:
    return f"{kept.refused:,} lines could not be used." if kept.refused else "Every line was used."


def _state(kept: Kept) -> str:
    return "on" if kept.on else "off, previewed" if kept.previewed else "off, not looked at"


def _record(kept: Kept) -> dict[str, Any]:
    one = kept.phrases
    return {
        "name": one.name,
        "title": one.title,
        "theme": one.theme,
        "phrases": len(one.phrases),
        "limit": one.limit,
        "most": one.most.word,
        "imported": kept.imported,
        "previewed": kept.previewed,
        "on": kept.on,
        "refused": kept.refused,
        "problems": [{"file": p.file, "line": p.line, "says": p.says} for p in kept.problems],
    }
