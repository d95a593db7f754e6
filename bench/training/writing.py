"""Write the weights, and beside them what is needed to use them."""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from bench.training.learning import Learned, Pace
from safeguard.opinion_file import CARD, WEIGHTS


def written(
    folder: Path, learned: Learned, bias: float, pace: Pace, counts: Mapping[str, int]
) -> None:
    weights = learned.weights.tobytes()
    (folder / WEIGHTS).write_bytes(weights)
    texts = "".join(f'"{source}" = {count}\n' for source, count in counts.items())
    (folder / CARD).write_text(
        "# Written by script/train. What it is and what it must not be used for:\n"
        "# docs/reference/second-opinion.md\n"
        f'digest = "{digest_of(weights)}"\nscale = {learned.scale:.10g}\nbias = {bias:.10g}\n\n'
        f"[learned]\nseed = {pace.seed}\nrounds = {pace.rounds}\nstep = {pace.step}\n"
        f"pull = {pace.pull}\n\n[texts]\n{texts}",
        "utf-8",
    )


def digest_of(weights: bytes) -> str:
    return blake2b(weights, digest_size=16).hexdigest()
