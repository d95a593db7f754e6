"""Who lists a key: the compact map from millions of keys to the lists that hold them.

A key is a name or an address written so that what it stands below comes first; one walk along
a key finds every listed beginning of it. The map is two blocks of bytes that processes share:
a trie of the keys, and for each key the number of the set of listings that hold it. There are
millions of keys but few such sets, since most names are on one list.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal, NamedTuple

import marisa_trie

from filter_rules.types import Part, Rank, Reach

type Listings = tuple[Listing, ...]
type Keyed = Iterable[tuple[str, int]]
"""Keys, each with the number of a listing that holds it."""
type Run = tuple[int, Sequence[str]]
"""The number of a listing, and keys that it holds."""

_MOST_SMALL = 0xFFFF


@dataclass(frozen=True, slots=True, order=True)
class Listing:
    """In which list a key stands and what about, how far it reaches, and whether it excepts.

    The rest is as in an `Entry`.
    """

    category: str
    list: str
    reach: Reach = Reach.SUBTREE
    allow: bool = False
    rank: Rank = Rank.ORDINARY
    withdraws: bool = False


def listing_of(values: Sequence[Any]) -> Listing:
    """Return a listing from its plain values, as a file keeps them."""
    category, name, reach, allow, rank, withdraws = values
    return Listing(category, name, Reach(reach), allow, Rank(rank), withdraws)


class Found(NamedTuple):
    """An entry that covers a target."""

    listing: Listing
    entry: str
    part: Part


class Compiled(NamedTuple):
    """A map as bytes: the trie, and the set numbers in the order of the trie's keys."""

    trie: bytes
    set_numbers: bytes
    sets: Sequence[tuple[int, ...]]


class ListingMap:
    """Keys to listings. The bytes may be mapped from a file: nothing is copied out of them."""

    def __init__(
        self, trie: marisa_trie.Trie, set_numbers: bytes | memoryview, sets: Sequence[Listings]
    ) -> None:
        self._trie = trie
        self.numbers = memoryview(set_numbers).cast(_typecode(len(sets)))
        self.sets = tuple(sets)
        # Walks a key: yields its listed beginnings, shortest first, each with its place. The
        # number of the set that holds it stands there in `numbers`.
        self.walk: Callable[[str], Iterator[tuple[str, int]]] = trie.iter_prefixes_with_ids
        if len(self.numbers) != len(trie):
            raise ValueError(f"{len(trie)} keys, but {len(self.numbers)} set numbers")

    def __len__(self) -> int:
        return len(self._trie)

    @classmethod
    def mapped(
        cls, trie_file: str, set_numbers: bytes | memoryview, sets: Sequence[Listings]
    ) -> "ListingMap":
        """Open a map whose trie lies in a file that many processes share."""
        return cls(marisa_trie.Trie().mmap(trie_file), set_numbers, sets)

    @classmethod
    def of(cls, compiled: Compiled, listings: Sequence[Listing]) -> "ListingMap":
        trie = marisa_trie.Trie().frombytes(compiled.trie)
        return cls(trie, compiled.set_numbers, sets_of(compiled.sets, listings))

    def along(self, key: str) -> list[tuple[str, Listings]]:
        """Return every listed beginning of the key, shortest first, with its listings."""
        return [(beginning, self.sets[self.numbers[place]]) for beginning, place in self.walk(key)]

    def below(self, beginning: str) -> list[tuple[str, Listings]]:
        """Return every listed key that begins so, with its listings."""
        return [(key, self.sets[self.numbers[place]]) for key, place in self._trie.items(beginning)]


def sets_of(sets: Iterable[Sequence[int]], listings: Sequence[Listing]) -> tuple[Listings, ...]:
    """Return the listings of each set; those that their own list takes back are left out."""
    withdrawing = frozenset(number for number, one in enumerate(listings) if one.withdraws)
    whole = [(members, tuple([listings[number] for number in members])) for members in sets]
    return tuple(
        held if withdrawing.isdisjoint(members) else _in_force(held) for members, held in whole
    )


def _in_force(listings: Listings) -> Listings:
    withdrawn = {replace(one, withdraws=False) for one in listings if one.withdraws}
    return tuple(one for one in listings if not one.withdraws and one not in withdrawn)


def compile_map(keyed: Callable[[], Keyed]) -> Compiled:
    """Compile keys with the numbers of their listings. They are asked for twice, never held."""
    return compile_runs(lambda: ((listing, (key,)) for key, listing in keyed()))


def compile_runs(runs: Callable[[], Iterable[Run]]) -> Compiled:
    """Compile keys that come in runs, as `compile_map` does; much faster where there are many.

    What comes out depends on the runs and their order alone.
    """
    # One trie of all keys, made anew whatever changed: for three million it takes 4 s, and 3 s
    # to number them. A second trie for what changes often would save most of that, and would
    # cost each look-up another walk: half as much again.
    trie = marisa_trie.Trie(chain.from_iterable(keys for _, keys in runs()))
    sets, numbers = _number_sets(trie, runs())
    return Compiled(trie.tobytes(), array(_typecode(len(sets)), numbers).tobytes(), sets)


def _typecode(sets: int) -> Literal["H", "I"]:
    """Numbers of 2 bytes while they do, else of 4."""
    return "H" if sets <= _MOST_SMALL else "I"


def _number_sets(
    trie: marisa_trie.Trie, runs: Iterable[Run]
) -> tuple[list[tuple[int, ...]], array[int]]:
    """Give each key its set: a set is met by adding one listing to another set, from the empty."""
    sets: list[tuple[int, ...]] = [()]
    numbered: dict[tuple[int, ...], int] = {(): 0}
    grown: dict[int, dict[int, int]] = {}  # by listing: from the set before to the one with it
    numbers = array("I", bytes(4 * len(trie)))
    for listing, keys in runs:
        steps = grown.setdefault(listing, {})
        for place in map(trie.key_id, keys):
            before = numbers[place]
            if before not in steps:
                members = tuple(sorted({*sets[before], listing}))
                if members not in numbered:
                    numbered[members] = len(sets)
                    sets.append(members)
                steps[before] = numbered[members]
            numbers[place] = steps[before]
    return sets, numbers
