"""Words with a star at an edge (`suicid*`, `*phobic`), and which words each of them means."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice, takewhile


class Wildcards:
    """Words with a star at an edge, and the one name for all that a word is of them."""

    def __init__(self, wildcards: Iterable[str]) -> None:
        kinds: tuple[set[str], set[str], set[str]] = (set(), set(), set())
        for word in wildcards:
            kinds[_kind(word)].add(word.strip("*"))
        self._kinds = tuple(sorted(kind, key=lambda word: (-len(word), word)) for kind in kinds)
        self._words = tuple(map(Words, kinds))
        begins, _, ends = kinds
        self._begins = frozenset(begins)
        self._begin_lengths = sorted({len(word) for word in begins}, reverse=True)
        self._ends = frozenset(ends)
        self._end_lengths = sorted({len(word) for word in ends}, reverse=True)

    def read(self, word: str) -> str:
        """Name the wildcards that a word is, nothing if it is none."""
        begin = next((word[:n] for n in self._begin_lengths if word[:n] in self._begins), "")
        end = next((word[-n:] for n in self._end_lengths if word[-n:] in self._ends), "")
        middle = next((one for one in self._kinds[1] if one in word), "")
        return f"{begin}*{middle}*{end}" if begin or middle or end else ""

    def names(self, wildcard: str) -> list[str]:
        """Return the names of all words that are this wildcard."""
        parts = [[*kind, ""] for kind in self._kinds]
        kind = _kind(wildcard)
        parts[kind] = self._words[kind].meant_by(wildcard)
        return [
            f"{begin}*{middle}*{end}"
            for begin in parts[0]
            for middle in parts[1]
            for end in parts[2]
        ]


class Words:
    """Words in order, so that those of a wildcard need not be sought one by one."""

    def __init__(self, words: Iterable[str]) -> None:
        self.forward = sorted(set(words))
        self._backward = sorted(word[::-1] for word in self.forward)

    def meant_by(self, wildcard: str) -> list[str]:
        """Return the words that a wildcard means."""
        core = wildcard.strip("*")
        match _kind(wildcard):
            case 0:
                return _beginning(self.forward, core)
            case 1:
                return [word for word in self.forward if core in word]
            case _:
                return [word[::-1] for word in _beginning(self._backward, core[::-1])]


def _beginning(words: Sequence[str], core: str) -> list[str]:
    """Return the words, of some in order, that begin so."""
    first = bisect_left(words, core)
    return list(takewhile(lambda word: word.startswith(core), islice(words, first, None)))


def _kind(wildcard: str) -> int:
    """Return 0 for one that says how a word begins, 1 what it holds, 2 how it ends."""
    return wildcard.startswith("*") + (not wildcard.endswith("*"))
