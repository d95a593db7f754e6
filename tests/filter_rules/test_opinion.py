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
    NEAR,
    WORDS_COUNT,
    Judged,
    Opinion,
    Read,
    Scale,
    probability,
    read,
)
from filter_rules.word_families import Families

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


@pytest.mark.parametrize("text", ["you nump7y", "n!m numpty", "y0u $o numpty", "y0u 4r3 4 d13d"])
def test_digits_in_the_place_of_letters_are_read_as_letters(text: str) -> None:
    assert not set("0137!$") & set("".join(read(text).words))


def test_letters_apart_are_read_as_words() -> None:
    assert read("y o u   n u m p t y").words == ("you", "numpty")
    assert read("i a numpty").words == ("i", "a", "numpty")


@pytest.mark.parametrize("text", ["at 3pm", "in y7", "call 116 123", "gr8 m8", "the 4th"])
def test_digits_that_mean_digits_stay(text: str) -> None:
    assert read(text).words == tuple(text.split())


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


FEAR = Families.of({"fear": "afraid scared frighten*", "home": "home house flat"})


def afraid_at_home() -> Opinion:
    """An opinion that has learned of "scared at home", and of no other words."""
    weights = np.zeros((BUCKETS, len(COLUMNS)), np.int8)
    weights[read("scared at home", FEAR).kin.buckets, EYE] = 100
    return Opinion(weights.tobytes(), COLUMNS, FEAR)


def test_words_of_the_same_families_count_though_it_never_saw_them() -> None:
    opinion = afraid_at_home()
    assert opinion.judge("frightened in the house").eye > 0.5
    assert (
        opinion.judge("frightened in the woods").eye < opinion.judge("frightened of the flat").eye
    )
    assert set(opinion.because("frightened in the house", EYE)) == {"house", "frightened"}


def test_families_far_from_each_other_are_not_together() -> None:
    near, far = (read(f"scared {'at ' * gap}home", FEAR).kin for gap in (NEAR - 1, NEAR))
    assert near.buckets.size == far.buckets.size + 1


def test_a_piece_of_families_says_which_words_it_is_of() -> None:
    kin = read("so scared at home", FEAR).kin
    assert sorted(zip(kin.first.tolist(), kin.second.tolist(), strict=True)) == [
        (0, 1),  # so scared
        (1, 1),  # scared
        (1, 2),  # scared at
        (1, 3),  # scared .. home
        (2, 3),  # at home
        (3, 3),  # home
    ]


RANDOM = Opinion(
    np.random.default_rng(0).integers(-127, 128, BUCKETS * 4, dtype=np.int8).tobytes(),
    COLUMNS,
    FEAR,
)


def _pieces_of(seen: Read) -> list[int]:
    return [int(one) for one in np.concatenate((seen.of_letters, seen.of_words, seen.kin.buckets))]


@given(st.text(max_size=300))
def test_every_text_has_a_probability_and_reasons_of_its_own(text: str) -> None:
    judged = RANDOM.judge(text)
    assert 0 <= judged.eye <= 1
    assert 0 <= judged.abuse <= 1
    assert judged.theme in ("bullying", "drugs", "")
    assert set(RANDOM.because(text, EYE)) <= set(read(text).words)
    assert all(0 <= bucket < BUCKETS for bucket in _pieces_of(read(text, FEAR)))


@given(st.text(max_size=100))
def test_the_same_text_is_judged_the_same(text: str) -> None:
    assert RANDOM.judge(text) == RANDOM.judge(text)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_who_is_surer_says_no_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= probability(low) <= probability(high) <= 1
