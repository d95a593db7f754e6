"""Numbers about pupils without any pupil: those that a few children make up are left out."""

from collections.abc import Iterable
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True, slots=True)
class Count:
    """How many events, of how many different pupils. None: too few to be told."""

    month: str
    group: str
    theme: str
    events: int | None
    pupils: int | None


def suppressed(counts: Iterable[Count], smallest: int = SMALLEST) -> list[Count]:
    """Leave out what fewer pupils than `smallest` make up.

    Where one number alone is left out of a month and theme, the next smallest goes too: else
    the total of the school would tell the one.
    """
    by_total: dict[tuple[str, str], list[Count]] = {}
    for one in counts:
        by_total.setdefault((one.month, one.theme), []).append(one)
    return [one for together in by_total.values() for one in _told(together, smallest)]


def _told(together: list[Count], smallest: int) -> list[Count]:
    small = {one.group for one in together if (one.pupils or 0) < smallest}
    others = sorted((one.pupils or 0, one.group) for one in together if one.group not in small)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return [
        Count(one.month, one.group, one.theme, None, None) if one.group in small else one
        for one in together
    ]
