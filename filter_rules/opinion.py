"""A second opinion on a text: a small linear model says how likely it hurts somebody.

Phrases find what somebody has written down; people also hurt each other in other words. The
model has seen public texts that people called abusive, hateful or sexist, and texts that they
did not. It keeps no word of them: each piece of a text (one to two words, two to five
letters) falls into one of many buckets by its hash, and each bucket has one weight. A text's
probability comes from the sum of them, so which of its words weighed most can be said.

It reads what was typed, never a page, and is right about few things: see `second_opinion.py`
for what it may move, and docs/reference/second-opinion.md for what it was measured to do.
"""

from dataclasses import dataclass
from math import exp
from zlib import crc32

import numpy as np
import numpy.typing as npt

from filter_rules.text import fold

BUCKETS_LOG2 = 18
BUCKETS = 1 << BUCKETS_LOG2
LONGEST = 2_000  # characters; more than that is an essay, and not judged by its whole
LETTERS = (2, 3, 4, 5)  # letters of a piece, the space at the edge of a word included
WORDS_COUNT = 4  # times as much as letters: there are far fewer
MOST_REASONS = 3
_MIX = np.uint32(2_654_435_761)  # spreads what is close together (Knuth)
_STEP = np.uint32(16_777_619)  # between the letters of a piece
_SHIFT = np.uint32(32 - BUCKETS_LOG2)
_WORDS_APART = 0x5BD1E995  # keeps pieces of words from the buckets of pieces of letters

type Buckets = npt.NDArray[np.uint32]
type Weights = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Judged:
    """How likely a text hurts somebody, and the words of it that say so most, heaviest first."""

    probability: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the model sees it: its words, and the buckets of their pieces."""

    words: tuple[str, ...]
    letters: tuple[Buckets, ...]  # one array for each length of LETTERS
    singles: Buckets
    pairs: Buckets

    @property
    def of_letters(self) -> Buckets:
        return np.concatenate(self.letters)

    @property
    def of_words(self) -> Buckets:
        return np.concatenate((self.singles, self.pairs))

    @property
    def share(self) -> float:
        """What one piece counts: less the longer the text, but a long text still adds up."""
        letters = sum(one.size for one in self.letters)
        words = self.singles.size + self.pairs.size
        return float((letters + WORDS_COUNT**2 * words) ** -0.25)


def read(text: str) -> Read:
    """Cut a text to pieces and give each its bucket."""
    folded = fold(text[:LONGEST])
    words = tuple(folded.split())
    codes = np.frombuffer(f" {folded} ".encode("utf-32-le"), np.uint32)
    rolling = codes
    letters: list[Buckets] = []
    for length in LETTERS:
        rolling = rolling[:-1] * _STEP + codes[length - 1 :] if rolling.size > 1 else rolling[:0]
        letters.append((rolling * _MIX) >> _SHIFT)
    hashes = np.array([crc32(word.encode(), _WORDS_APART) for word in words], np.uint32)
    pairs = hashes[:-1] * _STEP + hashes[1:]
    return Read(words, tuple(letters), (hashes * _MIX) >> _SHIFT, (pairs * _MIX) >> _SHIFT)


class Opinion:
    """The weights, ready to judge. Never changes, and keeps nothing of what it reads."""

    def __init__(self, weights: bytes | memoryview, scale: float, bias: float) -> None:
        """Take the weights as they are, one byte a bucket. Raise ValueError with a sentence."""
        if len(weights) != BUCKETS:
            raise ValueError(
                f"The second opinion must have {BUCKETS} weights and has {len(weights)}."
            )
        self._weights: Weights = np.frombuffer(weights, np.int8)
        self._scale = scale
        self._bias = bias

    def judge(self, text: str) -> Judged:
        seen = read(text)
        if not seen.words:
            return Judged(0.0)
        letters = int(self._weights[seen.of_letters].sum(dtype=np.int32))
        words = int(self._weights[seen.of_words].sum(dtype=np.int32))
        total = letters + WORDS_COUNT * words
        sure = self._scale * total * seen.share + self._bias
        return Judged(probability(sure), self._because(seen) if sure > 0 else ())

    def _because(self, seen: Read) -> tuple[str, ...]:
        """Share each piece's weight among its letters, and say whose letters have most."""
        of_letters = np.zeros(sum(map(len, seen.words)) + len(seen.words) + 1)
        for length, buckets in zip(LETTERS, seen.letters, strict=True):
            each = self._weights[buckets] / length
            for place in range(length):
                of_letters[place : place + each.size] += each
        starts = np.cumsum([0, *(len(word) + 1 for word in seen.words)])[:-1]
        of_words = np.add.reduceat(of_letters, starts)
        of_words += WORDS_COUNT * self._weights[seen.singles].astype(np.float64)
        halves = WORDS_COUNT / 2 * self._weights[seen.pairs]
        of_words[:-1] += halves
        of_words[1:] += halves
        order = sorted(range(len(seen.words)), key=lambda place: (-of_words[place], place))
        telling = (seen.words[place] for place in order if of_words[place] > 0)
        return tuple(dict.fromkeys(telling))[:MOST_REASONS]


def probability(sure: float) -> float:
    """Return the logistic function, wherever it is asked."""
    return 1 / (1 + exp(-sure)) if sure > 0 else 1 - 1 / (1 + exp(max(sure, -700.0)))
