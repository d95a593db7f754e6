"""Words of one family are the same to the second opinion, as far as a family goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.word_families import NONE, Families

TABLE = {"fear": "afraid scared frighten* door", "home": "house home door"}
FAMILIES = Families.of(TABLE)


def same_family(one: str, other: str) -> bool:
    return bool(set(FAMILIES.kin(one)) & set(FAMILIES.kin(other)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("afraid", "scared", True),
        ("afraid", "frightened", True),
        ("frighten", "frightening", True),
        ("house", "houses", True),  # a word that is not listed, but without its s is
        ("afraid", "home", False),
        ("fright", "afraid", False),  # shorter than what begins a family
        ("table", "home", False),
    ],
)
def test_words_are_of_one_family_or_not(one: str, other: str, same: bool) -> None:  # noqa: FBT001  a row of the table
    assert same_family(one, other) is same


def test_a_word_may_be_of_several_families_and_is_of_each_once() -> None:
    assert len(FAMILIES.kin("door")) == 2
    assert len(Families.of({"fear": "fright* frighten*"}).kin("frightened")) == 1


def test_each_place_in_a_text_is_said() -> None:
    kin, at = FAMILIES.places(["the", "house", "was", "scared", "of", "the", "door"])
    assert at == [1, 3, 6, 6]
    assert len(kin) == 4
    assert kin[1] in kin[2:]


def test_without_families_no_word_is_of_one() -> None:
    assert NONE.places(["home"]) == ([], [])


@pytest.mark.parametrize("word", ["a*", "*", "fr*ght", "**", "fright**"])
def test_a_word_with_a_star_where_none_can_be_is_a_sentence(word: str) -> None:
    with pytest.raises(ValueError, match="The family fear has"):
        Families.of({"fear": word})


@given(st.text(max_size=60))
def test_any_word_can_be_asked(word: str) -> None:
    found = FAMILIES.kin(word)
    assert len(found) == len(set(found)) <= len(TABLE)
