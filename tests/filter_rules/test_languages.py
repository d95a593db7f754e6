"""Phrases of other languages join the themes they name; what cannot be used is said with its line."""

import pytest

from filter_rules.detector import Detector
from filter_rules.languages import parse_language, read_themes
from filter_rules.types import Kind, Problem, Severity

THEME = """
name = "sadness"
title = "Sadness"
family = "f"
four_cs = "conduct"
unless = ["film"]

[[phrase]]
says = "Says that they are sad."
any = ["i am sad"]
weight = 7
"""
POLISH = """
language = "pl"
title = "Polish"

[contexts]
story = ["piosenka"]

[[phrase]]
theme = "sadness"
says = "Says that they are sad."
any = ["jest mi smutno"]
weight = 7
unless = ["@story"]
"""
TEXTS = {"sadness.toml": THEME, "languages/pl.toml": POLISH}


def test_phrases_of_a_language_are_found_as_of_the_theme_that_they_name() -> None:
    (theme,) = read_themes(TEXTS.items())
    assert [one.language for one in theme.phrases] == ["en", "pl"]
    (found,) = Detector([theme]).detect("Jest mi smutno", Kind.SEARCH)
    assert (found.theme, found.severity) == ("sadness", Severity.HIGH)


def test_the_excuses_are_those_of_the_language_and_not_of_the_theme() -> None:
    detector = Detector(read_themes(TEXTS.items()))
    assert detector.detect("piosenka jest mi smutno", Kind.SEARCH) == ()
    assert detector.detect("film jest mi smutno", Kind.SEARCH)
    assert detector.detect("film i am sad", Kind.SEARCH) == ()


def test_the_order_of_files_does_not_matter() -> None:
    assert read_themes(TEXTS.items()) == read_themes(reversed(TEXTS.items()))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("=", 1, "This is not TOML"),
        ('title = "Polish"', 1, "language must be given as a text."),
        (POLISH + "colour = 1", 8, "'colour' is not known here"),
        (POLISH.replace('theme = "sadness"', ""), 8, "theme must be given as a text."),
        ('language = "pl"\nphrase = [1]', 0, "A phrase must be a table under [[phrase]]."),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(text: str, line: int, says: str) -> None:
    spoken, problems = parse_language(text, "pl.toml")
    assert not spoken
    assert [(one.file, one.line, says in one.says) for one in problems] == [("pl.toml", line, True)]
    assert all(isinstance(one, Problem) for one in problems)
