"""The map from keys to the lists that hold them."""

import json
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.listing import Listing, ListingMap, compile_map, compile_runs, listing_of, sets_of
from filter_rules.types import Rank, Reach

GAMES, ADVERTS, DATING = LISTINGS = [
    Listing("games", "ut1/games"),
    Listing("adverts", "ut1/publicite"),
    Listing("dating", "ut1/dating"),
]


def mapped(keyed: list[tuple[str, int]]) -> ListingMap:
    return ListingMap.of(compile_map(lambda: keyed), LISTINGS)


def test_a_key_leads_to_its_listings() -> None:
    assert mapped([("com.a.", 0), ("com.b.", 1)]).along("com.b.") == [("com.b.", (ADVERTS,))]


def test_every_listed_beginning_is_found_shortest_first() -> None:
    found = mapped([("com.a.www.", 1), ("com.a.", 0), ("com.ab.", 2)]).along("com.a.www.x.")
    assert found == [("com.a.", (GAMES,)), ("com.a.www.", (ADVERTS,))]


def test_a_key_on_many_lists_leads_to_each_once() -> None:
    keyed = [("a.", 2), ("a.", 0), ("a.", 2), ("b.", 0), ("b.", 2)]
    assert mapped(keyed).along("a.") == [("a.", (GAMES, DATING))]
    assert mapped(keyed).along("b.") == [("b.", (GAMES, DATING))]


def test_a_map_can_lie_in_files(tmp_path: Path) -> None:
    compiled = compile_map(lambda: [("com.a.", 0)])
    (tmp_path / "trie").write_bytes(compiled.trie)
    sets = sets_of(compiled.sets, LISTINGS)
    opened = ListingMap.mapped(str(tmp_path / "trie"), compiled.set_numbers, sets)
    assert opened.along("com.a.b.") == [("com.a.", (GAMES,))]


def test_an_empty_map_finds_nothing() -> None:
    empty = mapped([])
    assert len(empty) == 0
    assert empty.along("com.a.") == []


def test_sets_are_numbered_in_four_bytes_where_two_do_not_do() -> None:
    # each key has a set of its own, one for every number of 17 bits that is odd
    runs = [
        (bit, [f"{key:05}." for key in range(1 << 16) if key * 2 + 1 >> bit & 1])
        for bit in range(17)
    ]
    compiled = compile_runs(lambda: runs)
    assert len(compiled.sets) > 0xFFFF
    listings = [Listing("games", f"list {number}") for number in range(17)]
    found = ListingMap.of(compiled, listings).along("65535.")
    assert found == [("65535.", tuple(listings))]


def test_the_same_keys_compile_to_the_same_bytes() -> None:
    keyed = [("com.a.", 0), ("com.b.", 1), ("com.a.", 2)]
    assert compile_map(lambda: keyed) == compile_map(lambda: keyed)


@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.text("ab.", min_size=1))), max_size=9))
def test_keys_in_runs_compile_as_one_by_one(runs: list[tuple[int, list[str]]]) -> None:
    keyed = [(key, number) for number, keys in runs for key in keys]
    assert compile_runs(lambda: runs) == compile_map(lambda: keyed)


def test_a_listing_is_made_again_from_its_plain_values() -> None:
    listing = Listing("games", "mine", Reach.BELOW, True, Rank.IMPORTANT, True)
    plain = json.loads(json.dumps(astuple(listing)))
    assert listing_of(plain) == listing
    assert type(listing_of(plain).reach) is Reach
    assert type(listing_of(plain).rank) is Rank


def test_a_trie_without_its_numbers_is_refused() -> None:
    compiled = compile_map(lambda: [("com.a.", 0), ("com.b.", 1)])
    with pytest.raises(ValueError, match="2 keys, but 1 set numbers"):
        ListingMap.of(compiled._replace(set_numbers=compiled.set_numbers[:2]), LISTINGS)


def test_a_set_of_numbers_becomes_a_set_of_listings() -> None:
    assert sets_of([(), (0, 2)], LISTINGS) == ((), (GAMES, DATING))


@given(st.lists(st.tuples(st.text("ab.", min_size=1, max_size=6), st.integers(0, 2)), max_size=30))
def test_the_map_says_what_a_dictionary_would(keyed: list[tuple[str, int]]) -> None:
    expected: dict[str, set[int]] = {}
    for key, number in keyed:
        expected.setdefault(key, set()).add(number)
    made = mapped(keyed)
    assert len(made) == len(expected)
    for key, numbers in expected.items():
        assert made.along(key)[-1] == (key, tuple(LISTINGS[one] for one in sorted(numbers)))


@pytest.mark.parametrize("other", [Listing("games", "two"), Listing("games", "one", allow=True)])
def test_what_a_list_takes_back_is_not_listed(other: Listing) -> None:
    listings = [Listing("games", "one"), Listing("games", "one", withdraws=True), other]
    assert sets_of([(0,), (0, 1), (0, 1, 2), (1, 2)], listings) == (
        (listings[0],),
        (),
        (other,),
        (other,),
    )
