"""What stands around a phrase in one text: other phrases near by, its sentence, a heading."""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from operator import itemgetter

from filter_rules.phrase_index import Places, Sighting, Sightings
from filter_rules.phrases import Pattern
from filter_rules.types import Kind

NEAR = 12  # words either side within which others raise or excuse a phrase
LONGEST_CONTEXT = 12  # words of such others: longer ones are seen only where they end near
RECENT = 4  # sightings of each set that are looked at for one that stands apart

_ENDS = re.compile(r"[.!?…;\n\u061f\u06d4\u0964\u3002]|\bbut\b", re.IGNORECASE)
_FIRST_PERSON = frozenset(
    ["i", "im", "ive", "id", "ill", "me", "my", "mine", "myself", "we", "us", "our"]
)

type Seen = Mapping[str, Sequence[Sighting]]


class Text:
    """One text as it was read. What is dear to know is found when it is first asked for."""

    def __init__(
        self,
        found: Sightings,
        kind: Kind,
        strong: Iterable[tuple[int, int]] = (),
        groups: frozenset[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self.seen: Seen = found.seen
        self.words = found.words
        self.groups = groups
        self._found = found
        self._strong = tuple(strong)

    @property
    def original(self) -> str:
        return self._found.text

    @cached_property
    def places(self) -> Places:
        return self._found.places()

    def quote(self, one: Sighting) -> str:
        start, end = self.places.of(one)
        return self.original[start:end]

    def is_strong(self, one: Sighting) -> bool:
        """Whether it stands in a title or a heading."""
        if not self._strong:
            return False
        start, end = self.places.of(one)
        return any(begins <= start and end <= ends for begins, ends in self._strong)

    def in_one_sentence(self, one: Sighting, other: Sighting) -> bool:
        first, second = sorted((self.places.of(one), self.places.of(other)))
        return not _ENDS.search(self.original, first[1], max(first[1], second[0]))

    def speaks_of_oneself(self, one: Sighting) -> bool:
        return not _FIRST_PERSON.isdisjoint(self.places.words(one).split())


class Nearby:
    """Context words in the order of the text, so that few are looked at for each phrase."""

    def __init__(self, patterns: Iterable[Pattern], seen: Seen) -> None:
        self._ends = sorted(
            ((one.last, one) for pattern in patterns for one in seen.get(pattern.text, ())),
            key=itemgetter(0),
        )

    def around(self, one: Sighting) -> Iterator[Sighting]:
        start = bisect_left(self._ends, one.first - NEAR, key=itemgetter(0))
        for last, other in islice(self._ends, start, None):
            if last > one.last + NEAR + LONGEST_CONTEXT:
                return
            if other.first <= one.last + NEAR:
                yield other


def overlap(one: Sighting, other: Sighting) -> bool:
    return one.first <= other.last and other.first <= one.last


def together(
    sets: Sequence[frozenset[str]], seen: Seen, within: int | None
) -> tuple[Sighting, ...] | None:
    """Return one sighting of each set, apart from each other and within so many words.

    `sets`: the texts of their patterns.
    """
    stream: list[tuple[int, int, int, str, Sighting]] = []
    for number, one in enumerate(sets):
        found = one.intersection(seen)  # it looks at what was seen, which is little
        if not found:
            return None
        stream += ((at.first, at.last, number, text, at) for text in found for at in seen[text])
    stream.sort(key=itemgetter(0, 1, 2, 3))
    recent: dict[int, deque[Sighting]] = {
        number: deque(maxlen=RECENT) for number in range(len(sets))
    }
    for _, _, number, _, sighting in stream:
        recent[number].append(sighting)
        chosen = {number: sighting}
        for other in recent.keys() - {number}:
            apart = (at for at in reversed(recent[other]) if not _touches(at, chosen.values()))
            if (latest := next(apart, None)) is None:
                break
            chosen[other] = latest
        else:
            first = min(at.first for at in chosen.values())
            if within is None or sighting.last - first < within:
                return tuple(chosen[place] for place in range(len(sets)))
    return None


def _touches(one: Sighting, others: Iterable[Sighting]) -> bool:
    return any(overlap(one, other) for other in others)
