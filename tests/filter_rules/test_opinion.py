"""The second opinion adds up pieces of a text, and says which words weighed most."""

from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.opinion import (
    ABUSE,
    BUCKETS,
    EYE,
    LETTERS,
    LONGEST,
    WORDS_COUNT,
    Judged,
    Opinion,
    Read,
    Scale,
    probability,
    read,
)

COLUMNS = tuple(Scale(name, 0.1, -1.0) for name in ("eye", "abuse", "bullying", "drugs"))
BULLYING, DRUGS = 2, 3


def weighing(weight: int, *words: str, column: int = EYE) -> Opinion:
    """An opinion that has learned so much of some words, and nothing of all others."""
    weights = np.zeros((BUCKETS, len(COLUMNS)), np.int8)
    for word in words:
        weights[read(word).singles, column] = weight
    return Opinion(weights.tobytes(), COLUMNS)


RUDE = weighing(100, "numpty", "muppet")


def test_a_text_with_words_that_weigh_is_more_likely_to_need_an_eye() -> None:
    assert RUDE.judge("you numpty").eye > 0.5 > RUDE.judge("you legend").eye


def test_what_is_asked_is_weighed_apart() -> None:
    judged = weighing(100, "numpty", column=ABUSE).judge("you numpty")
    assert judged.abuse > 0.5 > judged.eye


@pytest.mark.parametrize(("column", "theme"), [(BULLYING, "bullying"), (DRUGS, "drugs")])
def test_it_says_which_theme_a_text_is_most_like(column: int, theme: str) -> None:
    assert weighing(100, "numpty", column=column).judge("you numpty").theme == theme


def test_it_says_which_words_weighed_most() -> None:
    assert RUDE.because("well you numpty and you muppet", EYE) == ("numpty", "muppet")


def test_a_word_said_twice_is_named_once() -> None:
    assert RUDE.because("numpty numpty", EYE) == ("numpty",)


def test_what_two_words_say_together_is_of_both() -> None:
    weights = np.zeros((BUCKETS, len(COLUMNS)), np.int8)
    weights[read("go now home").skips, EYE] = 100
    assert Opinion(weights.tobytes(), COLUMNS).because("go now home", EYE) == ("go", "home")


@pytest.mark.parametrize("text", ["you legend", "", "…"])
def test_there_are_no_reasons_where_nothing_weighs(text: str) -> None:
    assert RUDE.because(text, EYE) == ()


def test_words_that_speak_against_it_are_no_reason() -> None:
    weights = np.zeros((BUCKETS, len(COLUMNS)), np.int8)
    weights[read("numpty").singles] = 127
    weights[read("sorry").singles] = -50
    assert Opinion(weights.tobytes(), COLUMNS).because("sorry numpty", EYE) == ("numpty",)


@pytest.mark.parametrize("text", ["", "   ", "!?", "…"])
def test_a_text_without_words_needs_nobodys_eye(text: str) -> None:
    assert RUDE.judge(text) == Judged(0.0, 0.0, "")


@pytest.mark.parametrize("text", ["a", "I", "我", "ok then"])
def test_short_texts_can_be_read(text: str) -> None:
    assert 0 < RUDE.judge(text).eye < 0.5


def test_disguise_of_case_and_accents_changes_nothing() -> None:
    assert RUDE.judge("You NÚMPTY") == RUDE.judge("you numpty")


def test_what_stands_far_behind_is_not_read() -> None:
    assert RUDE.because("a " * LONGEST + "numpty", EYE) == ()


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[:2], ()])
def test_weights_of_another_size_are_a_sentence(columns: tuple[Scale, ...]) -> None:
    with pytest.raises(ValueError, match=f"has 3 for {len(columns)}"):
        Opinion(b"abc", columns)


def test_pieces_of_words_and_of_letters_are_counted_apart() -> None:
    seen = read("so be it")
    assert seen.words == ("so", "be", "it")
    assert [one.size for one in seen.letters] == [11 - length for length in LETTERS]
    assert (seen.singles.size, seen.pairs.size, seen.skips.size) == (3, 2, 1)
    assert isclose(seen.share, (21 + 6 * WORDS_COUNT**2) ** -0.5)


RANDOM = Opinion(
    np.random.default_rng(0).integers(-127, 128, BUCKETS * 4, dtype=np.int8).tobytes(), COLUMNS
)


def _pieces_of(seen: Read) -> list[int]:
    return [int(one) for one in np.concatenate((seen.of_letters, seen.of_words))]


@given(st.text(max_size=300))
def test_every_text_has_a_probability_and_reasons_of_its_own(text: str) -> None:
    judged = RANDOM.judge(text)
    assert 0 <= judged.eye <= 1
    assert 0 <= judged.abuse <= 1
    assert judged.theme in ("bullying", "drugs", "")
    assert set(RANDOM.because(text, EYE)) <= set(read(text).words)
    assert all(0 <= bucket < BUCKETS for bucket in _pieces_of(read(text)))


@given(st.text(max_size=100))
def test_the_same_text_is_judged_the_same(text: str) -> None:
    assert RANDOM.judge(text) == RANDOM.judge(text)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_who_is_surer_says_no_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= probability(low) <= probability(high) <= 1
