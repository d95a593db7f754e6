"""What texts say, sentence by sentence, with the themes that we ship."""

import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.detector import LONGEST_TEXT, MOST_MATCHES, Detector
from filter_rules.phrases import Theme
from filter_rules.theme_files import parse_theme
from filter_rules.types import Finding, Kind, Severity

ROOT = Path(__file__).parents[2]
THEMES = sorted((ROOT / "filter_rules" / "data" / "themes").glob("*.toml"))
TABLE = tomllib.loads((ROOT / "tests" / "tables" / "detection.toml").read_text("utf-8"))
CASES = [
    pytest.param(text, case, id=f"{case['says']}: {text}")
    for case in TABLE["case"]
    for text in case["texts"]
]
URGENT = ["i want to kill myself", "how to commit suicide", "how many paracetamol to die"]


@cache
def shipped() -> Detector:
    return Detector(parse_theme(path.read_text("utf-8"), path.name)[0] for path in THEMES)


def a_detector(text: str) -> Detector:
    theme, problems = parse_theme(text, "made-up.toml")
    assert not problems
    return Detector([theme])


def flagged(findings: tuple[Finding, ...]) -> list[Finding]:
    return [one for one in findings if one.severity >= Severity.MEDIUM and not one.help_seeking]


@pytest.mark.parametrize(("text", "case"), CASES)
def test_each_sentence_says_what_the_table_says(text: str, case: dict) -> None:
    findings = shipped().detect(text, Kind(case.get("kind", "search")))
    if case["theme"]:
        found = {one.theme: one.severity.word for one in findings}
        assert found.get(case["theme"]) == case["severity"], findings
    else:
        assert flagged(findings) == []
    assert any(one.help_seeking for one in findings) or not case.get("help"), findings


def test_each_theme_that_is_shipped_can_be_read_to_the_last_line() -> None:
    read = [parse_theme(path.read_text("utf-8"), path.name) for path in THEMES]
    assert [problem for _, problems in read for problem in problems] == []
    assert {theme.name for theme, _ in read} == {path.stem for path in THEMES}
    assert [theme.name for theme, _ in read if theme.help_seeking] == ["help-seeking"]
    assert all(phrase.says for theme, _ in read for phrase in theme.phrases)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=300), st.sampled_from(Kind))
def test_no_text_raises_and_matches_quote_the_original(text: str, kind: Kind) -> None:
    for finding in shipped().detect(text, kind):
        assert finding.score > 0
        assert all(one.quote == text[one.start : one.end] for one in finding.matches)


SPELLINGS = st.sampled_from(
    [
        str.upper,
        str.title,
        lambda text: text.replace("i", "1"),
        lambda text: text.replace("e", "3").replace("o", "0"),
        "\u200b".join,
        lambda text: text.replace("l", "l\u0301").replace("a", "а"),
        lambda text: "".join(chr(ord(one) + 0xFEE0) if one != " " else one for one in text),
        lambda text: text.replace(" ", "  \n"),
        lambda text: text.replace(" ", " - "),
        lambda text: text + "!!!",
    ]
)


@settings(deadline=None)
@given(st.sampled_from(URGENT), SPELLINGS, st.sampled_from(["", "hello. ", "the weather? "]))
def test_no_disguise_loses_an_urgent_sentence(
    text: str, spell: Callable[[str], str], before: str
) -> None:
    findings = shipped().detect(before + spell(text), Kind.SEARCH)
    assert {one.theme: one.severity for one in findings}.get("suicide") == Severity.URGENT


@settings(deadline=None)
@given(st.lists(st.sampled_from(["the", "shop", "opens", "late", "on", "sunday"]), max_size=60))
def test_what_stands_around_an_urgent_sentence_does_not_soften_it(words: list[str]) -> None:
    around = " ".join(words)
    findings = shipped().detect(f"{around} i want to kill myself {around}", Kind.CHAT)
    assert findings[0].severity is Severity.URGENT


def test_the_most_severe_theme_comes_first() -> None:
    findings = shipped().detect("childline. online casino. i want to kill myself", Kind.CHAT)
    assert [one.theme for one in findings] == ["suicide", "gambling", "help-seeking"]


def test_nothing_of_one_text_is_left_for_the_next() -> None:
    assert shipped().detect("i want to kill myself", Kind.SEARCH)
    assert shipped().detect("football", Kind.SEARCH) == ()


def test_a_match_says_the_words_as_read_and_quotes_them_as_written() -> None:
    match = shipped().detect("well: K1LL   mys-elf k.i.l.l myself!", Kind.SEARCH)[0].matches[0]
    assert (match.phrase, match.quote) == ("kill myself", "K1LL   mys-elf")
    assert match.says == "Says that they want to end their own life."


def test_what_stands_beyond_the_longest_text_is_not_read() -> None:
    padding = "a" * (LONGEST_TEXT - 5)
    assert shipped().detect(f"{padding} kill myself", Kind.PAGE) == ()


def test_a_finding_keeps_a_bounded_number_of_matches() -> None:
    detector = a_detector(
        'name="t"\ntitle="T"\nfamily="f"\nfour_cs="conduct"\n'
        '[[phrase]]\nsays="s"\nany=["bad"]\nweight=4\n'
    )
    assert len(detector.detect("bad " * 500, Kind.CHAT)[0].matches) == MOST_MATCHES


def test_a_detector_without_themes_finds_nothing() -> None:
    assert Detector([]).detect("i want to kill myself", Kind.SEARCH) == ()
    assert Detector([Theme("empty")]).detect("i want to kill myself", Kind.SEARCH) == ()


@settings(deadline=None, max_examples=10)
@given(
    st.sampled_from(
        [
            "a",
            "a ",
            "kill ",
            "i want to ",
            "1",
            "@$",
            "k.",
            "\u0301",
            "\u200b",
            "é",
            "k i l l ",
            "!",
        ]
    )
)
def test_hostile_text_takes_no_more_than_a_few_times_the_steps_of_half_its_size(
    unit: str,
) -> None:
    """Steps are calls, of ours and of what we call: the same on every machine."""

    def steps(size: int) -> int:
        text = (unit * size)[:size]
        taken = 0

        def count(_frame: FrameType, _event: str, _arg: object) -> None:
            nonlocal taken
            taken += 1

        detector = shipped()
        sys.setprofile(count)
        try:
            detector.detect(text, Kind.PAGE)
        finally:
            sys.setprofile(None)
        return taken

    steps(1_000)
    assert steps(40_000) < 4 * steps(20_000) + 50_000


A_THEME = 'name="hate"\ntitle="T"\nfamily="f"\nfour_cs="conduct"\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bad dog", True),
        ("bad and very big dog", True),
        ("bad a b c d e dog", False),
        ("bad", False),
        ("dog bad", False),
    ],
)
def test_a_gap_holds_words_of_any_kind(text: str, found: bool) -> None:  # noqa: FBT001 - of a table
    detector = a_detector(f'{A_THEME}[[phrase]]\nsays="s"\nany=["bad … dog"]\nweight=4\n')
    assert bool(detector.detect(text, Kind.CHAT)) is found


class Sure:
    eye = 0.0
    abuse = 0.99
    theme = "drugs"

    def judge(self, _text: str) -> "Sure":
        return self

    def because(self, _text: str, _column: int) -> tuple[str, ...]:
        return ("bad",)


def test_a_second_opinion_is_asked_of_what_was_typed() -> None:
    theme, _ = parse_theme(f'{A_THEME}[[phrase]]\nsays="s"\nany=["bad"]\nweight=2\n', "t.toml")
    (found,) = Detector([theme], Sure()).detect("bad", Kind.CHAT)
    assert found.severity is Severity.MEDIUM
    assert Detector([theme], Sure()).detect("good", Kind.CHAT) == ()


def test_a_text_that_is_not_read_whole_says_so() -> None:
    detector = a_detector(f'{A_THEME}[[phrase]]\nsays="s"\nany=["bad"]\nweight=4\n')
    assert detector.detect("bad", Kind.PAGE, spent=lambda: True) == ()
    (short,) = detector.detect("bad", Kind.PAGE, spent=lambda: False)
    (long,) = detector.detect("bad" + " a" * LONGEST_TEXT, Kind.PAGE)
    assert (short.cut, long.cut) == (False, True)
