"""Listed hosts: the name and the names above it, as far as each entry reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.domain_index import DomainIndex, key_of
from filter_rules.hosts import parents
from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.types import Reach


def index(*entries: tuple[str, Reach]) -> DomainIndex:
    listings = [Listing("games", str(number), reach) for number, (_, reach) in enumerate(entries)]
    keyed = [(key_of(host), number) for number, (host, _) in enumerate(entries)]
    return DomainIndex(ListingMap.of(compile_map(lambda: keyed), listings))


@pytest.mark.parametrize(
    ("reach", "covered"),
    [
        (Reach.SUBTREE, {"example.com", "www.example.com", "a.b.example.com"}),
        (Reach.EXACT, {"example.com"}),
        (Reach.BELOW, {"www.example.com", "a.b.example.com"}),
    ],
)
def test_an_entry_reaches_as_far_as_it_says(reach: Reach, covered: set[str]) -> None:
    asked = {
        "example.com", "www.example.com", "a.b.example.com", "com", "badexample.com",
        "example.com.evil.test", "xample.com",
    }  # fmt: skip
    made = index(("example.com", reach))
    assert {host for host in asked if made.find(host)} == covered


def test_all_names_above_are_found_the_widest_first() -> None:
    made = index(("a.example.com", Reach.SUBTREE), ("com", Reach.SUBTREE), ("b.com", Reach.SUBTREE))
    assert [found.entry for found in made.find("x.a.example.com")] == ["com", "a.example.com"]


def test_an_address_is_covered_by_itself_alone() -> None:
    made = index(("192.0.2.1", Reach.SUBTREE), ("2001:db8::1", Reach.SUBTREE))
    assert [found.entry for found in made.find("192.0.2.1")] == ["192.0.2.1"]
    assert [found.entry for found in made.find("2001:db8::1")] == ["2001:db8::1"]
    assert not made.find("2.1")


NAMES = st.lists(st.sampled_from(["a", "b", "www", "com"]), min_size=1, max_size=5).map(".".join)


@given(st.lists(st.tuples(NAMES, st.sampled_from(Reach)), max_size=12), NAMES)
def test_the_index_finds_what_a_walk_up_the_name_would(
    entries: list[tuple[str, Reach]], host: str
) -> None:
    walked = {
        (str(number), name)
        for number, (listed, reach) in enumerate(entries)
        for name in parents(host)
        if name == listed and (reach is Reach.SUBTREE or (name == host) is (reach is Reach.EXACT))
    }
    found = index(*entries).find(host)
    assert {(one.listing.list, one.entry) for one in found} == walked
    assert len(found) == len(walked)


def test_the_index_knows_how_many_names_it_holds() -> None:
    assert len(index(("a.com", Reach.EXACT), ("a.com", Reach.BELOW), ("b.com", Reach.EXACT))) == 2
