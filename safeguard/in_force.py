"""The pointer to the rules in force: one small file, replaced in one step.

DATA/rules-in-force
    3f2a…              the fingerprint of the artefact in force
    before 9b1c…       those in force before it, the last one first
    held 77de…         only after a rollback: the inputs that are not built by themselves
"""

import re
from dataclasses import dataclass
from pathlib import Path

from safeguard.list_files import write_whole

FILE = "rules-in-force"

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which artefact is in force, and which were before."""

    fingerprint: str = ""
    before: tuple[str, ...] = ()
    held: str = ""

    def to(self, fingerprint: str, kept: int) -> "Pointer":
        """Point to another artefact; of those before, `kept` are remembered."""
        earlier = (self.fingerprint, *self.before)
        known = [one for one in earlier if _FINGERPRINT.fullmatch(one) and one != fingerprint]
        return Pointer(fingerprint, tuple(known[:kept]))


def read_pointer(data: Path) -> Pointer:
    """Read the pointer; what cannot be read points to nothing. Cheap."""
    try:
        first, *rest = (data / FILE).read_text("ascii").split("\n")
    except (OSError, ValueError):
        return Pointer()
    said = [line.partition(" ")[::2] for line in rest]
    before = tuple(value for key, value in said if key == "before")
    return Pointer(first.strip(), before, next((held for key, held in said if key == "held"), ""))


def written_at(data: Path) -> int:
    """Return when the pointer was written last, in nanoseconds; 0 where there is none. Cheap."""
    try:
        return (data / FILE).stat().st_mtime_ns
    except OSError:
        return 0


def write_pointer(data: Path, pointer: Pointer) -> None:
    lines = [pointer.fingerprint, *(f"before {one}" for one in pointer.before)]
    lines += [f"held {pointer.held}"] if pointer.held else []
    write_whole(data / FILE, "\n".join(lines) + "\n")
