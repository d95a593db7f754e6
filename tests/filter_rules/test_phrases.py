"""Reading patterns: what each stands for, and what is said of one that cannot be used."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.phrases import MOST_WAYS, Gap, read_pattern


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("kill myself", [{"kill"}, {"myself"}]),
        ("(kill|hurt) me", [{"kill", "hurt"}, {"me"}]),
        ("[really] sad", [{"", "really"}, {"sad"}]),
        ("kill[ing|s]", [{"kill", "killing", "kills"}]),
        ("[(so|very) much] pain", [{"", "so much", "very much"}, {"pain"}]),
        ("Don't  GO", [{"dont"}, {"go"}]),
        ("self-harm", [{"self harm"}]),
        ("… sad …", [{"sad"}]),
        ("a (b c|d) e", [{"a"}, {"b c", "d"}, {"e"}]),
        ("suicid*", [{"suicid*"}]),
        ("(homo|trans)phob* talk", [{"homophob*", "transphob*"}, {"talk"}]),
        ("*phobic", [{"*phobic"}]),
        ("(very homophob*|x)", [{"very homophob*", "x"}]),
    ],
)
def test_a_pattern_stands_for_these_words(text: str, slots: list[set[str]]) -> None:
    assert read_pattern(text).slots == tuple(map(frozenset, slots))


@pytest.mark.parametrize(
    ("text", "gap"), [("want … die", 4), ("want …8 die", 8), ("… want …20 die …", 20)]
)
def test_a_gap_stands_for_words_of_any_kind(text: str, gap: int) -> None:
    assert read_pattern(text).slots == (frozenset(["want"]), Gap(gap), frozenset(["die"]))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(kill", "A ) is missing."),
        ("[kill", "A ] is missing."),
        ("kill)", "There is a ) too many."),
        ("kill | hurt", "There is a | too many."),
        ("(kill]", "There is a ] too many."),
        ("", "can be empty"),
        ("!!!", "can be empty"),
        ("[kill] [me]", "can be empty"),
        ("(a|b|c|d|e|f|g|h|i|j)" * 4, f"{MOST_WAYS} ways at most"),
        ("…", "can be empty"),
        ("a …0 b", "A gap holds 1 to 20 words, not 0."),
        ("a …21 b", "A gap holds 1 to 20 words"),
        ("a… b", "a gap must stand alone"),
        ("(a … b|c)", "a gap must stand alone"),
        ("*", "must stand 3 letters"),
        ("ab*", "must stand 3 letters"),
        ("*abc*", "may stand, at the beginning or the end"),
        ("a*bcd", "may stand, at the beginning or the end"),
        ("a-bcd*", "must stand 3 letters"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        read_pattern(text)


@settings(deadline=None)
@given(st.text("ab ()[]|*…1", max_size=30))
def test_any_pattern_is_read_or_refused(text: str) -> None:
    try:
        slots = read_pattern(text).slots
    except ValueError:
        return
    filled = [slot for slot in slots if not isinstance(slot, Gap)]
    assert any("" not in slot for slot in filled)
    assert all(way == " ".join(way.split()) for slot in filled for way in slot)
