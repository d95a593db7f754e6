"""`script/train`: learn the second opinion, write it, and tell what it is worth.

`--check` tells what the one that is shipped is worth, without learning.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.training.calibrating import calibrated
from bench.training.learning import Floats, Lesson, Numbers, Pace, Pieces, learn
from bench.training.report import told
from bench.training.rows import Row, held_back_in, to_learn_from
from bench.training.writing import Column, written
from safeguard.opinion_file import read_families

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
        learn_from(list(to_learn_from(given.data, given.tables)), Pace(given.seed), folder)
    print(told(given.data, given.tables, folder))


def learn_from(rows: Sequence[Row], pace: Pace, folder: Path) -> None:
    """Learn each column from the rows that say something of it, and write them."""
    pieces = Pieces.of((row.text for row in rows), read_families(folder))
    eye = _lesson(pieces, rows, [row.needs_an_eye for row in rows], told_apart=False)
    abuse = _lesson(pieces, rows, [row.abusive for row in rows], told_apart=True)
    columns = [_column("eye", eye, pace), _column("abuse", abuse, pace)]
    for theme in sorted({row.theme for row in rows if row.theme}):
        like = _lesson(pieces, rows, [_is_of(row, theme) for row in rows], told_apart=False)
        columns.append(Column(theme, learn(_balanced(like), pace)))
    written(folder, columns, pace, rows)


def _is_of(row: Row, theme: str) -> bool | None:
    """Whether it is of this theme rather than of another: of what is of none, nothing."""
    return row.theme == theme if row.theme else None


def _lesson(
    pieces: Pieces, rows: Sequence[Row], labels: Sequence[bool | None], *, told_apart: bool
) -> Lesson:
    """Return the rows with a label. `told_apart`: each source has a bias of its own."""
    some = np.array([number for number, label in enumerate(labels) if label is not None])
    names = list(dict.fromkeys(row.source for row in rows))
    return Lesson(
        pieces.part(some),
        np.array([float(bool(labels[number])) for number in some]),
        np.array([rows[number].importance for number in some]),
        np.array([names.index(rows[number].source) if told_apart else 0 for number in some]),
        np.array([held_back_in(rows[number].text, FOLDS) for number in some]),
    )


def _balanced(lesson: Lesson) -> Lesson:
    """Let both answers matter as much, whatever the number of sentences of a theme."""
    yes = lesson.labels > 0
    shares = np.where(yes, 0.5 / max(1, int(yes.sum())), 0.5 / max(1, int((~yes).sum())))
    return lesson.weighing(shares * lesson.labels.size)


def _column(name: str, lesson: Lesson, pace: Pace) -> Column:
    slope, bias = calibrated(_held_back(lesson, pace), lesson.labels, lesson.importance)
    learned = learn(lesson, pace)
    return Column(name, learned, slope, bias)


def _held_back(lesson: Lesson, pace: Pace) -> Floats:
    """What a model says of each text that has not learned from it, nor from a copy of it."""
    apart: Floats = np.zeros(lesson.labels.size)
    for fold in range(FOLDS):
        learned = learn(lesson.part(np.flatnonzero(lesson.folds != fold)), pace)
        held: Numbers = np.flatnonzero(lesson.folds == fold)
        apart[held] = learned.sure(lesson.pieces.part(held))
    return apart


if __name__ == "__main__":
    main()
