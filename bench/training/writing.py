"""Write the weights, and beside them what is needed to use them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.training.learning import Learned, Pace
from bench.training.rows import Row
from safeguard.opinion_file import CARD, FAMILIES, WEIGHTS, digest_of


@dataclass(frozen=True, slots=True)
class Column:
    """What was learned of one thing, and what makes odds of it."""

    of: str
    learned: Learned
    slope: float = 1.0
    bias: float = 0.0


def written(folder: Path, columns: Sequence[Column], pace: Pace, rows: Iterable[Row]) -> None:
    weights = np.stack([one.learned.weights for one in columns], axis=1).tobytes()
    (folder / WEIGHTS).write_bytes(weights)
    scales = "".join(
        f'[[column]]\nof = "{one.of}"\nscale = {one.learned.scale * one.slope:.10g}\n'
        f"bias = {one.bias:.10g}\n\n"
        for one in columns
    )
    counts = Counter(row.source for row in rows)
    texts = "".join(f'"{source}" = {count}\n' for source, count in counts.items())
    (folder / CARD).write_text(
        "# Written by script/train. What it is and what it must not be used for:\n"
        "# docs/reference/second-opinion.md\n"
        f'digest = "{digest_of(weights)}"\n'
        f'families = "{digest_of((folder / FAMILIES).read_bytes())}"\n\n{scales}'
        f"[learned]\nseed = {pace.seed}\nrounds = {pace.rounds}\nstep = {pace.step}\n"
        f"pull = {pace.pull}\n\n[texts]\n{texts}",
        "utf-8",
    )
