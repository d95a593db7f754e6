"""Learn the weights of a linear model from texts: the same ones from the same texts and seed.

Logistic loss with an importance a text and a pull towards nought (L2), by AdaGrad over small
batches; the weights of the steps of the second half are averaged. Every source of texts has
its own bias while it is learned, thrown away after: that one source holds more abuse than
another must not be learned from how its texts look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from filter_rules.opinion import BUCKETS, WORDS_COUNT, read
from filter_rules.word_families import NONE, Families

BATCH = 512
FINEST = 127  # the largest weight as it is kept, in one byte

type Floats = npt.NDArray[np.float64]
type Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The buckets of many texts, one after the other, what each counts, and where texts begin."""

    buckets: npt.NDArray[np.int32]
    counts: npt.NDArray[np.float32]
    starts: Numbers  # one more than there are texts

    @classmethod
    def of(cls, texts: Iterable[str], families: Families = NONE) -> "Pieces":
        return cls._joined([_pieces(text, families) for text in texts])

    @classmethod
    def _joined(
        cls, texts: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]]
    ) -> "Pieces":
        return cls(
            np.concatenate([buckets for buckets, _ in texts]),
            np.concatenate([counts for _, counts in texts]),
            np.cumsum([0, *(buckets.size for buckets, _ in texts)]),
        )

    def part(self, rows: Numbers) -> "Pieces":
        spans = [slice(self.starts[row], self.starts[row + 1]) for row in rows]
        return self._joined([(self.buckets[span], self.counts[span]) for span in spans])

    def sure(self, weights: Floats) -> Floats:
        return np.asarray(np.add.reduceat(weights[self.buckets] * self.counts, self.starts[:-1]))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts to learn from: what they are, how much each matters, its source and its fold."""

    pieces: Pieces
    labels: Floats
    importance: Floats
    sources: Numbers
    folds: Numbers

    def part(self, rows: Numbers) -> "Lesson":
        return Lesson(
            self.pieces.part(rows),
            self.labels[rows],
            self.importance[rows],
            self.sources[rows],
            self.folds[rows],
        )

    def weighing(self, importance: Floats) -> "Lesson":
        return replace(self, importance=importance)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned, as it is kept: a whole number a bucket, times the scale."""

    weights: npt.NDArray[np.int8]
    scale: float

    def sure(self, pieces: Pieces) -> Floats:
        return pieces.sure(self.weights.astype(np.float64) * self.scale)


@dataclass(frozen=True, slots=True)
class Pace:
    """How it is learned: see the model card for how it was chosen."""

    seed: int = 1
    rounds: int = 20
    step: float = 0.3
    pull: float = 1e-5


def learn(lesson: Lesson, pace: Pace) -> Learned:
    order = np.random.default_rng(pace.seed)
    weights, squares, mean = (np.zeros(BUCKETS) for _ in range(3))
    biases, bias_squares = (np.zeros(int(lesson.sources.max()) + 1) for _ in range(2))
    averaged = 0
    for number in range(pace.rounds):
        shuffled = order.permutation(lesson.labels.size)
        for begin in range(0, shuffled.size, BATCH):
            rows = shuffled[begin : begin + BATCH]
            batch, sources = lesson.pieces.part(rows), lesson.sources[rows]
            guessed = _logistic(batch.sure(weights) + biases[sources])
            off = lesson.importance[rows] * (guessed - lesson.labels[rows]) / rows.size
            spread = np.repeat(off, np.diff(batch.starts)) * batch.counts
            slope = np.bincount(batch.buckets, spread, BUCKETS) + pace.pull * weights
            _step(weights, squares, slope, pace.step)
            _step(biases, bias_squares, np.bincount(sources, off, biases.size), pace.step)
            if 2 * number >= pace.rounds - 1:
                averaged += 1
                mean += (weights - mean) / averaged
    return _kept(mean)


def _step(weights: Floats, squares: Floats, slope: Floats, step: float) -> None:
    squares += slope * slope
    weights -= step * slope / (np.sqrt(squares) + 1e-8)


def _kept(weights: Floats) -> Learned:
    # A few very heavy buckets would leave few steps for all others: they are cut.
    heaviest = float(np.quantile(np.abs(weights), 0.9995)) or 1.0
    scale = heaviest / FINEST
    whole = np.clip(np.rint(weights / scale), -FINEST, FINEST).astype(np.int8)
    return Learned(whole, float(scale))


def _logistic(sure: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(sure, -50, 50))))


def _pieces(text: str, families: Families) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Return the buckets of a text and what they count; a text without words has one of nought."""
    seen = read(text, families)
    if not seen.words:
        return np.zeros(1, np.int32), np.zeros(1, np.float32)
    letters, words = seen.of_letters, seen.of_words
    kin = seen.kin
    counts = (
        np.full(letters.size, seen.share),
        np.full(words.size, WORDS_COUNT * seen.share),
        np.full(kin.buckets.size, kin.share),
    )
    buckets = np.concatenate((letters, words, kin.buckets)).astype(np.int32)
    return buckets, np.concatenate(counts).astype(np.float32)
