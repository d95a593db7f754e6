"""A second opinion makes a finding one step more severe, within its bounds, and nothing else."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.detector import Detector
from filter_rules.phrases import Phrase, Theme, read_pattern
from filter_rules.second_opinion import HIGHEST, SURE, THEMES, second_opinion
from filter_rules.types import Finding, Kind, Severity


@dataclass(frozen=True)
class Said:
    probability: float
    because: tuple[str, ...] = ("numpty",)


@dataclass(frozen=True)
class Always:
    probability: float

    def judge(self, _text: str, /) -> Said:
        return Said(self.probability)


@pytest.mark.parametrize(
    ("theme", "before", "probability", "after"),
    [
        ("hate", Severity.LOW, 0.95, Severity.MEDIUM),
        ("profanity", Severity.LOW, SURE, Severity.MEDIUM),
        ("hate", Severity.MEDIUM, 0.95, Severity.MEDIUM),
        ("hate", Severity.NONE, 0.95, Severity.NONE),
        ("hate", Severity.LOW, 0.5, Severity.LOW),
        ("hate", Severity.MEDIUM, 0.05, Severity.MEDIUM),
        ("hate", Severity.HIGH, 0.05, Severity.HIGH),
        ("suicide", Severity.LOW, 0.95, Severity.LOW),
        ("suicide", Severity.MEDIUM, 0.05, Severity.MEDIUM),
    ],
)
def test_it_moves_so_far(theme: str, before: Severity, probability: float, after: Severity) -> None:
    (found,) = second_opinion([Finding(theme, before, 1.0)], Said(probability))
    assert found.severity is after


def test_what_it_moved_says_by_which_words() -> None:
    (found,) = second_opinion([Finding("hate", Severity.LOW, 1.0)], Said(0.95))
    assert found.seconded == ("numpty",)


FINDINGS = st.builds(
    Finding,
    st.sampled_from(("suicide", "grooming", *sorted(THEMES))),
    st.sampled_from(Severity),
    st.just(1.0),
    floor=st.sampled_from(Severity),
)


@given(st.lists(FINDINGS, max_size=4), st.floats(0, 1))
def test_it_keeps_its_bounds(before: list[Finding], probability: float) -> None:
    after = second_opinion(before, Said(probability))
    for one, found in zip(before, after, strict=True):
        assert 0 <= found.severity - one.severity <= 1
        assert found.severity <= max(one.severity, HIGHEST)
        assert found == one or one.theme in THEMES
        assert replace(found, severity=one.severity, seconded=()) == one


def themed(name: str) -> Theme:
    return Theme(name, phrases=(Phrase((read_pattern("numpty"),), "Calls a name.", 1.0, 1.0),))


@pytest.mark.parametrize(
    ("theme", "kind", "sure", "severity"),
    [
        ("bullying", Kind.CHAT, 0.95, Severity.MEDIUM),
        ("bullying", Kind.SEARCH, 0.95, Severity.MEDIUM),
        ("bullying", Kind.CHAT, 0.2, Severity.LOW),
        ("suicide", Kind.CHAT, 0.95, Severity.LOW),
    ],
)
def test_a_detector_asks_it_of_what_was_typed(
    theme: str, kind: Kind, sure: float, severity: Severity
) -> None:
    (found,) = Detector([themed(theme)], Always(sure)).detect("you numpty", kind)
    assert found.severity is severity


def test_it_is_not_asked_of_pages() -> None:
    found = Detector([themed("bullying")], Always(1.0)).detect("numpty " * 3, Kind.PAGE)
    assert found == Detector([themed("bullying")]).detect("numpty " * 3, Kind.PAGE)


def test_it_finds_nothing_where_no_phrase_was_found() -> None:
    assert Detector([themed("bullying")], Always(1.0)).detect("you legend", Kind.CHAT) == ()
