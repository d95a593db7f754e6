"""The second opinion as it is shipped: weights beside a card that says what belongs to them."""

import hashlib
import mmap
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from safeguard import logs
from safeguard.problems import UnusableError

if TYPE_CHECKING:
    from filter_rules.opinion import Opinion
    from filter_rules.word_families import Families

WEIGHTS = "opinion.weights"
CARD = "opinion.toml"
FAMILIES = "word_families.toml"

logger = logs.logger("safeguard.opinion")


def shipped() -> Path:
    return Path(str(resources.files("filter_rules"))) / "data"


def read_opinion(folder: Path) -> "Opinion":
    """Return the opinion in a folder, its weights mapped, so that forked processes share them."""
    from filter_rules.opinion import Opinion, Scale  # noqa: PLC0415  numpy: only where read

    try:
        card = tomllib.loads((folder / CARD).read_text("utf-8"))
        with (folder / WEIGHTS).open("rb") as file:
            weights = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        _check(weights, card["digest"])
        columns = [
            Scale(str(one["of"]), float(one["scale"]), float(one["bias"])) for one in card["column"]
        ]
        return Opinion(memoryview(weights), columns, read_families(folder, card["families"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableError(
            f"The second opinion in {folder / WEIGHTS} cannot be used ({error}): "
            "install this version of Safeguard again."
        ) from error


def read_families(folder: Path, digest: str | None = None) -> "Families":
    """Return the families of words. Raise ValueError where they are not those of the digest."""
    from filter_rules.word_families import Families  # noqa: PLC0415  only where an opinion is

    text = (folder / FAMILIES).read_bytes()
    if digest not in (None, digest_of(text)):
        raise ValueError(f"{FAMILIES} is not the one it was learned with")
    return Families.of(tomllib.loads(text.decode("utf-8")))


def digest_of(written: bytes | mmap.mmap) -> str:
    return hashlib.blake2b(written, digest_size=16).hexdigest()


def opinion_or_none(folder: Path) -> "Opinion | None":
    """Return the opinion, or say that it is missing: phrases find most without it."""
    try:
        return read_opinion(folder)
    except UnusableError as error:
        logger.error("texts are read without a second opinion", trouble=str(error))  # noqa: TRY400  a sentence says all
        return None


def _check(weights: mmap.mmap, digest: str) -> None:
    if digest_of(weights) != digest:
        raise ValueError(f"they are not the ones that {CARD} speaks of")
