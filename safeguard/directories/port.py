"""What a directory is to us: it tells who is there, and says in a sentence why it cannot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from safeguard.core.rolls import Field, Told

MOST_PEOPLE = 200_000
MOST_PAGES = 5_000


class DirectoryError(Exception):
    """A directory cannot be read; the text is a sentence for staff, without anybody's name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a directory told.

    `whole`: everyone there is; else what changed since the cursor that was given. `gone`: ids
    that are there no more. `placed`: the group of each id, where that is told apart. `cursor`:
    what to give the next time; empty where everything is read each time.
    """

    people: tuple[Told, ...]
    whole: bool = True
    gone: frozenset[str] = frozenset()
    placed: Mapping[str, str] | None = None
    cursor: str = ""


class Directory(Protocol):
    """A directory of people."""

    @property
    def name(self) -> str:
        """What its people's source is called."""
        ...

    @property
    def says(self) -> frozenset[Field]:
        """What it tells of people."""
        ...

    @property
    def into(self) -> frozenset[str]:
        """The groups that it puts people into."""
        ...

    def read(self, cursor: str, here: Collection[str]) -> Reading:
        """Read everyone, or what changed since `cursor`; `here`: the ids that are known.

        Raises DirectoryError.
        """
        ...
