"""Patterns as strings of word-codes: where each is anchored, and what must stand around.

Each known word is written as three characters, one of each of three small alphabets, and
every other word as three dots. A text becomes a short string in which words begin where the
place is a multiple of three, and an automaton over it has few branches to try at each step.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import ahocorasick

from filter_rules.everyday import COMMON
from filter_rules.letters import EMOJI
from filter_rules.phrases import Gap, Pattern, Slot
from filter_rules.wildcards import Wildcards, Words

WIDTH = 3  # characters of the code of a word
UNKNOWN = "..."  # the code of every word that is in no pattern
LONE = "!"  # where the code of a single letter ends
LONE_UNKNOWN = f"..{LONE}"
PICTURE = "?"  # where the code of a picture ends
FIRST = 0x100  # of the characters of codes
FEWEST = 16  # characters in an alphabet
MOST_ANCHORED = 64  # ways of saying an anchor that go into the automaton
MOST_TRIES = 2_000  # places where one pattern is tried in one text: hostile text ends here


class Codes:
    """The code of each word, and of each name that a wildcard has."""

    def __init__(self, words: Iterable[str], wildcards: Wildcards, starred: Iterable[str]) -> None:
        self._starred = {star: wildcards.names(star) for star in sorted(starred)}
        known = Words(words)
        plain = known.forward
        for star in self._starred:
            self._starred[star] += known.meant_by(star)
        every = sorted({*plain, *(name for names in self._starred.values() for name in names)})
        size = max(FEWEST, round(len(every) ** (1 / WIDTH)) + 1)
        self._codes = {word: _code(number, size) for number, word in enumerate(every)}
        lone = [word for word in plain if is_lone(word)]
        for last, ending in ((LONE, lone), (PICTURE, EMOJI)):
            self._codes |= {
                word: _code(number, size)[: WIDTH - 1] + last for number, word in enumerate(ending)
            }
        for picture, word in EMOJI.items():
            self._starred.setdefault(word, [word]).append(picture)

    def of(self, reading: str) -> str:
        """Write the words of a reading as their codes."""
        return "".join(self._codes.get(word, UNKNOWN) for word in reading.split(" "))

    def ways(self, way: str) -> Iterator[str]:
        """Write each way of saying the words of a pattern, wildcards as all that they mean."""
        words = (
            [self._codes[one] for one in self._starred.get(word, (word,))] for word in way.split()
        )
        return map("".join, product(*words))


def is_lone(word: str) -> bool:
    """Say whether this is a letter that may be one of a word with its letters spaced out."""
    return len(word) == 1 and (word.isdigit() or word.lower() != word.upper())


def _code(number: int, size: int) -> str:
    code = ""
    for alphabet in range(WIDTH):
        code += chr(FIRST + alphabet * size + number % size)
        number //= size
    return code


type _Around = int | Mapping[int, frozenset[str]]  # most words of a gap, or codes by length


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A pattern around its anchor, nearest slots first."""

    pattern: str
    before: tuple[_Around, ...]
    after: tuple[_Around, ...]

    def around(self, stream: str, first: int, last: int) -> tuple[int, int] | None:
        """Return the edges of the widest match around an anchor, None where there is none."""
        starts, ends = {first}, {last}
        for slot in self.before:
            if not (starts := _back(stream, starts, slot)):
                return None
        for slot in self.after:
            if not (ends := _forth(stream, ends, slot)):
                return None
        return min(starts), max(ends)


def _back(stream: str, starts: set[int], slot: _Around) -> set[int]:
    if isinstance(slot, int):
        return {
            start - more
            for start in starts
            for more in range(0, min(slot * WIDTH, start) + 1, WIDTH)
        }
    return {
        start - length
        for start in starts
        for length, ways in slot.items()
        if length <= start and stream[start - length : start] in ways
    }


def _forth(stream: str, ends: set[int], slot: _Around) -> set[int]:
    if isinstance(slot, int):
        return {
            end + more
            for end in ends
            for more in range(0, min(slot * WIDTH, len(stream) - end) + 1, WIDTH)
        }
    return {
        end + length
        for end in ends
        for length, ways in slot.items()
        if stream[end : end + length] in ways
    }


class Anchors:
    """The automaton over the anchors of some patterns. Never changes after it is made."""

    def __init__(self, patterns: Iterable[Pattern], codes: Codes) -> None:
        anchors: defaultdict[str, list[_Anchored]] = defaultdict(list)
        for pattern in patterns:
            ways, one = _anchored(pattern, codes)
            for way in ways:
                anchors[way].append(one)
        self._ends = ahocorasick.Automaton()
        for way, found in anchors.items():
            self._ends.add_word(way, (len(way), tuple(found)))
        self._ends.make_automaton()

    def sightings(self, stream: str) -> Iterator[tuple[str, int, int]]:
        """Find the patterns in the codes of a text: each with its first and its last word."""
        if not self._ends:
            return
        tries: defaultdict[str, int] = defaultdict(int)
        known: set[tuple[str, int, int]] = set()
        for at, (length, found) in self._ends.iter(stream):
            end = at + 1
            for one in found:
                tries[one.pattern] += 1
                if tries[one.pattern] > MOST_TRIES:
                    continue
                if match := one.around(stream, end - length, end):
                    first, last = match
                    sighting = one.pattern, first // WIDTH, last // WIDTH - 1
                    if sighting not in known:
                        known.add(sighting)
                        yield sighting


def anchored(slots: Sequence[Slot]) -> tuple[frozenset[str], int, int]:
    """Take the slot that says most, and as many neighbours as the automaton may hold."""
    first = last = max(range(len(slots)), key=lambda number: _said(slots[number]))
    ways = slots[first]
    if isinstance(ways, Gap):
        raise TypeError("A pattern of gaps alone cannot be looked for.")
    while last + 1 < len(slots) and (right := _joined(ways, slots[last + 1])):
        last += 1
        ways = right
    while first > 0 and (left := _joined(slots[first - 1], ways)):
        first -= 1
        ways = left
    return ways, first, last


def _anchored(pattern: Pattern, codes: Codes) -> tuple[list[str], _Anchored]:
    ways, first, last = anchored(pattern.slots)
    before = tuple(_by_length(slot, codes) for slot in reversed(pattern.slots[:first]))
    after = tuple(_by_length(slot, codes) for slot in pattern.slots[last + 1 :])
    coded = sorted({code for way in ways for code in codes.ways(way)})
    return coded, _Anchored(pattern.text, before, after)


def _joined(left: Slot, right: Slot) -> frozenset[str] | None:
    """Join two slots to one anchor: not what can be left out, nor what stands for many words."""
    if isinstance(left, Gap) or isinstance(right, Gap) or len(left) * len(right) > MOST_ANCHORED:
        return None
    if "" in left or "" in right or any("*" in way for way in (*left, *right)):
        return None
    return frozenset(f"{one} {more}" for one, more in product(left, right))


def _said(slot: Slot) -> int:
    """Count the letters that tell a slot from everyday language; fewer than none if optional."""
    if isinstance(slot, Gap):
        return -2
    if "" in slot:
        return -1
    return min(sum(len(word) for word in way.split() if word not in COMMON) for way in slot)


def _by_length(slot: Slot, codes: Codes) -> _Around:
    if isinstance(slot, Gap):
        return slot.most
    ways = defaultdict(set)
    for way in slot:
        for code in codes.ways(way):
            ways[len(code)].add(code)
    return {length: frozenset(found) for length, found in ways.items()}
