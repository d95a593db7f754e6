"""A set of hashes of one length, in sixteen bytes each: what a Python set needs is six times that.

The hashes lie end to end, sorted, so that those that begin alike lie together. A table says
where those of each beginning start; between two of its numbers one is looked for.
"""

from array import array
from collections.abc import Iterable
from itertools import accumulate
from struct import iter_unpack

HASH_BYTES = 16
_FEWEST_BITS = 4
_MOST_BITS = 16


class HashSet:
    """Answers `in`, and never changes. `packed` must be sorted: see `packed_of`."""

    __slots__ = ("_shift", "_starts", "packed")

    def __init__(self, packed: bytes = b"") -> None:
        self.packed = packed
        bits = min(max(len(self).bit_length(), _FEWEST_BITS), _MOST_BITS)
        self._shift = shift = _MOST_BITS - bits
        sizes = array("I", bytes(4 * ((1 << bits) + 1)))
        for (beginning,) in iter_unpack(">H14x", packed):
            sizes[(beginning >> shift) + 1] += HASH_BYTES
        self._starts = array("I", accumulate(sizes))

    def __contains__(self, hashed: bytes) -> bool:
        place = (hashed[0] << 8 | hashed[1]) >> self._shift
        start = self._starts[place]
        end = self._starts[place + 1]
        if start == end:
            return False
        found = self.packed.find(hashed, start, end)
        while found % HASH_BYTES and found >= 0:  # in the end of one hash and the next's beginning
            found = self.packed.find(hashed, found + 1, end)
        return found >= 0

    def __len__(self) -> int:
        return len(self.packed) // HASH_BYTES


def packed_of(hashes: Iterable[bytes]) -> bytes:
    """Return the hashes as a set keeps them: each once, sorted, end to end."""
    return b"".join(sorted(set(hashes)))


def union(sets: Iterable[HashSet]) -> HashSet:
    """Return one set of what is in any of them."""
    several = tuple(sets)
    if len(several) == 1:
        return several[0]
    return HashSet(packed_of(one for each in several for one in hashes_in(each.packed)))


def hashes_in(packed: bytes) -> Iterable[bytes]:
    """Return the hashes one by one."""
    return (packed[start : start + HASH_BYTES] for start in range(0, len(packed), HASH_BYTES))
