"""The second opinion adds up pieces of a text, and says which words weighed most."""

from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.opinion import BUCKETS, LONGEST, WORDS_COUNT, Opinion, Read, probability, read


def weighing(weight: int, *words: str) -> Opinion:
    """An opinion that has learned so much of some words, and nothing of all others."""
    weights = np.zeros(BUCKETS, np.int8)
    for word in words:
        weights[read(word).singles] = weight
    return Opinion(weights.tobytes(), 0.1, -1.0)


RUDE = weighing(100, "numpty", "muppet")


def test_a_text_with_words_that_weigh_is_more_likely_to_hurt() -> None:
    assert RUDE.judge("you numpty").probability > 0.5 > RUDE.judge("you legend").probability


def test_it_says_which_words_weighed_most() -> None:
    assert RUDE.judge("well you numpty and you muppet").because == ("numpty", "muppet")


def test_a_word_said_twice_is_named_once() -> None:
    assert RUDE.judge("numpty numpty").because == ("numpty",)


def test_it_gives_no_reasons_for_what_it_does_not_say() -> None:
    assert RUDE.judge("you legend").because == ()


def test_words_that_speak_against_it_are_no_reason() -> None:
    weights = np.zeros(BUCKETS, np.int8)
    weights[read("numpty").singles] = 127
    weights[read("sorry").singles] = -50
    assert Opinion(weights.tobytes(), 0.1, -1.0).judge("sorry numpty").because == ("numpty",)


@pytest.mark.parametrize("text", ["", "   ", "!?", "…"])
def test_a_text_without_words_hurts_nobody(text: str) -> None:
    assert RUDE.judge(text).probability == 0.0


@pytest.mark.parametrize("text", ["a", "I", "我", "ok then"])
def test_short_texts_can_be_read(text: str) -> None:
    assert 0 < RUDE.judge(text).probability < 0.5


def test_disguise_of_case_and_accents_changes_nothing() -> None:
    assert RUDE.judge("You NÚMPTY") == RUDE.judge("you numpty")


def test_what_stands_far_behind_is_not_read() -> None:
    assert RUDE.judge("a " * LONGEST + "numpty").because == ()


def test_weights_of_another_size_are_a_sentence() -> None:
    with pytest.raises(ValueError, match=f"must have {BUCKETS} weights and has 3"):
        Opinion(b"abc", 1.0, 0.0)


def test_pieces_of_words_and_of_letters_are_counted_apart() -> None:
    seen = read("so be it")
    assert seen.words == ("so", "be", "it")
    assert [one.size for one in seen.letters] == [9, 8, 7, 6]
    assert (seen.singles.size, seen.pairs.size) == (3, 2)
    assert isclose(seen.share, (30 + 5 * WORDS_COUNT**2) ** -0.25)


RANDOM = Opinion(
    np.random.default_rng(0).integers(-127, 128, BUCKETS, dtype=np.int8).tobytes(), 0.05, 0.0
)


def _pieces_of(seen: Read) -> list[int]:
    return [int(one) for one in np.concatenate((seen.of_letters, seen.of_words))]


@given(st.text(max_size=300))
def test_every_text_has_a_probability_and_reasons_of_its_own(text: str) -> None:
    judged = RANDOM.judge(text)
    assert 0 <= judged.probability <= 1
    assert set(judged.because) <= set(read(text).words)
    assert all(0 <= bucket < BUCKETS for bucket in _pieces_of(read(text)))


@given(st.text(max_size=100))
def test_the_same_text_is_judged_the_same(text: str) -> None:
    assert RANDOM.judge(text) == RANDOM.judge(text)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_who_is_surer_says_no_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= probability(low) <= probability(high) <= 1
