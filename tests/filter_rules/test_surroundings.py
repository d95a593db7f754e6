"""What stands around a phrase: its sentence, a heading, the person it speaks of, what is near."""

import pytest

from filter_rules.phrase_index import PhraseIndex, Sighting
from filter_rules.phrases import read_pattern
from filter_rules.surroundings import Nearby, Text, overlap, together
from filter_rules.types import Kind

ONE, OTHER = read_pattern("bad"), read_pattern("[my] song")


def read(text: str, strong: tuple[tuple[int, int], ...] = ()) -> tuple[Text, Sighting, Sighting]:
    found = PhraseIndex([ONE, OTHER]).find(text)
    return Text(found, Kind.CHAT, strong), found.seen["bad"][0], found.seen[OTHER.text][0]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("bad song", True),
        ("song bad", True),
        ("bad, so a song", True),
        ("bad. song", False),
        ("song! bad", False),
        ("bad\nsong", False),
        ("bad but a song", False),
        ("bad butter song", True),
        ("bad۔ song", False),
        ("bad। song", False),
    ],
)
def test_a_sentence_ends_where_it_does(text: str, same: bool) -> None:  # noqa: FBT001 - of a table
    where, one, other = read(text)
    assert where.in_one_sentence(one, other) is same
    assert where.in_one_sentence(other, one) is same


def test_a_heading_is_strong() -> None:
    where, one, other = read("bad song", ((0, 3),))
    assert (where.is_strong(one), where.is_strong(other)) == (True, False)
    where, one, _ = read("bad song")
    assert not where.is_strong(one)


def test_whom_a_phrase_speaks_of() -> None:
    where, one, other = read("bad, my song")
    assert (where.speaks_of_oneself(one), where.speaks_of_oneself(other)) == (False, True)
    assert where.quote(other) == "my song"


def test_what_is_near_comes_in_the_order_of_the_text() -> None:
    here = Sighting("x", 20, 20)
    seen = {"bad": [Sighting("bad", place, place) for place in (40, 30, 7, 8, 32, 33)]}
    assert [one.first for one in Nearby([ONE], seen).around(here)] == [8, 30, 32]


def test_words_that_two_phrases_share_overlap() -> None:
    assert overlap(Sighting("a", 1, 3), Sighting("b", 3, 4))
    assert not overlap(Sighting("a", 1, 2), Sighting("b", 3, 4))


SETS = [frozenset((ONE.text,)), frozenset((OTHER.text,))]


def test_the_nearest_ones_stand_together() -> None:
    seen = {"bad": [Sighting("bad", 1, 1), Sighting("bad", 8, 8)]}
    seen[OTHER.text] = [Sighting(OTHER.text, 9, 9)]
    found = together(SETS, seen, 2)
    assert found is not None
    assert [one.first for one in found] == [8, 9]
    assert together(SETS, {"bad": seen["bad"]}, None) is None


def test_what_overlaps_another_set_is_passed_over_for_what_stands_apart() -> None:
    seen = {"bad": [Sighting("bad", 1, 1), Sighting("bad", 3, 3)]}
    seen[OTHER.text] = [Sighting(OTHER.text, 3, 4)]
    found = together(SETS, seen, None)
    assert found is not None
    assert [one.first for one in found] == [1, 3]
    del seen["bad"][0]
    assert together(SETS, seen, None) is None
