"""Find phrases in a text, whole words only, however they are spelt.

The text is cut into pieces, most of which are words; what a piece reads as is looked up, as
the codes of the words that it says. Patterns are found in the string of these codes
(`anchors`), so that word boundaries are part of what is matched and a page is a few thousand
characters. Where the words stand in the text is asked for only where something was found.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from re import compile as pattern_of
from typing import NamedTuple

from filter_rules.anchors import (
    LONE,
    LONE_UNKNOWN,
    PICTURE,
    UNKNOWN,
    WIDTH,
    Anchors,
    Codes,
    anchored,
)
from filter_rules.escapes import undone
from filter_rules.everyday import COMMON
from filter_rules.phrases import Gap, Pattern
from filter_rules.text import bare, cut, pieces, plain, rough, rough_spans, spans
from filter_rules.vocabulary import Vocabulary

MOST_REMEMBERED = 8 << 20  # characters, of pieces of pages and for what they read as
COST = 200  # of remembering a piece, in characters
CHUNK = 4_096  # characters read at a time
_BETWEEN_WORDS = pattern_of(r"(?<=\w\w)\s(?=\w\w)")  # where no token goes on
_LONELY = pattern_of(rf"{LONE}..{LONE}..{LONE}")  # in codes: letters that may be spaced out
_LONE_LETTER = pattern_of(r"(?<![\w'’])\w(?![\w'’])")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pattern seen in a text: its first and last word, counted from 0, as they were read."""

    pattern: str
    first: int
    last: int


class _Chunk(NamedTuple):
    """A stretch of the text and the number of its first word."""

    start: int
    end: int
    first: int
    spaced: bool  # some of its words have their letters spaced out


class Sightings:
    """All that was seen in one text, by pattern, and where the words of that text stand."""

    def __init__(
        self,
        text: str,
        words: int,
        seen: Mapping[str, Sequence[Sighting]],
        places: Callable[[], "Places"],
        *,
        cut: bool = False,
    ) -> None:
        self.text = text
        self.words = words
        self.seen = seen
        self.cut = cut  # the time was spent before all was read
        self._places = places

    def places(self) -> "Places":
        """Return where each word stands: asked for only where something was seen."""
        return self._places()


class Places:
    """Where the words that were read stand in the text; a token may be read as several."""

    def __init__(
        self,
        text: str,
        chunks: Sequence[_Chunk],
        vocabulary: Vocabulary,
        original: Callable[[int, int], tuple[int, int]],
    ) -> None:
        self._text = text
        self._chunks = chunks
        self._vocabulary = vocabulary
        self._original = original
        self._read: dict[int, list[tuple[str, int, int]]] = {}

    def of(self, one: Sighting) -> tuple[int, int]:
        return self._original(self._word(one.first)[1], self._word(one.last)[2])

    def words(self, one: Sighting) -> str:
        return " ".join(self._word(number)[0] for number in range(one.first, one.last + 1))

    def _word(self, number: int) -> tuple[str, int, int]:
        place = bisect_right(self._chunks, number, key=lambda chunk: chunk.first) - 1
        if place not in self._read:
            self._read[place] = list(self._words(self._chunks[place]))
        return self._read[place][number - self._chunks[place].first]

    def _words(self, chunk: _Chunk) -> Iterator[tuple[str, int, int]]:
        """Read a stretch of the text again, this time with where each word stands."""
        text = self._text[chunk.start : chunk.end]
        for piece, stands in _stands(text) if chunk.spaced else rough_spans(text):
            place = iter(stands)
            for reading, tokens in self._vocabulary.hear(piece):
                taken = [next(place) for _ in range(tokens)]
                start, end = taken[0][0], taken[-1][1]
                for word in reading.split(" "):
                    shown = (
                        text[start:end] if "*" in word or reading == Vocabulary.UNKNOWN else word
                    )
                    yield plain(shown) or word, chunk.start + start, chunk.start + end


def _stands(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Return each piece of a text with where its tokens stand."""
    every = spans(text)
    return ((piece, list(islice(every, len(cut(piece))))) for piece in pieces(text))


class PhraseIndex:
    """Every pattern of every theme, ready to be looked for. Never changes after it is made.

    `context` are patterns that matter only beside the others: they are looked for only in
    texts where one of the others stands, which few texts are.
    """

    def __init__(self, patterns: Iterable[Pattern], context: Iterable[Pattern] = ()) -> None:
        wanted = {pattern.text: pattern for pattern in patterns}
        beside = {one.text: one for one in context if one.text not in wanted}
        every = (*wanted.values(), *beside.values())
        said = {word for pattern in every for word in _words(pattern)}
        starred = {word for word in said if "*" in word}
        telling = {way: way.split() for one in wanted.values() for way in anchored(one.slots)[0]}
        keys = {word for words in telling.values() for word in words}
        around = {way for one in beside.values() for way in anchored(one.slots)[0]}
        spoken = (way for way in chain(telling, around, said) if "*" not in way)
        self._vocabulary = Vocabulary(spoken, keys - COMMON - starred, starred)
        self._codes = Codes(said - starred, self._vocabulary.wildcards, starred)
        self._wanted = Anchors(wanted.values(), self._codes)
        self._beside = Anchors(beside.values(), self._codes)
        self._remembered = _Readings(self._vocabulary, self._codes)

    def find(
        self, text: str, *, typed: bool = True, spent: Callable[[], bool] | None = None
    ) -> Sightings:
        """Return every pattern in the text, overlapping ones too.

        What single words of pages read as is remembered, as most pages are made of the same
        words; nothing of what was typed is. Escapes in what was typed are undone. `spent` says that there is no more time.
        """
        shown, original = undone(text) if typed else (text, _as_it_is)
        readings = _Readings(self._vocabulary, self._codes) if typed else self._remembered
        chunks: list[_Chunk] = []
        streams: list[str] = []
        stopped = False
        words = 0
        for start, end in _stretches(shown):
            if stopped := spent is not None and spent():
                break
            part = shown[start:end]
            codes = "".join(map(readings.__getitem__, rough(part)))
            spaced = bool(_LONELY.search(codes))
            if spaced:
                codes = "".join(map(readings.__getitem__, pieces(part)))
            streams.append(codes)
            chunks.append(_Chunk(start, end, words, spaced))
            words += len(codes) // WIDTH
        stream = "".join(streams)
        seen: defaultdict[str, list[Sighting]] = defaultdict(list)
        for anchors in (self._wanted, self._beside):
            for pattern, first, last in _sightings(anchors, stream):
                seen[pattern].append(Sighting(pattern, first, last))
            if not seen:
                break

        def places() -> Places:
            return Places(shown, chunks, self._vocabulary, original)

        return Sightings(text, words, seen, places, cut=stopped)


def _as_it_is(start: int, end: int) -> tuple[int, int]:
    return start, end


def _sightings(anchors: Anchors, stream: str) -> Iterable[tuple[str, int, int]]:
    """Find patterns in the codes of a text; with pictures taken for words, and passed over."""
    found = anchors.sightings(stream)
    if PICTURE not in stream:
        return found
    words = [stream[at : at + WIDTH] for at in range(0, len(stream), WIDTH)]
    kept = [number for number, code in enumerate(words) if not code.endswith(PICTURE)]
    without = anchors.sightings("".join(words[number] for number in kept))
    passed = ((pattern, kept[first], kept[last]) for pattern, first, last in without)
    return dict.fromkeys(chain(found, passed))


def _words(pattern: Pattern) -> Iterator[str]:
    return (
        word
        for slot in pattern.slots
        if not isinstance(slot, Gap)
        for way in slot
        for word in way.split()
    )


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text between words into stretches of bounded length."""
    start = 0
    while start + CHUNK < len(text):
        found = _BETWEEN_WORDS.search(text, start + CHUNK, start + 2 * CHUNK)
        end = found.end() if found else min(start + 2 * CHUNK, len(text))
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


class _Readings(dict[str, str]):
    """The codes of what each piece of a text says. When it is full it begins anew."""

    def __init__(self, vocabulary: Vocabulary, codes: Codes) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._codes = codes
        self._room = MOST_REMEMBERED

    def __missing__(self, piece: str) -> str:
        if self._room < 0:
            self.clear()
            self._room = MOST_REMEMBERED
        self._room -= len(piece) + COST
        word = bare(piece)
        if word and word != piece:
            found = self[word]
        else:
            found = "".join(self._codes.of(said) for said, _ in self._vocabulary.hear(piece))
            if UNKNOWN in found and _LONE_LETTER.search(piece):
                found = found.replace(UNKNOWN, LONE_UNKNOWN)
        self[piece] = found
        return found
