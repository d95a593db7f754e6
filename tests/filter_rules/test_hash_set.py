"""A packed set answers as a Python set does."""

from hypothesis import given
from hypothesis import strategies as st

from filter_rules.hash_set import HASH_BYTES, HashSet, hashes_in, packed_of, union

# Few different bytes, so that many begin alike.
hashes = st.lists(st.sampled_from(b"\x00\x01\xfe\xff"), min_size=16, max_size=16).map(bytes)
sets = st.sets(hashes, max_size=40)


@given(sets, hashes)
def test_it_holds_what_went_in_and_nothing_else(kept: set[bytes], other: bytes) -> None:
    found = HashSet(packed_of(kept))
    assert all(one in found for one in kept)
    assert (other in found) == (other in kept)
    assert len(found) == len(kept)


@given(st.lists(sets, min_size=1, max_size=4))
def test_a_union_holds_what_any_of_them_holds(several: list[set[bytes]]) -> None:
    found = union(HashSet(packed_of(one)) for one in several)
    assert set(hashes_in(found.packed)) == set().union(*several)


def test_an_empty_set_holds_nothing() -> None:
    assert bytes(HASH_BYTES) not in HashSet()
    assert len(union([])) == 0


def test_what_is_packed_is_sorted_and_there_once() -> None:
    one, two = b"a" * HASH_BYTES, b"b" * HASH_BYTES
    assert packed_of([two, one, two]) == one + two


def test_a_hash_is_not_found_across_two_others() -> None:
    one, two = bytes(16), bytes(14) + b"\x01\x00"
    kept = HashSet(packed_of([one, two]))
    assert bytes(15) + b"\x01" not in kept  # the end of one and the beginning of two
    three = bytes(15) + b"\x01"
    assert three in HashSet(packed_of([one, two, three]))
