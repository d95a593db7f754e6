"""Find phrases in a text, whole words only, however they are spelt.

The only home of pyahocorasick. The automaton runs over the text as the vocabulary reads
it: known words, a single space between them and around them, so that word boundaries are
part of what it matches. What it finds is given back as words of the original text.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import ahocorasick

from filter_rules.text import Vocabulary, spans, tokens


@dataclass(frozen=True, slots=True)
class Sighting:
    """A literal seen in a text: its first and last word, counted from 0."""

    literal: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Sightings:
    """All that was seen in one text, and where the words of that text stand."""

    text: str
    words: int
    seen: Sequence[Sighting]

    def places(self) -> Sequence[tuple[int, int]]:
        """Return the start and end of each word: asked for only where something was seen."""
        return tuple(spans(self.text))


class PhraseIndex:
    """Every literal of every theme in one automaton. Never changes after it is made."""

    def __init__(self, literals: Iterable[str]) -> None:
        known = sorted(set(literals))
        self._vocabulary = Vocabulary(known)
        self._automaton = ahocorasick.Automaton()
        for literal in known:
            self._automaton.add_word(f" {literal} ", literal)
        self._automaton.make_automaton()

    def find(self, text: str) -> Sightings:
        """Return every literal in the text, overlapping ones too."""
        written = tokens(text)
        readings = _Readings(self._vocabulary)
        read = [readings[token] for token in written]
        starts = list(accumulate((len(reading) + 1 for reading in read), initial=1))
        seen = []
        if self._automaton:
            for end, literal in self._automaton.iter(f" {' '.join(read)} "):
                first = bisect_right(starts, end - len(literal)) - 1
                seen.append(Sighting(literal, first, bisect_right(starts, end - 1) - 1))
        return Sightings(text, len(written), seen)


class _Readings(dict[str, str]):
    """What the tokens of one text are read as; each is read once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, token: str) -> str:
        reading = self[token] = self._vocabulary.read(token)
        return reading
