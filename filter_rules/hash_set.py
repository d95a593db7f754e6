"""A set of hashes of one length, in sixteen bytes each: what a Python set needs is six times that.

The hashes lie end to end, sorted, so that those that begin alike lie together. A table says
where the hashes of each first two bytes begin; between two of its numbers one is looked for.
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from struct import iter_unpack

HASH_BYTES = 16
_BEGINNINGS = 1 << 16


class HashSet:
    """Answers `in`, and never changes. `packed` must be sorted: see `packed_of`."""

    __slots__ = ("_starts", "packed")

    def __init__(self, packed: bytes = b"") -> None:
        self.packed = packed
        found = Counter(beginning for (beginning,) in iter_unpack(">H14x", packed))
        ends = accumulate(found[beginning] * HASH_BYTES for beginning in range(_BEGINNINGS))
        self._starts = array("Q", [0, *ends])

    def __contains__(self, hashed: bytes) -> bool:
        beginning = hashed[0] << 8 | hashed[1]
        starts = self._starts
        start = starts[beginning]
        end = starts[beginning + 1]
        return start != end and self.packed.find(hashed, start, end) >= 0

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
