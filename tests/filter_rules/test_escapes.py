"""Escapes in what was typed: undone at most twice, and everything still found where it stood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.escapes import undone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kill%20myself", "kill myself"),
        ("kill%2520myself", "kill myself"),
        ("kill%252520myself", "kill%20myself"),
        ("%6Bill", "kill"),
        ("%d0%b0b", "аb"),
        ("100% sure", "100% sure"),
        ("50%zz", "50%zz"),
        ("%ff", "\ufffd"),
        ("", ""),
    ],
)
def test_escapes_are_undone_twice_at_most(text: str, shown: str) -> None:
    assert undone(text)[0] == shown


@pytest.mark.parametrize(
    ("text", "word", "stood"),
    [
        ("a%20kill b", "kill", "kill"),
        ("a%2520kill%2520b", "kill", "kill"),
        ("a %6b%69ll b", "kill", "%6b%69ll"),
        ("a ki%6c%6c b", "kill", "ki%6c%6c"),
        ("kill", "kill", "kill"),
        ("%256bill %20", "kill", "%256bill"),
    ],
)
def test_what_is_found_is_quoted_as_it_was_typed(text: str, word: str, stood: str) -> None:
    shown, original = undone(text)
    start = shown.index(word)
    begin, end = original(start, start + len(word))
    assert text[begin:end] == stood


@settings(deadline=None)
@given(
    st.text(st.sampled_from("ab %2056é"), max_size=40),
    st.integers(0, 40),
    st.integers(1, 40),
)
def test_every_place_is_mapped_into_the_original(text: str, start: int, length: int) -> None:
    shown, original = undone(text)
    start = min(start, max(len(shown) - 1, 0))
    end = min(start + length, len(shown))
    if start < end:
        begin, finish = original(start, end)
        assert 0 <= begin < finish <= len(text)
