"""Read the phrases of one other language: one file a language, each phrase with its theme.

    language = "pl"
    title = "Polish"

    [contexts]
    lesson = ["wypracowanie"]

    [[phrase]]                    # as in a theme, but for the key that says whose phrase it is
    theme = "suicide"
    says = "Says that they want to end their life."
    any = ["chcę umrzeć"]
    weight = 10
    firm = true

    [sets]
    me = ["ja"]

    [[together]]                  # so too, of the sets of this file
    theme = "suicide"
    says = "Speaks of themselves and of death."
    all = ["@me", "@death"]
    within = 8
    weight = 7

The excuses of a theme are English, so they do not count here: a phrase has its own.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

from filter_rules.phrases import Phrase, Theme, Together
from filter_rules.theme_files import Around, named, parse_theme, read_phrase, read_together
from filter_rules.toml_values import headers, line_of, only, table_of, value
from filter_rules.types import Problem

_KEYS = frozenset(("language", "title", "contexts", "sets", "phrase", "together"))
_CODE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})?")


@dataclass(frozen=True, slots=True)
class Language:
    """What is said in one language, by theme."""

    code: str
    title: str = ""
    phrases: tuple[tuple[str, Phrase], ...] = ()
    togethers: tuple[tuple[str, Together], ...] = ()


def parse_language(text: str, file: str) -> tuple[Language, list[Problem]]:
    """Read one language. What cannot be used is left out and reported."""
    try:
        table = table_of(text)
        only(table, _KEYS)
        code, title = _code(table), value(table, "title", str)
        contexts, sets = named(table, "contexts"), named(table, "sets")
        rows, composites = value(table, "phrase", list, []), value(table, "together", list, [])
    except ValueError as error:
        return Language(file), [Problem(file, line_of(error, text), str(error))]
    around = Around(contexts, sets, language=code)
    problems: list[Problem] = []

    def of_themes[T](
        header: str, rows: list[object], read: Callable[[object, Around], T]
    ) -> Iterator[tuple[str, T]]:
        for row, line in zip(rows, chain(headers(text, header), repeat(0)), strict=False):
            try:
                yield _of_theme(header, row, around, read)
            except ValueError as error:
                problems.append(Problem(file, line, str(error)))

    phrases = tuple(of_themes("phrase", rows, read_phrase))
    togethers = tuple(of_themes("together", composites, read_together))
    return Language(code, title, phrases, togethers), problems


def _code(table: Mapping[str, Any]) -> str:
    code = value(table, "language", str)
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no code of a language, such as pl.")
    return code


def _of_theme[T](
    header: str, row: object, around: Around, read: Callable[[object, Around], T]
) -> tuple[str, T]:
    if not isinstance(row, dict):
        raise ValueError(f"A {header} must be a table under [[{header}]].")  # noqa: TRY004 - one kind of error for a file
    rest = {key: what for key, what in row.items() if key != "theme"}
    return value(row, "theme", str), read(rest, around)


def joined(
    themes: Iterable[Theme], languages: Iterable[Language]
) -> tuple[list[Theme], list[Problem]]:
    """Give each theme its phrases of other languages. A phrase of no theme is a problem."""
    known = list(themes)
    names = {theme.name for theme in known}
    phrases: defaultdict[str, list[Phrase]] = defaultdict(list)
    togethers: defaultdict[str, list[Together]] = defaultdict(list)
    problems: list[Problem] = []
    for language in sorted(languages, key=lambda one: one.code):
        for name, phrase in language.phrases:
            phrases[name].append(phrase)
        for name, together in language.togethers:
            togethers[name].append(together)
        problems += [
            Problem(f"{language.code}.toml", 0, f"There is no theme {name!r} for its phrases.")
            for name in sorted({name for name, _ in language.phrases + language.togethers} - names)
        ]
    return [
        replace(
            theme,
            phrases=(*theme.phrases, *phrases[theme.name]),
            togethers=(*theme.togethers, *togethers[theme.name]),
        )
        for theme in known
    ], problems


def read_themes(
    themes: Mapping[str, str], languages: Mapping[str, str]
) -> tuple[list[Theme], list[Problem]]:
    """Read theme files and language files, by their names; in which order does not matter."""
    problems: list[Problem] = []
    known: list[Theme] = []
    spoken: list[Language] = []
    for file, text in sorted(themes.items()):
        theme, found = parse_theme(text, file)
        known.append(theme)
        problems += found
    for file, text in sorted(languages.items()):
        language, found = parse_language(text, file)
        spoken.append(language)
        problems += found
    together, found = joined(known, spoken)
    return together, problems + found
