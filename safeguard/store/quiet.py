"""What stayed below the threshold: how much of it there is, and a few of it at random.

Nobody's words are kept of it. The numbers tell a lead what other thresholds would bring, and the
few drawn at random tell where to look at a theme's phrases, so that misses are measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from safeguard.core.events import SCHOOL
from safeguard.store.session import Store
from safeguard.store.tables.events import BelowThresholdRow

TENTHS = 10
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Quiet:
    """How often a theme was nearly met, and the highest score that was reached."""

    theme: str
    times: int
    highest: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One near miss, drawn at random: theme, group, hour and score, and nobody."""

    theme: str
    group: str
    hour: datetime
    score: float


def pile(store: Store, since: datetime, school_id: int = SCHOOL) -> list[Quiet]:
    """Return what stayed below, by theme, the most frequent first."""
    table = BelowThresholdRow
    times = func.sum(table.count)
    query = (
        select(table.theme, times, func.max(table.score))
        .where(table.school_id == school_id, table.hour >= since)
        .group_by(table.theme)
        .order_by(times.desc(), table.theme)
    )
    with store.reading() as session:
        found = session.execute(query).all()
    return [Quiet(theme, int(count), highest / TENTHS) for theme, count, highest in found]


def drawn(
    store: Store, since: datetime, most: int, chance: Callable[[int], int], school_id: int = SCHOOL
) -> list[Drawn]:
    """Return a few of them, each as likely as another. `chance(n)` gives a number below n."""
    table = BelowThresholdRow
    query = (
        select(table.theme, table.group, table.hour, table.score, table.count.label("times"))
        .where(table.school_id == school_id, table.hour >= since)
        .order_by(table.hour, table.theme, table.group, table.score, table.writer)
        .limit(MOST)
    )
    with store.reading() as session:
        rows = session.execute(query).all()
    left = [row.times for row in rows]
    found: list[Drawn] = []
    while len(found) < most and sum(left):
        place = chance(sum(left))
        for number, times in enumerate(left):
            if place < times:
                row = rows[number]
                left[number] -= 1
                found.append(Drawn(row.theme, row.group, row.hour, row.score / TENTHS))
                break
            place -= times
    return found
