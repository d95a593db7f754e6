"""`script/train`: learn the second opinion, write it, and tell what it is worth.

`--check` tells what the one that is shipped is worth, without learning.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.training.calibrating import calibrated
from bench.training.learning import Floats, Learned, Lesson, Numbers, Pace, Pieces, learn
from bench.training.report import told, told_of_folds
from bench.training.rows import Row, held_back_in, to_learn_from
from bench.training.writing import written

ROOT = Path(__file__).parents[2]
FOLDS = 5


def main() -> None:
    asked = argparse.ArgumentParser(prog="script/train", description=__doc__)
    asked.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked.add_argument("--tables", type=Path, default=ROOT / "tests" / "tables" / "phrases")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--check", action="store_true")
    given = asked.parse_args()
    if not (given.data / "eval-dev").is_dir():
        asked.error(f"There are no public sets in {given.data}: say where with --data.")
    folder = ROOT / "filter_rules" / "data"
    if not given.check:
        rows = list(to_learn_from(given.data, given.tables))
        apart = learn_from(rows, Pace(given.seed), folder)
        print(told_of_folds(given.data, folder, rows, apart))
    print(told(given.data, given.tables, folder))


def learn_from(rows: Sequence[Row], pace: Pace, folder: Path) -> Floats:
    """Learn from all rows and write it. Return what one that had not seen it says of each."""
    lesson, folds = _lesson(rows), np.array([held_back_in(row.text, FOLDS) for row in rows])
    apart = _held_back(lesson, folds, pace)
    slope, bias = calibrated(apart, lesson.labels, lesson.importance)
    learned = learn(lesson, pace)
    counts = {source: sum(row.source == source for row in rows) for source in _sources(rows)}
    written(folder, Learned(learned.weights, learned.scale * slope), bias, pace, counts)
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * apart + bias, -50, 50))))


def _sources(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.source for row in rows))


def _lesson(rows: Sequence[Row]) -> Lesson:
    numbers = {source: number for number, source in enumerate(_sources(rows))}
    return Lesson(
        Pieces.of(row.text for row in rows),
        np.array([float(row.hurts) for row in rows]),
        np.array([row.importance for row in rows]),
        np.array([numbers[row.source] for row in rows]),
    )


def _held_back(lesson: Lesson, folds: Numbers, pace: Pace) -> Floats:
    """What a model says of each text that has not learned from it, nor from a copy of it."""
    apart = np.zeros(lesson.labels.size)
    for fold in range(FOLDS):
        learned = learn(_part(lesson, np.flatnonzero(folds != fold)), pace)
        held = np.flatnonzero(folds == fold)
        apart[held] = learned.sure(lesson.pieces.part(held))
    return apart


def _part(lesson: Lesson, rows: Numbers) -> Lesson:
    return Lesson(
        lesson.pieces.part(rows),
        lesson.labels[rows],
        lesson.importance[rows],
        lesson.sources[rows],
    )


if __name__ == "__main__":
    main()
