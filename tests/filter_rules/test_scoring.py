"""Weighing: what near words change, how weights add up, and what a page must do to count."""

import pytest

from filter_rules.detector import Detector
from filter_rules.scoring import SHORT_PAGE
from filter_rules.surroundings import NEAR
from filter_rules.theme_files import parse_theme
from filter_rules.types import Finding, Kind, Severity

HEAD = 'name = "t"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\n'


def phrase(words: str, weight: float, more: str = "") -> str:
    return f'[[phrase]]\nsays = "s"\nany = ["{words}"]\nweight = {weight}\n{more}\n'


def detect(theme: str, text: str, kind: Kind = Kind.SEARCH) -> Finding | None:
    read, problems = parse_theme(HEAD + theme, "t.toml")
    assert problems == []
    return next(iter(Detector([read]).detect(text, kind)), None)


def score(theme: str, text: str, kind: Kind = Kind.SEARCH) -> float:
    finding = detect(theme, text, kind)
    return finding.score if finding else 0.0


@pytest.mark.parametrize(
    ("weight", "severity"),
    [
        (0.5, Severity.NONE),
        (1, Severity.LOW),
        (3.9, Severity.LOW),
        (4, Severity.MEDIUM),
        (7, Severity.HIGH),
        (10, Severity.URGENT),
    ],
)
@pytest.mark.parametrize("kind", [Kind.SEARCH, Kind.CHAT])
def test_one_typed_phrase_is_as_severe_as_it_weighs(
    weight: float, severity: Severity, kind: Kind
) -> None:
    finding = detect(phrase("bad", weight), "this is bad", kind)
    assert finding is not None
    assert finding.severity == severity


def test_a_theme_is_never_more_severe_than_it_may_be() -> None:
    finding = detect('most = "medium"\n' + phrase("bad", 10), "bad")
    assert finding is not None
    assert finding.severity is Severity.MEDIUM


def test_a_word_near_by_raises_but_not_a_word_of_the_phrase_itself() -> None:
    theme = phrase("bad dog", 2, 'near = ["now", "dog"]\nraised = 8')
    assert score(theme, "bad dog") == 2
    assert score(theme, "bad dog now") == 8
    assert score(theme, "now a bad dog") == 8


def test_a_word_near_by_excuses_even_where_it_is_part_of_the_phrase() -> None:
    theme = phrase("bad", 8, 'unless = ["bad luck", "not"]')
    assert score(theme, "bad") == 8
    assert score(theme, "bad luck") == 0
    assert score(theme, "not bad") == 0


@pytest.mark.parametrize(("between", "weight"), [(NEAR - 1, 0), (NEAR, 8), (NEAR * 4, 8)])
def test_near_is_a_number_of_words(between: int, weight: float) -> None:
    theme = phrase("bad", 8, 'unless = ["not"]')
    assert score(theme, "not " + "very " * between + "bad") == weight
    assert score(theme, "bad " + "very " * between + "not") == weight


def test_the_themes_excuses_count_unless_a_phrase_is_firm() -> None:
    theme = 'unless = ["essay"]\n' + phrase("bad", 5) + phrase("worse", 6, "firm = true")
    assert score(theme, "bad essay") == 0
    assert score(theme, "worse essay") == 6


def test_a_phrase_counts_only_in_its_kinds() -> None:
    theme = phrase("bad", 5, 'kinds = ["chat"]')
    assert score(theme, "bad", Kind.CHAT) == 5
    assert score(theme, "bad", Kind.SEARCH) == 0


def test_each_word_counts_once_for_the_heavier_phrase() -> None:
    theme = phrase("want to go", 3) + phrase("to go", 8)
    assert score(theme, "want to go") == 8


def test_a_phrase_that_is_repeated_counts_once_where_it_was_typed() -> None:
    assert score(phrase("bad", 4), "bad bad bad") == 4


def test_different_phrases_add_up_to_less_than_twice_the_heaviest() -> None:
    words = ["one", "two", "three", "four", "five"]
    theme = "".join(phrase(word, 4) for word in words)
    assert score(theme, "one two") == 6
    assert score(theme, " ".join(words)) == pytest.approx(7.75)


FIVE = ["red", "green", "blue", "black", "pink"]
COLOURS = "".join(phrase(word, 8) for word in FIVE)


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        (FIVE[:1], Severity.LOW),
        (FIVE[:2], Severity.LOW),
        (FIVE[:2] * 9, Severity.LOW),
        (FIVE[:3], Severity.MEDIUM),
        (FIVE, Severity.HIGH),
    ],
)
def test_a_page_must_say_several_different_things(words: list[str], severity: Severity) -> None:
    finding = detect(COLOURS, " ".join(words), Kind.PAGE)
    assert finding is not None
    assert finding.severity == severity


def test_a_long_page_must_say_more_of_them() -> None:
    padding = " and" * SHORT_PAGE * 8
    finding = detect(COLOURS, " ".join(FIVE) + padding, Kind.PAGE)
    assert finding is not None
    assert finding.severity is Severity.LOW
