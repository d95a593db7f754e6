"""Of a long text only a little is kept around what was found in it."""

from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.passages import AROUND, MOST_PASSAGES, passages

PLACES = st.lists(
    st.tuples(st.integers(0, 999), st.integers(0, 999)).map(lambda one: (min(one), max(one)))
)


def test_what_stands_near_is_in_one_passage() -> None:
    text = "x" * 500
    assert passages(text, [(200, 205), (210, 215)]) == [text[120:285]]


def test_where_nothing_was_found_nothing_is_kept() -> None:
    assert passages("a page", []) == []


@given(PLACES)
def test_there_are_few_and_each_is_short(places: list[tuple[int, int]]) -> None:
    found = passages("x" * 1000, places)
    assert len(found) <= MOST_PASSAGES
    assert all(len(one) <= 3 * AROUND for one in found)
