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

`(a|b)` stands for either, `[a]` for a or nothing; both may be nested. Phrases match whole
words. What cannot be used is a Problem with its line; the rest of the file still counts.
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
MOST_LITERALS = 5_000  # that one pattern may stand for
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
class Phrase:
    """Ways of saying one thing, and what the words around them change."""

    literals: frozenset[str]
    says: str
    weight: float
    raised: float
    near: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
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


def expand(pattern: str) -> frozenset[str]:
    """Return the folded literals that a pattern stands for. Raise ValueError with a sentence."""
    marks = _MARK.findall(pattern)
    literals = {fold(way) for way in _alternatives(iter(marks), closing="")}
    literals.discard("")
    if not literals:
        raise ValueError(f"The pattern {pattern!r} says nothing: write at least one word.")
    return frozenset(literals)


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
    if len(ways) * len(following) > MOST_LITERALS:
        raise ValueError(f"It stands for more than {MOST_LITERALS} phrases: split it.")
    return [way + more for way in ways for more in following]


def parse_theme(text: str, file: str) -> tuple[Theme, list[Problem]]:
    """Read one theme. What cannot be used is left out and reported."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        says = f"This is not TOML: {error}."
        return Theme(file), [Problem(file, int(line[1]) if line else 0, says)]
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


def _head(table: Mapping[str, Any]) -> tuple[Theme, Mapping[str, frozenset[str]], frozenset[str]]:
    _only(table, _THEME_KEYS)
    contexts: dict[str, frozenset[str]] = {}
    for name in _value(table, "contexts", dict, {}):
        contexts[name] = _literals(table["contexts"], name, contexts)
    theme = Theme(
        _value(table, "name", str),
        _value(table, "title", str),
        _value(table, "family", str),
        _one_of(table, "four_cs", FOUR_CS),
        Severity[_one_of(table, "most", _SEVERITIES, "urgent").upper()],
        _value(table, "help_seeking", bool, False),
    )
    return theme, contexts, _literals(table, "unless", contexts)


def _phrase(row: object, contexts: Mapping[str, frozenset[str]], excuses: frozenset[str]) -> Phrase:
    if not isinstance(row, dict):
        raise ValueError("A phrase must be a table under [[phrase]].")  # noqa: TRY004 - one kind of error for a file
    _only(row, _PHRASE_KEYS)
    literals = _literals(row, "any", contexts)
    if not literals:
        raise ValueError("The phrase has no words: give it any = [...].")
    weight = _weight(row, "weight")
    kinds = _value(row, "kinds", list, list(Kind))
    if unknown := set(map(str, kinds)) - set(Kind):
        raise ValueError(f"There is no kind {min(unknown)!r}: use search, chat or page.")
    return Phrase(
        literals,
        _value(row, "says", str),
        weight,
        _weight(row, "raised", weight),
        _literals(row, "near", contexts),
        _literals(row, "unless", contexts)
        | (frozenset() if _value(row, "firm", bool, False) else excuses),
        frozenset(map(Kind, kinds)),
    )


def _literals(
    table: Mapping[str, Any], key: str, contexts: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    literals: set[str] = set()
    for pattern in _value(table, key, list, []):
        if not isinstance(pattern, str):
            raise ValueError(f"{key} must hold texts, not {pattern!r}.")  # noqa: TRY004 - one kind of error for a file
        if not pattern.startswith("@"):
            literals |= expand(pattern)
        elif pattern[1:] in contexts:
            literals |= contexts[pattern[1:]]
        else:
            raise ValueError(f"No context is named {pattern[1:]!r}: add it under [contexts].")
    return frozenset(literals)


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
