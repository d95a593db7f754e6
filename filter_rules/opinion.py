"""A second opinion on a text: a small linear model says how likely it needs a person's eye.

Phrases find what somebody has written down; people also say it in other words. The model has
learned from sentences of our own what pupils in danger, or about to harm, write, and from
lessons, ordinary chatter and harmless look-alikes what they write else. It keeps no word of
them: each piece of a text (a word, two words, two with one between, three to five letters)
falls into one of many buckets by its hash, and each bucket has one weight for each thing asked:
whether a text needs an eye, whether it is abusive, and which theme it is most like. So do the
families of its words (`word_families.py`), each alone, beside its neighbours, and two that stand
near each other: so a word counts that it has never seen. What a text gets is the sum of all
weights, so which of its words weighed most can be said.

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
from filter_rules.word_families import NONE, Families

BUCKETS_LOG2 = 16
BUCKETS = 1 << BUCKETS_LOG2
EYE, ABUSE = 0, 1  # what the first two columns of weights say; each other is a theme
LONGEST = 2_000  # characters; more than that is an essay, and not judged by its whole
LETTERS = (3, 4, 5)  # letters of a piece, the space at the edge of a word included
WORDS_COUNT = 3  # times as much as letters: there are far fewer
MOST_REASONS = 3
# A word with digits or signs in the place of letters, but not one that counts: 3pm, y11, gr8.
_LEET = pattern_of(r"[$\w](?=\S*[013457@$!])[\w@$!]*[\w@$]")
_COUNTS = pattern_of(r"\d+[a-zA-Z]{0,2}|[a-zA-Z]{1,2}[1-9]\d*")
_LETTERS_MEANT = str.maketrans("013457@$!", "oieastasi")
_SPACED = pattern_of(r"(?<!\S)(?:\w ){2,}\w(?!\S)")  # three letters or more, each apart
_DRAWN = pattern_of(r"(\w)\1{2,}")  # a letter that is drawn out
_MIX = np.uint32(2_654_435_761)  # spreads what is close together (Knuth)
_STEP = np.uint32(16_777_619)  # between the letters of a piece
_SHIFT = np.uint32(32 - BUCKETS_LOG2)
_WORDS_APART = 0x5BD1E995  # keeps pieces of words from the buckets of pieces of letters
_SKIPPED = np.uint32(0x9E3779B9)  # and two words with one between from two that are neighbours
_FAMILY, _BEFORE, _AFTER, _NEAR = (
    np.uint32(one) for one in (0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1)
)
NEAR = 5  # words from each other that two families stand together

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
class Kin:
    """The pieces that families make: the bucket of each, and the one or two words it is of."""

    buckets: Buckets
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]

    @property
    def share(self) -> float:
        return float((self.buckets.size + 1) ** -0.5)


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the model sees it: its words, and the buckets of their pieces."""

    words: tuple[str, ...]
    letters: tuple[Buckets, ...]  # one array for each length of LETTERS
    singles: Buckets
    pairs: Buckets
    skips: Buckets
    kin: "Kin"

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


def read(text: str, families: Families = NONE) -> Read:
    """Cut a text to pieces and give each its bucket."""
    joined = _SPACED.sub(lambda found: found[0].replace(" ", ""), text[:LONGEST])
    meant = _LEET.sub(lambda found: _meant(found[0]), joined)
    folded = _DRAWN.sub(r"\1", fold(meant).translate(LOOK_ALIKES))
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
    return Read(words, tuple(letters), singles, pairs, skips, _kin(words, hashes, families))


def _meant(word: str) -> str:
    return word if _COUNTS.fullmatch(word) else word.translate(_LETTERS_MEANT)


def _kin(words: Sequence[str], hashes: Buckets, families: Families) -> Kin:
    """Return each family alone, with the word before it and after it, and with families near."""
    kin, places = families.places(words)
    of, at = np.array(kin, np.uint32), np.array(places, np.intp)
    later = np.searchsorted(at, at, "right")
    count = np.searchsorted(at, at + NEAR, "right") - later  # of families near behind each
    left = np.repeat(np.arange(at.size), count)
    right = np.arange(left.size) - np.repeat(np.cumsum(count) - count - later, count)
    after, before = at[at + 1 < len(words)], at[at > 0]
    pieces = (
        (of ^ _FAMILY, at, at),
        (of[left] * _STEP + of[right] ^ _NEAR, at[left], at[right]),
        (of[at + 1 < len(words)] * _STEP + hashes[after + 1] ^ _AFTER, after, after + 1),
        (hashes[before - 1] * _STEP + of[at > 0] ^ _BEFORE, before - 1, before),
    )
    mixed = (np.concatenate([one[0] for one in pieces]) * _MIX) >> _SHIFT
    buckets, once = np.unique(mixed, return_index=True)  # what is said twice counts once
    first, second = (np.concatenate([one[side] for one in pieces])[once] for side in (1, 2))
    return Kin(buckets, first, second)


class Opinion:
    """The weights, ready to judge. Never changes, and keeps nothing of what it reads."""

    def __init__(
        self, weights: bytes | memoryview, columns: Sequence[Scale], families: Families = NONE
    ) -> None:
        """Take the weights, one byte a bucket and column. Raise ValueError with a sentence."""
        if len(columns) < ABUSE + 2 or len(weights) != BUCKETS * len(columns):
            raise ValueError(
                f"The second opinion must have {BUCKETS} weights for each of three columns or "
                f"more, and has {len(weights)} for {len(columns)}."
            )
        self._weights: Weights = np.frombuffer(weights, np.int8).reshape(BUCKETS, len(columns))
        self._columns = tuple(columns)
        self._families = families
        self._scale = np.array([one.scale for one in columns])
        self._bias = np.array([one.bias for one in columns])

    def judge(self, text: str) -> Judged:
        seen = read(text, self._families)
        if not seen.words:
            return Judged(0.0, 0.0, "")
        letters = self._weights[seen.of_letters].sum(axis=0, dtype=np.int32)
        words = self._weights[seen.of_words].sum(axis=0, dtype=np.int32)
        kin = self._weights[seen.kin.buckets].sum(axis=0, dtype=np.int32)
        added = (letters + WORDS_COUNT * words) * seen.share + kin * seen.kin.share
        sure = self._scale * added + self._bias
        theme = int(sure[ABUSE + 1 :].argmax()) + ABUSE + 1
        return Judged(
            probability(float(sure[EYE])), probability(float(sure[ABUSE])), self._columns[theme].of
        )

    def because(self, text: str, column: int) -> tuple[str, ...]:
        """Return the words of a text that weigh most in a column, heaviest first.

        Each piece's weight is shared among its letters.
        """
        seen, weights = read(text, self._families), self._weights[:, column]
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
        if of_words.size:
            of_words *= seen.share
            halves = weights[seen.kin.buckets] * (seen.kin.share / 2)
            for side in (seen.kin.first, seen.kin.second):
                np.add.at(of_words, side, halves)
        order = sorted(range(len(seen.words)), key=lambda place: (-of_words[place], place))
        telling = (seen.words[place] for place in order if of_words[place] > 0)
        return tuple(dict.fromkeys(telling))[:MOST_REASONS]


def probability(sure: float) -> float:
    """Return the logistic function, wherever it is asked."""
    return 1 / (1 + exp(-sure)) if sure > 0 else 1 - 1 / (1 + exp(max(sure, -700.0)))
