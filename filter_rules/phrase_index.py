"""Find phrases in a text, whole words only, however they are spelt.

The only home of pyahocorasick. The automaton runs over the text as the vocabulary reads
it: known words, a single space between them and around them, so that word boundaries are
part of what it matches. It looks for the anchor of each pattern, which is the part that
says most; only where that stands are the words before and after it compared. So a pattern
that stands for thousands of phrases costs a few words of memory.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

import ahocorasick

from filter_rules.phrases import Gap, Pattern, Slot
from filter_rules.text import Vocabulary, bare, cut, fold, pieces, spans

MOST_ANCHORED = 64  # ways of saying an anchor that go into the automaton
MOST_REMEMBERED = 2 << 20  # characters, of pieces of pages and for what they read as
COST = 100  # of remembering a piece, in characters
MOST_TRIES = 2_000  # places where one pattern is tried in one text: hostile text ends here

# Words too common to anchor a pattern by. It changes only how fast we are, never what we find.
_COMMON = frozenset(
    fold(
        """
        a about all am an and are at be been being best by can cant do does dont for from get girl
        girls going gonna good have he her him his how i if im in is it ive me my no not of off on
        or our out people she should so some someone that the their them there they this to u up ur
        us wanna want was way ways we what when where who will with would you your youre
        """
    ).split()
)

type _Slot = Mapping[int, Container[str]]  # by number of words


class _Anything:
    def __contains__(self, _words: object) -> bool:
        return True


_ANYTHING = _Anything()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pattern seen in a text: its first and last word, counted from 0, as they were read."""

    pattern: str
    first: int
    last: int


class Sightings:
    """All that was seen in one text, by pattern, and where the words of that text stand."""

    def __init__(
        self,
        text: str,
        read: Sequence[str],
        seen: Mapping[str, Sequence[Sighting]],
        *,
        cut: bool = False,
    ) -> None:
        self.text = text
        self.words = len(read)
        self.seen = seen
        self.cut = cut
        self._read = read

    def places(self) -> "Places":
        """Return where each word stands: asked for only where something was seen."""
        return Places(self._read, list(spans(self.text)))


class Places:
    """Where the words that were read stand in the text; a token may be read as several."""

    def __init__(self, read: Sequence[str], stands: Sequence[tuple[int, int]]) -> None:
        self._words = " ".join(read).split(" ")
        self._stands = [
            place for reading, place in zip(read, stands, strict=True) for _ in reading.split(" ")
        ]

    def of(self, one: Sighting) -> tuple[int, int]:
        return self._stands[one.first][0], self._stands[one.last][1]

    def words(self, one: Sighting) -> str:
        return " ".join(self._words[one.first : one.last + 1])


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A pattern around its anchor, nearest slots first."""

    pattern: str
    before: tuple[_Slot, ...]
    after: tuple[_Slot, ...]

    def around(self, words: Sequence[str], first: int, last: int) -> tuple[int, int] | None:
        """Return the widest match around an anchor, None where the pattern does not fit."""
        starts, ends = {first}, {last + 1}
        for slot in self.before:
            starts = {
                start - length
                for start in starts
                for length, ways in slot.items()
                if length <= start and " ".join(words[start - length : start]) in ways
            }
            if not starts:
                return None
        for slot in self.after:
            ends = {
                end + length
                for end in ends
                for length, ways in slot.items()
                if end + length <= len(words) and " ".join(words[end : end + length]) in ways
            }
            if not ends:
                return None
        return min(starts), max(ends) - 1


class PhraseIndex:
    """Every pattern of every theme, ready to be looked for. Never changes after it is made.

    `context` are patterns that matter only beside the others: they are looked for only in
    texts where one of the others stands, which few texts are.
    """

    def __init__(self, patterns: Iterable[Pattern], context: Iterable[Pattern] = ()) -> None:
        wanted = {pattern.text: pattern for pattern in patterns}
        beside = {one.text: one for one in context if one.text not in wanted}
        self._wanted = _Automaton(wanted.values())
        self._beside = _Automaton(beside.values())
        words = (
            word
            for pattern in chain(wanted.values(), beside.values())
            for slot in pattern.slots
            if not isinstance(slot, Gap)
            for way in slot
            for word in way.split()
        )
        self._vocabulary = Vocabulary(chain(self._wanted.anchors, self._beside.anchors, words))
        self._remembered = _Readings(self._vocabulary)

    def find(
        self, text: str, *, typed: bool = True, spent: Callable[[], bool] | None = None
    ) -> Sightings:
        """Return every pattern in the text, overlapping ones too.

        `spent` says when no more time may be spent: then what was found so far is returned.

        What single words of pages read as is remembered, as most pages are made of the same
        words; nothing of what was typed is.
        """
        readings = _Readings(self._vocabulary) if typed else self._remembered
        read = list(chain.from_iterable(map(readings.__getitem__, pieces(text))))
        stream = " ".join(read)
        seen: defaultdict[str, list[Sighting]] = defaultdict(list)
        cut = False
        for automaton in (self._wanted, self._beside):
            if spent and spent():
                cut = True
                break
            for sighting in automaton.sightings(stream):
                seen[sighting.pattern].append(sighting)
            if not seen:
                break
        return Sightings(text, read, seen, cut=cut)


class _Automaton:
    """The anchors of some patterns, and what must stand around each."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.anchors: defaultdict[str, list[_Anchored]] = defaultdict(list)
        for pattern in patterns:
            ways, anchored = _anchored(pattern)
            for way in ways:
                self.anchors[way].append(anchored)
        self._ends = ahocorasick.Automaton()
        for way, found in self.anchors.items():
            self._ends.add_word(f" {way} ", (way.count(" "), tuple(found)))
        self._ends.make_automaton()

    def sightings(self, stream: str) -> Iterator[Sighting]:
        hits = list(self._ends.iter(f" {stream} ")) if self._ends else []
        if not hits:
            return
        words = stream.split(" ")
        last = counted = 0
        tries: defaultdict[str, int] = defaultdict(int)
        known: set[Sighting] = set()
        for end, (more, found) in hits:
            last += stream.count(" ", counted, end - 1)
            counted = end - 1
            for one in found:
                tries[one.pattern] += 1
                if tries[one.pattern] > MOST_TRIES:
                    continue
                if match := one.around(words, last - more, last):
                    sighting = Sighting(one.pattern, *match)
                    if sighting not in known:
                        known.add(sighting)
                        yield sighting


def _anchored(pattern: Pattern) -> tuple[list[str], _Anchored]:
    """Take the slot that says most, and as many neighbours as the automaton may hold."""
    slots = pattern.slots
    first = last = max(range(len(slots)), key=lambda number: _said(slots[number]))
    ways = _ways(slots[first])
    while last + 1 < len(slots) and _may_join(ways, slots[last + 1]):
        last += 1
        ways = frozenset(f"{way} {more}" for way, more in product(ways, _ways(slots[last])))
    while first > 0 and _may_join(ways, slots[first - 1]):
        first -= 1
        ways = frozenset(f"{more} {way}" for more, way in product(_ways(slots[first]), ways))
    before = tuple(_by_length(slot) for slot in reversed(slots[:first]))
    after = tuple(_by_length(slot) for slot in slots[last + 1 :])
    return sorted(ways), _Anchored(pattern.text, before, after)


def _ways(slot: Slot) -> frozenset[str]:
    return frozenset() if isinstance(slot, Gap) else slot


def _may_join(ways: frozenset[str], slot: Slot) -> bool:
    """Say whether a slot may become part of an anchor: what can be left out may not."""
    return not isinstance(slot, Gap) and "" not in slot and len(ways) * len(slot) <= MOST_ANCHORED


def _said(slot: Slot) -> int:
    """Count the letters that tell a slot from everyday language; fewer than none if optional."""
    if isinstance(slot, Gap) or "" in slot:
        return -1
    return min(sum(len(word) for word in way.split() if word not in _COMMON) for way in slot)


def _by_length(slot: Slot) -> _Slot:
    if isinstance(slot, Gap):
        return dict.fromkeys(range(slot.most + 1), _ANYTHING)
    lengths = {len(way.split()) for way in slot}
    return {
        length: frozenset(way for way in slot if len(way.split()) == length) for length in lengths
    }


class _Readings(dict[str, tuple[str, ...]]):
    """What the tokens of each piece of a text are read as. When it is full it begins anew."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._room = MOST_REMEMBERED

    def __missing__(self, piece: str) -> tuple[str, ...]:
        if self._room < 0:
            self.clear()
            self._room = MOST_REMEMBERED
        self._room -= len(piece) + COST
        word = bare(piece)
        if word:
            found = self[word] if word != piece else (self._vocabulary.read(word),)
        else:
            found = tuple(map(self._vocabulary.read, cut(piece)))
        self[piece] = found
        return found
