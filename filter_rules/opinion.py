"""A second opinion on a text: a small linear model says how likely it needs a person's eye.

Phrases find what somebody has written down; people also say it in other words. The model has
learned from sentences of our own what pupils in danger, or about to harm, write, and from
lessons, ordinary chatter and harmless look-alikes what they write else. It keeps no word of
them: each piece of a text (a word, two words, two with one between, three to five letters)
falls into one of many buckets by its hash, and each bucket has one weight for each thing asked:
whether a text needs an eye, whether it is abusive, and which theme it is most like. What a text
gets is the sum of them, so which of its words weighed most can be said.

It reads what was typed, never a page: see `second_opinion.py` for what it may do, and
docs/reference/second-opinion.md for what it was measured to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from re import compile as pattern_of
from zlib import crc32

import numpy as np
import numpy.typing as npt

from filter_rules.letters import LOOK_ALIKES
from filter_rules.text import fold

BUCKETS_LOG2 = 16
BUCKETS = 1 << BUCKETS_LOG2
EYE, ABUSE = 0, 1  # what the first two columns of weights say; each other is a theme
LONGEST = 2_000  # characters; more than that is an essay, and not judged by its whole
LETTERS = (3, 4, 5)  # letters of a piece, the space at the edge of a word included
WORDS_COUNT = 3  # times as much as letters: there are far fewer
MOST_REASONS = 3
_DRAWN = pattern_of(r"(\w)\1{2,}")  # a letter that is drawn out
_MIX = np.uint32(2_654_435_761)  # spreads what is close together (Knuth)
_STEP = np.uint32(16_777_619)  # between the letters of a piece
_SHIFT = np.uint32(32 - BUCKETS_LOG2)
_WORDS_APART = 0x5BD1E995  # keeps pieces of words from the buckets of pieces of letters
_SKIPPED = np.uint32(0x9E3779B9)  # and two words with one between from two that are neighbours

type Buckets = npt.NDArray[np.uint32]
type Weights = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Judged:
    """How likely a text needs a person's eye, how likely it is abusive, and what it is like."""

    eye: float
    abuse: float
    theme: str


@dataclass(frozen=True, slots=True)
class Scale:
    """What a column is of, what one step of its weights is worth, and where it begins."""

    of: str
    scale: float
    bias: float


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the model sees it: its words, and the buckets of their pieces."""

    words: tuple[str, ...]
    letters: tuple[Buckets, ...]  # one array for each length of LETTERS
    singles: Buckets
    pairs: Buckets
    skips: Buckets

    @property
    def of_letters(self) -> Buckets:
        return np.concatenate(self.letters)

    @property
    def of_words(self) -> Buckets:
        return np.concatenate((self.singles, self.pairs, self.skips))

    @property
    def share(self) -> float:
        """What one piece counts: less the longer the text, so that length alone says nothing."""
        letters = sum(one.size for one in self.letters)
        words = self.singles.size + self.pairs.size + self.skips.size
        return float((letters + WORDS_COUNT**2 * words) ** -0.5)


def read(text: str) -> Read:
    """Cut a text to pieces and give each its bucket."""
    folded = _DRAWN.sub(r"\1", fold(text[:LONGEST]).translate(LOOK_ALIKES))
    words = tuple(folded.split())
    codes = np.frombuffer(f" {folded} ".encode("utf-32-le"), np.uint32)
    rolling = codes
    letters: list[Buckets] = []
    for length in range(2, max(LETTERS) + 1):
        rolling = rolling[:-1] * _STEP + codes[length - 1 :] if rolling.size > 1 else rolling[:0]
        if length in LETTERS:
            letters.append((rolling * _MIX) >> _SHIFT)
    hashes = np.array([crc32(word.encode(), _WORDS_APART) for word in words], np.uint32)
    pairs = hashes[:-1] * _STEP + hashes[1:]
    skips = (hashes[:-2] * _STEP + hashes[2:]) ^ _SKIPPED
    singles, pairs, skips = ((one * _MIX) >> _SHIFT for one in (hashes, pairs, skips))
    return Read(words, tuple(letters), singles, pairs, skips)


class Opinion:
    """The weights, ready to judge. Never changes, and keeps nothing of what it reads."""

    def __init__(self, weights: bytes | memoryview, columns: Sequence[Scale]) -> None:
        """Take the weights, one byte a bucket and column. Raise ValueError with a sentence."""
        if len(columns) < ABUSE + 2 or len(weights) != BUCKETS * len(columns):
            raise ValueError(
                f"The second opinion must have {BUCKETS} weights for each of three columns or "
                f"more, and has {len(weights)} for {len(columns)}."
            )
        self._weights: Weights = np.frombuffer(weights, np.int8).reshape(BUCKETS, len(columns))
        self._columns = tuple(columns)
        self._scale = np.array([one.scale for one in columns])
        self._bias = np.array([one.bias for one in columns])

    def judge(self, text: str) -> Judged:
        seen = read(text)
        if not seen.words:
            return Judged(0.0, 0.0, "")
        letters = self._weights[seen.of_letters].sum(axis=0, dtype=np.int32)
        words = self._weights[seen.of_words].sum(axis=0, dtype=np.int32)
        sure = self._scale * (letters + WORDS_COUNT * words) * seen.share + self._bias
        theme = int(sure[ABUSE + 1 :].argmax()) + ABUSE + 1
        return Judged(
            probability(float(sure[EYE])), probability(float(sure[ABUSE])), self._columns[theme].of
        )

    def because(self, text: str, column: int) -> tuple[str, ...]:
        """Return the words of a text that weigh most in a column, heaviest first.

        Each piece's weight is shared among its letters.
        """
        seen, weights = read(text), self._weights[:, column]
        of_letters = np.zeros(sum(map(len, seen.words)) + len(seen.words) + 1)
        for length, buckets in zip(LETTERS, seen.letters, strict=True):
            each = weights[buckets] / length
            for place in range(length):
                of_letters[place : place + each.size] += each
        starts = np.cumsum([0, *(len(word) + 1 for word in seen.words)])[:-1]
        of_words = np.add.reduceat(of_letters, starts) if seen.words else of_letters[:0]
        of_words += WORDS_COUNT * weights[seen.singles].astype(np.float64)
        for apart, buckets in ((1, seen.pairs), (2, seen.skips)):
            halves = WORDS_COUNT / 2 * weights[buckets]
            of_words[: halves.size] += halves
            of_words[apart : apart + halves.size] += halves
        order = sorted(range(len(seen.words)), key=lambda place: (-of_words[place], place))
        telling = (seen.words[place] for place in order if of_words[place] > 0)
        return tuple(dict.fromkeys(telling))[:MOST_REASONS]


def probability(sure: float) -> float:
    """Return the logistic function, wherever it is asked."""
    return 1 / (1 + exp(-sure)) if sure > 0 else 1 - 1 / (1 + exp(max(sure, -700.0)))
