"""Read phrases of other languages: one file a language, each phrase with the theme it belongs to.

    language = "pl"               # ISO 639-1
    title = "Polish"

    [contexts]
    story = ["film", "piosenka"]

    [[phrase]]
    theme = "suicide"
    says = "Says that they want to end their life."
    any = ["chce (umrzec|sie zabic)"]
    weight = 10

What stands under [[phrase]] is as in a theme's own file. Excuses of the theme do not hold here: a
file names its own.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from filter_rules.phrases import (
    Phrase,
    Theme,
    contexts_of,
    only_keys,
    parse_theme,
    phrase_of,
    untabled,
    value_of,
)
from filter_rules.types import Problem

FOLDER = "languages/"  # how the names of such files begin
_KEYS = frozenset(("language", "title", "contexts", "phrase"))

type Spoken = tuple[str, Phrase]  # a theme's name, and a phrase of it


def parse_language(text: str, file: str) -> tuple[list[Spoken], list[Problem]]:
    """Read one language. What cannot be used is left out and reported."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [untabled(text, file, error)]
    try:
        only_keys(table, _KEYS)
        language = value_of(table, "language", str)
        contexts = contexts_of(table)
        rows = value_of(table, "phrase", list, [])
    except ValueError as error:
        return [], [Problem(file, 1, str(error))]
    spoken: list[Spoken] = []
    problems: list[Problem] = []
    headers = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == "[[phrase]]"]
    for row, header in zip(rows, chain(headers, repeat(0)), strict=False):
        try:
            spoken.append(_spoken(row, language, contexts))
        except ValueError as error:
            problems.append(Problem(file, header, str(error)))
    return spoken, problems


def read_themes(texts: Iterable[tuple[str, str]]) -> tuple[Theme, ...]:
    """Return the themes of many files, by their names, with what other languages say of them."""
    themes: list[Theme] = []
    spoken: defaultdict[str, list[Phrase]] = defaultdict(list)
    for name, text in sorted(texts):
        if name.startswith(FOLDER):
            for theme, phrase in parse_language(text, name)[0]:
                spoken[theme].append(phrase)
        else:
            themes.append(parse_theme(text, name)[0])
    return tuple(replace(one, phrases=(*one.phrases, *spoken[one.name])) for one in themes)


def _spoken(row: Any, language: str, contexts: Mapping[str, Any]) -> Spoken:
    if not isinstance(row, dict):
        raise ValueError("A phrase must be a table under [[phrase]].")  # noqa: TRY004 - one kind of error for a file
    theme = value_of(row, "theme", str)
    phrase = phrase_of({key: row[key] for key in row.keys() - {"theme"}}, contexts, ())
    return theme, replace(phrase, language=language)
