"""What stayed below the threshold and what was flagged, as far as another threshold asks for it.

Of flagged events, the scores are read and nothing else of what is sealed with them.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec
from sqlalchemy import func, select

from filter_rules.types import Kind
from safeguard.core.below_threshold import TENTHS
from safeguard.core.events import SCHOOL, first_id_at
from safeguard.core.policy import FLAGGED_FROM
from safeguard.core.thresholds import Flag, Near, Text
from safeguard.core.types import Action
from safeguard.store.session import Store
from safeguard.store.tables.events import BelowThresholdRow, EventRow
from safeguard.vault import UnsealError, Vault

MOST_FLAGS = 200_000
STREAMED = 1_000


class _Scores(msgspec.Struct):
    """The part of an event's private part that is read here."""

    scores: tuple[tuple[str, float], ...] = ()


_scores = msgspec.msgpack.Decoder(_Scores)


def near(store: Store, since: datetime, school_id: int = SCHOOL) -> list[Near]:
    """Return what stayed below, by theme, group and score."""
    table = BelowThresholdRow
    query = (
        select(table.theme, table.group, table.score, func.sum(table.count))
        .where(table.school_id == school_id, table.hour >= since)
        .group_by(table.theme, table.group, table.score)
        .order_by(table.theme, table.group, table.score)
    )
    with store.reading() as session:
        return [
            Near(theme, group, score / TENTHS, int(times))
            for theme, group, score, times in session.execute(query)
        ]


def flags(
    store: Store, since: datetime, circumvention: Collection[str], school_id: int = SCHOOL
) -> Iterator[Flag | None]:
    """Yield what was flagged because of words, the newest first; None where no key opens it."""
    row = EventRow
    query = (
        select(row.group, row.kind, row.themes, row.categories, row.action, row.sealed)
        .where(row.flagged, row.school_id == school_id, row.id >= first_id_at(since))
        .where(row.kind != "")
        .order_by(row.id.desc())
        .limit(MOST_FLAGS)
    )
    with (
        store.reading() as session,
        session.execute(query.execution_options(yield_per=STREAMED)) as found,
    ):
        for group, kind, themes, categories, action, sealed in found:
            why = _flagging(themes)
            if why:
                anyway = action == Action.BLOCK and not set(categories).isdisjoint(circumvention)
                yield _flag(store.vault, sealed, why, group, Text.of(Kind(kind)), anyway=anyway)


def _flagging(themes: Collection[str]) -> set[str]:
    """Return the themes that are severe enough to tell somebody."""
    told = (token.rpartition(":") for token in themes)
    return {theme for theme, _, severity in told if int(severity) >= FLAGGED_FROM}


def _flag(
    vault: Vault, sealed: bytes, why: set[str], group: str, text: Text, *, anyway: bool
) -> Flag | None:
    try:
        scores = dict(_scores.decode(vault.unseal(sealed)).scores)
    except (UnsealError, msgspec.DecodeError):
        return None
    known = {theme: scores[theme] for theme in why if theme in scores}
    return Flag(group, text, known, anyway=anyway)
