"""Disguises change how a text is written, not what it says."""

import re
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.detection.mutations import MUTATIONS, Mutation

BY_NAME = {one.name: one for one in MUTATIONS}
SENTENCE = "where is the big dog tonight"
TEXTS = st.one_of(
    st.lists(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=12), min_size=1).map(
        " ".join
    ),
    st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip())),
)
PLAIN = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), min_size=1).map(
    " ".join
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
@given(text=TEXTS, seed=st.integers(0, 9))
def test_the_same_text_and_seed_give_the_same_disguise(
    mutation: Mutation, text: str, seed: int
) -> None:
    assert mutation.of(text, seed) == mutation.of(text, seed)


IN_ADDRESSES = {"percent-encoded", "plus-encoded", "encoded-twice"}  # taken off by the reader


@pytest.mark.parametrize(
    "mutation", [one for one in MUTATIONS if one.name not in IN_ADDRESSES], ids=lambda one: one.name
)
def test_every_disguise_changes_a_sentence(mutation: Mutation) -> None:
    assert mutation.of(SENTENCE, 1) != SENTENCE


def _disguised(name: str, seed: int = 1) -> str:
    return BY_NAME[name].of(SENTENCE, seed)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("upper-case", "WHERE IS THE BIG DOG TONIGHT"),
        ("leet-all", "wh3r3 is 7h3 b1g d0g 70n1gh7"),
        ("spaced-word", "where is the big dog t o n i g h t"),
        ("spaced-all", "w h e r e   i s   t h e   b i g   d o g   t o n i g h t"),
        ("full-width", "ｗｈｅｒｅ ｉｓ ｔｈｅ ｂｉｇ ｄｏｇ ｔｏｎｉｇｈｔ"),
        ("percent-encoded", SENTENCE),
        ("plus-encoded", SENTENCE),
        ("encoded-twice", SENTENCE),
        ("left-encoded", "where%20is%20the%20big%20dog%20tonight"),
    ],
)
def test_a_disguise_looks_as_it_is_called(name: str, expected: str) -> None:
    assert _disguised(name) == expected


@given(PLAIN)
def test_leet_leaves_each_word_a_letter(text: str) -> None:
    assert all(any(map(str.isalpha, word)) for word in BY_NAME["leet-all"].of(text, 1).split())


@given(PLAIN, st.integers(0, 9))
def test_what_is_added_can_be_taken_away_again(text: str, seed: int) -> None:
    invisible = BY_NAME["zero-width"].of(text, seed)
    assert re.sub("[\u200b-\u200d\u2060\ufeff\u00ad]", "", invisible) == text
    accents = normalize("NFD", BY_NAME["accents"].of(text, seed))
    assert re.sub("[\u0300-\u036f]", "", accents) == text
    assert normalize("NFKC", BY_NAME["full-width"].of(text, seed)) == text
    assert BY_NAME["mixed-case"].of(text, seed).lower() == text
    assert re.sub(r"[.\-*_]", "", BY_NAME["punctuated"].of(text, seed)) == text
    assert (
        BY_NAME["spaced-all"]
        .of(text, seed)
        .replace("   ", "\0")
        .replace(" ", "")
        .replace("\0", " ")
        == text
    )


@given(PLAIN)
def test_what_an_address_encodes_is_read_from_it(text: str) -> None:
    for name in ("percent-encoded", "plus-encoded", "encoded-twice"):
        assert BY_NAME[name].of(text, 1) == text
    assert unquote(BY_NAME["left-encoded"].of(text, 1)) == text


@given(PLAIN, st.integers(0, 9))
def test_typing_errors_are_of_one_letter(text: str, seed: int) -> None:
    assert len(text) - len(BY_NAME["dropped-letter"].of(text, seed)) in (0, 1)
    assert len(BY_NAME["twin-letter"].of(text, seed)) - len(text) in (0, 1)
    assert sorted(BY_NAME["swapped-letters"].of(text, seed)) == sorted(text)


def test_another_seed_touches_other_letters() -> None:
    for name in ("leet", "homoglyphs", "zero-width", "mixed-case", "doubled"):
        assert len({_disguised(name, seed) for seed in range(10)}) > 1, name


def test_names_are_given_once() -> None:
    assert len(BY_NAME) == len(MUTATIONS)
