"""What an exception lifts: the rank of the exception decides, list by list."""

from collections.abc import Sequence

import pytest

from filter_rules.lifting import standing
from filter_rules.listing import Found, Listing
from filter_rules.types import Part, Rank, Reach

SUBTREE, EXACT, BELOW = Reach.SUBTREE, Reach.EXACT, Reach.BELOW
ORDINARY, IMPORTANT = Rank.ORDINARY, Rank.IMPORTANT
AS_WIDE, WIDER = Rank.LIFTS_AS_WIDE, Rank.LIFTS_WIDER


def entry(
    value: str, rank: Rank = ORDINARY, reach: Reach = SUBTREE, part: Part = Part.HOST
) -> Found:
    return Found(Listing("games", "one", reach, rank=rank), value, part)


def exception(
    value: str, rank: Rank, reach: Reach = SUBTREE, part: Part = Part.HOST, of: str = "one"
) -> Found:
    return Found(Listing("games", of, reach, allow=True, rank=rank), value, part)


def stand(*found: Found) -> Sequence[Found]:
    return standing(found)


def test_without_exceptions_all_stands() -> None:
    assert stand(entry("a.com"), entry("com")) == (entry("a.com"), entry("com"))


@pytest.mark.parametrize(
    ("rank", "lifted"),
    [
        (ORDINARY, {"com", "a.com", "b.a.com"}),
        (AS_WIDE, {"com", "a.com"}),
        (WIDER, {"com"}),
        (IMPORTANT, {"com", "a.com", "b.a.com"}),
    ],
)
def test_an_exception_lifts_as_far_as_its_rank_says(rank: Rank, lifted: set[str]) -> None:
    entries = [entry(value) for value in ("com", "a.com", "b.a.com")]
    left = {one.entry for one in stand(*entries, exception("a.com", rank))}
    assert left == {one.entry for one in entries} - lifted


@pytest.mark.parametrize("rank", [ORDINARY, AS_WIDE, WIDER])
def test_only_an_important_exception_lifts_an_important_entry(rank: Rank) -> None:
    important = entry("com", IMPORTANT)
    assert list(stand(important, exception("a.com", rank))) == [important]
    assert list(stand(important, exception("a.com", IMPORTANT))) == []


def test_the_name_alone_is_more_exact_than_the_name_and_all_below_it() -> None:
    alone = entry("a.com", reach=EXACT)
    assert list(stand(alone, exception("a.com", AS_WIDE, SUBTREE))) == [alone]
    assert list(stand(entry("a.com"), exception("a.com", AS_WIDE, EXACT))) == []


def test_the_smaller_network_is_the_more_exact() -> None:
    small, large = (entry(value, part=Part.NETWORK) for value in ("192.0.2.0/25", "192.0.0.0/9"))
    excepted = exception("192.0.2.0/24", AS_WIDE, part=Part.NETWORK)
    assert list(stand(small, large, excepted)) == [small]


@pytest.mark.parametrize("rank", [AS_WIDE, WIDER])
def test_where_exactness_counts_parts_are_not_compared(rank: Rank) -> None:
    host = entry("1.2.3.4")
    assert list(stand(host, exception("1.2.3.4/32", rank, part=Part.NETWORK))) == [host]


def test_an_exception_of_one_list_lifts_nothing_of_another() -> None:
    assert list(stand(entry("a.com"), exception("a.com", IMPORTANT, of="two"))) == [entry("a.com")]
