"""A second opinion brings to a person what phrases left low or unseen, and doubts their noise."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.detector import Detector
from filter_rules.phrases import Phrase, Theme, read_pattern
from filter_rules.second_opinion import (
    ABUSE_SURE,
    ABUSIVE,
    EYE_SURE,
    EYE_SURE_OF_LOW,
    FEWEST_WORDS,
    HARMLESS,
    HIGHEST,
    MOST_WORDS,
    second_opinion,
)
from filter_rules.theme_changes import SAYS
from filter_rules.types import Finding, Kind, Match, Severity

TEXT = "they all say it again"


@dataclass(frozen=True)
class Said:
    eye: float
    abuse: float
    theme: str = "grooming"


@dataclass(frozen=True)
class Always:
    """An opinion that is always the same."""

    eye: float = 0.0
    abuse: float = 0.0

    def judge(self, _text: str, /) -> Said:
        return Said(self.eye, self.abuse)

    def because(self, _text: str, column: int, /) -> tuple[str, ...]:
        return (("an", "eye"), ("abuse",))[column]


@pytest.mark.parametrize(
    ("theme", "before", "eye", "abuse", "after"),
    [
        ("hate", Severity.LOW, 0.0, 0.95, Severity.MEDIUM),
        ("profanity", Severity.LOW, 0.0, ABUSE_SURE, Severity.MEDIUM),
        ("hate", Severity.LOW, 0.0, 0.5, Severity.LOW),
        ("hate", Severity.MEDIUM, 1.0, 1.0, Severity.MEDIUM),
        ("hate", Severity.HIGH, 0.5, 0.0, Severity.HIGH),
        ("hate", Severity.HIGH, 0.0, 0.0, Severity.LOW),
        ("hate", Severity.HIGH, 0.0, 0.6, Severity.HIGH),
        ("drugs", Severity.MEDIUM, HARMLESS, 1.0, Severity.LOW),
        ("drugs", Severity.MEDIUM, 0.5, 0.0, Severity.MEDIUM),
        ("suicide", Severity.LOW, EYE_SURE_OF_LOW, 0.0, Severity.MEDIUM),
        ("suicide", Severity.LOW, 0.0, 1.0, Severity.LOW),
        ("suicide", Severity.LOW, EYE_SURE, 0.0, Severity.MEDIUM),
        ("suicide", Severity.LOW, 0.5, 0.0, Severity.LOW),
        ("suicide", Severity.URGENT, 0.0, 0.0, Severity.URGENT),
    ],
)
def test_it_moves_so_far(
    theme: str, before: Severity, eye: float, abuse: float, after: Severity
) -> None:
    (found,) = second_opinion([Finding(theme, before, 1.0)], TEXT, Always(eye, abuse))
    assert found.severity is after


@pytest.mark.parametrize(
    "kept",
    [
        Finding("suicide", Severity.URGENT, 10.0),
        Finding("suicide", Severity.HIGH, 7.0, floor=Severity.HIGH),
        Finding("help-seeking", Severity.HIGH, 7.0, help_seeking=True),
    ],
)
def test_what_is_urgent_or_has_a_floor_is_never_taken_for_harmless(kept: Finding) -> None:
    assert second_opinion([kept], TEXT, Always()) == [kept]


@pytest.mark.parametrize(
    "match",
    [
        Match("zorbing", "zorbing", 7.0, 0, 7, says=SAYS),
        Match("mata", "mata", 7.0, 0, 4, language="es"),
    ],
)
def test_what_the_school_or_another_language_says_is_not_doubted(match: Match) -> None:
    found = Finding("drugs", Severity.HIGH, 7.0, (match,))
    assert second_opinion([found], TEXT, Always()) == [found]
    english = replace(found, matches=(replace(match, says="Said.", language="en"),))
    assert second_opinion([english], TEXT, Always())[0].doubted


def test_a_long_text_is_never_taken_for_harmless() -> None:
    found = Finding("drugs", Severity.HIGH, 7.0)
    assert second_opinion([found], "word " * MOST_WORDS, Always())[0].doubted
    assert second_opinion([found], "word " * (MOST_WORDS + 1), Always()) == [found]


def test_what_it_took_for_harmless_is_not_moved_up_again() -> None:
    (found,) = second_opinion(
        [Finding("hate", Severity.HIGH, 7.0)], TEXT, Always(eye=0.0, abuse=0.2)
    )
    assert (found.severity, found.doubted, found.seconded) == (Severity.LOW, True, ())


def test_where_phrases_found_nothing_it_says_what_a_text_is_most_like() -> None:
    (found,) = second_opinion([], TEXT, Always(eye=1.0))
    assert found == Finding("grooming", Severity.MEDIUM, 0.0, seconded=("an", "eye"))


def test_what_it_moved_says_by_which_words() -> None:
    (found,) = second_opinion([Finding("hate", Severity.LOW, 1.0)], TEXT, Always(abuse=1.0))
    assert found.seconded == ("abuse",)


def test_of_several_low_findings_the_one_that_it_is_most_like_is_moved() -> None:
    before = [Finding("drugs", Severity.LOW, 3.0), Finding("grooming", Severity.LOW, 1.0)]
    after = second_opinion(before, TEXT, Always(eye=1.0))
    assert [one.severity for one in after] == [Severity.LOW, Severity.MEDIUM]


def test_a_few_words_could_be_of_anything() -> None:
    few = " ".join(["word"] * (FEWEST_WORDS - 1))
    assert second_opinion([], few, Always(eye=1.0)) == []
    assert second_opinion([], f"{few} more", Always(eye=1.0)) != []


def test_where_help_is_sought_it_finds_no_harm_in_it() -> None:
    seeking = Finding("help-seeking", Severity.MEDIUM, 5.0, help_seeking=True)
    assert second_opinion([seeking], TEXT, Always(eye=1.0)) == [seeking]


FINDINGS = st.builds(
    Finding,
    st.sampled_from(("suicide", "grooming", *sorted(ABUSIVE))),
    st.sampled_from(Severity),
    st.just(1.0),
    floor=st.sampled_from(Severity),
)


@given(st.lists(FINDINGS, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_it_keeps_its_bounds(before: list[Finding], eye: float, abuse: float) -> None:
    after = second_opinion(before, TEXT, Always(eye, abuse))
    for one, found in zip(before, after, strict=False):
        assert found.severity <= max(one.severity, HIGHEST)
        if found.severity < one.severity:
            assert found.severity is Severity.LOW
            assert found.doubted
            assert one.severity < Severity.URGENT
            assert not one.floor
        assert replace(found, severity=one.severity, seconded=(), doubted=False) == one
    assert len(after) - len(before) in (0, 1)
    if len(after) > len(before):
        assert after[-1].severity is HIGHEST


def themed(name: str) -> Theme:
    return Theme(name, phrases=(Phrase((read_pattern("numpty"),), "Calls a name.", 1.0, 1.0),))


@pytest.mark.parametrize("kind", [Kind.CHAT, Kind.SEARCH])
def test_a_detector_asks_it_of_what_was_typed(kind: Kind) -> None:
    detector = Detector([themed("bullying")], Always(abuse=1.0))
    (found,) = detector.detect("you numpty", kind)
    assert found.severity is Severity.MEDIUM


def test_it_is_not_asked_of_pages() -> None:
    text = "numpty " * 5
    found = Detector([themed("bullying")], Always(1.0, 1.0)).detect(text, Kind.PAGE)
    assert found == Detector([themed("bullying")]).detect(text, Kind.PAGE)
