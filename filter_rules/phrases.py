"""Read themes: sets of phrases about one harm, in TOML that a safeguarding lead can read.

    name = "suicide"
    title = "Suicide"
    family = "self-harm"          # themes that belong together in a report
    four_cs = "content"           # of KCSIE: content, contact, conduct or commerce
    most = "urgent"               # how severe a text can become by this theme alone
    unless = ["@lesson"]          # excuses every phrase below that is not firm

    [contexts]
    lesson = ["essay", "(gcse|a level)"]

    [[phrase]]
    says = "Says that they want to end their life."
    any = ["[i] want to (die|end it all)"]
    weight = 10                   # in what is typed: 1 low, 4 medium, 7 high, 10 urgent
    near = ["tonight"]            # words near by that raise the weight ...
    raised = 12                   # ... to this
    unless = ["of laughter"]      # words near by that excuse the phrase
    kinds = ["search", "chat"]    # where the phrase counts; everywhere if not said
    firm = true                   # the theme's excuses do not count

`(a|b)` stands for either, `[a]` for a or nothing; both may be nested, and stand inside a word
(`kill[ing]`). Phrases match whole words. What cannot be used is a Problem with its line; the rest of the file still counts.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

from filter_rules.text import fold
from filter_rules.types import Kind, Problem, Severity

FOUR_CS = ("content", "contact", "conduct", "commerce")
MOST_WAYS = 1_000  # that one slot may be filled
HEAVIEST = 100.0

_MARK = re.compile(r"[()\[\]|]|[^()\[\]|]+")
_LINE = re.compile(r"at line (\d+)")
_SEVERITIES = tuple(severity.word for severity in Severity)
_THEME_KEYS = frozenset(
    ("name", "title", "family", "four_cs", "most", "help_seeking", "unless", "contexts", "phrase")
)
_PHRASE_KEYS = frozenset(("any", "says", "weight", "raised", "near", "unless", "kinds", "firm"))
_IN_WORDS = {str: "a text", bool: "true or false", list: "a list", dict: "a table"}
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Gap:
    """Any words, none to so many."""

    most: int


type Slot = frozenset[str] | Gap


@dataclass(frozen=True, slots=True)
class Pattern:
    """Ways of saying something, slot by slot: an empty text means that the slot may be empty.

    A word with a star at an edge (`suicid*`, `*phobic`) stands for all that begin or end so.
    """

    text: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Patterns that say one thing, and what the words around them change."""

    patterns: tuple[Pattern, ...]
    says: str
    weight: float
    raised: float
    near: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    kinds: frozenset[Kind] = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Theme:
    """What phrases are about: one harm, or the search for help."""

    name: str
    title: str = ""
    family: str = ""
    four_cs: str = ""
    most: Severity = Severity.URGENT
    help_seeking: bool = False
    phrases: tuple[Phrase, ...] = ()


def read_pattern(text: str) -> Pattern:
    """Return the pattern that a text spells. Raise ValueError with a sentence."""
    slots = [
        frozenset(fold(way) for way in _alternatives(iter(_MARK.findall(part)), closing=""))
        for part in _parts(text)
    ]
    said = tuple(slot for slot in slots if slot != {""})
    if all("" in slot for slot in said):
        raise ValueError(f"The pattern {text!r} can be empty: give it a word that always stands.")
    return Pattern(text, said)


def _parts(text: str) -> list[str]:
    """Cut a pattern at the spaces outside its brackets."""
    parts = [""]
    depth = 0
    for character in text:
        depth += (character in _CLOSING) - (character in _CLOSING.values())
        if character == " " and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _alternatives(marks: Iterator[str], closing: str) -> list[str]:
    finished: list[str] = []
    ways = [""]
    for mark in marks:
        match mark:
            case "|" if closing:
                finished += ways
                ways = [""]
            case "(" | "[":
                inner = _alternatives(marks, _CLOSING[mark])
                ways = _joined(ways, [*inner, ""] if mark == "[" else inner)
            case ")" | "]" | "|":
                if mark != closing:
                    raise ValueError(f"There is a {mark} too many.")
                return finished + ways
            case words:
                ways = _joined(ways, [words])
    if closing:
        raise ValueError(f"A {closing} is missing.")
    return ways


def _joined(ways: list[str], following: list[str]) -> list[str]:
    if len(ways) * len(following) > MOST_WAYS:
        raise ValueError(f"One place of a pattern can be filled in {MOST_WAYS} ways at most.")
    return [way + more for way in ways for more in following]


type _Contexts = Mapping[str, tuple[Pattern, ...]]


def parse_theme(text: str, file: str) -> tuple[Theme, list[Problem]]:
    """Read one theme. What cannot be used is left out and reported."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        says = f"This is not TOML: {error}."
        return Theme(file), [Problem(file, int(line[1]) if line else text.count("\n") + 1, says)]
    try:
        theme, contexts, excuses = _head(table)
        rows = _value(table, "phrase", list, [])
    except ValueError as error:
        return Theme(file), [Problem(file, 1, str(error))]
    problems: list[Problem] = []
    phrases: list[Phrase] = []
    headers = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == "[[phrase]]"]
    for row, header in zip(rows, chain(headers, repeat(0)), strict=False):
        try:
            phrases.append(_phrase(row, contexts, excuses))
        except ValueError as error:
            problems.append(Problem(file, header, str(error)))
    return replace(theme, phrases=tuple(phrases)), problems


def _head(table: Mapping[str, Any]) -> tuple[Theme, _Contexts, tuple[Pattern, ...]]:
    _only(table, _THEME_KEYS)
    contexts: dict[str, tuple[Pattern, ...]] = {}
    for name in _value(table, "contexts", dict, {}):
        contexts[name] = _patterns(table["contexts"], name, contexts)
    theme = Theme(
        _value(table, "name", str),
        _value(table, "title", str),
        _value(table, "family", str),
        _one_of(table, "four_cs", FOUR_CS),
        Severity[_one_of(table, "most", _SEVERITIES, "urgent").upper()],
        _value(table, "help_seeking", bool, False),
    )
    return theme, contexts, _patterns(table, "unless", contexts)


def _phrase(row: object, contexts: _Contexts, excuses: tuple[Pattern, ...]) -> Phrase:
    if not isinstance(row, dict):
        raise ValueError("A phrase must be a table under [[phrase]].")  # noqa: TRY004 - one kind of error for a file
    _only(row, _PHRASE_KEYS)
    patterns = _patterns(row, "any", contexts)
    if not patterns:
        raise ValueError("The phrase has no words: give it any = [...].")
    weight = _weight(row, "weight")
    kinds = _value(row, "kinds", list, list(Kind))
    if unknown := set(map(str, kinds)) - set(Kind):
        raise ValueError(f"There is no kind {min(unknown)!r}: use search, chat or page.")
    return Phrase(
        patterns,
        _value(row, "says", str),
        weight,
        _weight(row, "raised", weight),
        _patterns(row, "near", contexts),
        _patterns(row, "unless", contexts) + (() if _value(row, "firm", bool, False) else excuses),
        frozenset(map(Kind, kinds)),
    )


def _patterns(table: Mapping[str, Any], key: str, contexts: _Contexts) -> tuple[Pattern, ...]:
    patterns: list[Pattern] = []
    for text in _value(table, key, list, []):
        if not isinstance(text, str):
            raise ValueError(f"{key} must hold texts, not {text!r}.")  # noqa: TRY004 - one kind of error for a file
        if not text.startswith("@"):
            patterns.append(read_pattern(text))
        elif text[1:] in contexts:
            patterns += contexts[text[1:]]
        else:
            raise ValueError(f"No context is named {text[1:]!r}: add it under [contexts].")
    return tuple(patterns)


def _weight(row: Mapping[str, Any], key: str, otherwise: float | None = None) -> float:
    weight = row.get(key, otherwise)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise ValueError(f"{key} must be a number.")  # noqa: TRY004 - one kind of error for a file
    if not 0 <= weight <= HEAVIEST:
        raise ValueError(f"{key} must lie between 0 and {HEAVIEST:g}.")
    return float(weight)


def _one_of(
    table: Mapping[str, Any], key: str, choices: Sequence[str], otherwise: str | None = None
) -> str:
    chosen = _value(table, key, str, otherwise)
    if chosen not in choices:
        raise ValueError(f"{key} must be one of {', '.join(choices)}.")
    return chosen


def _value[T](table: Mapping[str, Any], key: str, kind: type[T], otherwise: T | None = None) -> T:
    value = table.get(key, otherwise)
    if not isinstance(value, kind):
        raise ValueError(f"{key} must be given as {_IN_WORDS[kind]}.")  # noqa: TRY004 - one kind of error for a file
    return value


def _only(table: Mapping[str, Any], keys: frozenset[str]) -> None:
    if unknown := table.keys() - keys:
        raise ValueError(f"{min(unknown)!r} is not known here: use {', '.join(sorted(keys))}.")
