"""A lesson's worth of pupils on one topic as one row; the pupils' own rows wait behind it.

The row is worked out anew from the day's concerns whenever one of them changes, so nothing
depends on the order of arrival. Who leaves the line is a row of their own again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Concern, Confidence, Standing
from safeguard.core.damping import ClassLine, Topic, class_lines, topic_of
from safeguard.core.events import new_event_id
from safeguard.core.identifying import NOBODY
from safeguard.store.concern_rows import (
    CLASS,
    CONCERNS,
    GATHERED,
    Kept,
    kept_of_day,
    write_over,
)
from safeguard.store.concern_writing import Randomness
from safeguard.store.session import vault_of
from safeguard.vault import UnsealError, Vault

type Day = tuple[int, str, date]  # school, family, day


@dataclass(frozen=True, slots=True)
class Line:
    """What the row of a class holds, sealed: which concerns, and who stands beside and why."""

    topic: Topic
    gathered: tuple[str, ...]
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line in the database."""

    id: str
    line: Line
    touched: bool
    standing: str
    state: tuple[object, ...]


_line = msgspec.msgpack.Decoder(Line)
_encode = msgspec.msgpack.Encoder().encode


def settle(
    session: Session,
    changed: Iterable[Concern],
    rules: ConcernRules,
    now: datetime,
    randomness: Randomness,
) -> None:
    """Work out the lines of the days that these concerns are of."""
    days = {
        (one.who.school_id, one.family, one.day) for one in changed if topic_of(one) is not None
    }
    for day in sorted(days):
        _settle_day(session, day, rules, now, randomness)


def line_of(vault: Vault, sealed: bytes) -> Line | None:
    """Return what a class's row holds; None where it cannot be opened."""
    try:
        return _line.decode(vault.unseal(sealed))
    except (UnsealError, msgspec.DecodeError):
        return None


def _settle_day(
    session: Session, day: Day, rules: ConcernRules, now: datetime, randomness: Randomness
) -> None:
    kept = kept_of_day(session, *day)
    by_key = {one.concern.key: one for one in kept}
    there = _lines_there(session, day)
    gathered: set[str] = set()
    for found in class_lines([one.concern for one in kept], rules):
        ids = tuple(by_key[one.key].id for one in found.gathered)
        apart = tuple((by_key[one.concern.key].id, one.because) for one in found.apart)
        line = Line(found.topic, ids, apart)
        before = _same(line, there)
        there = [one for one in there if one is not before]
        members = [by_key[one.key] for one in found.gathered]
        _write(session, before, line, found, members, now, randomness)
        gathered.update(ids)
    for gone in there:
        _end(session, gone)
    _mark(session, kept, gathered)


def _same(line: Line, there: Sequence[KeptLine]) -> KeptLine | None:
    mine = set(line.gathered)
    return next(
        (one for one in there if one.line.topic == line.topic and mine & set(one.line.gathered)),
        None,
    )


def _write(
    session: Session,
    before: KeptLine | None,
    line: Line,
    found: ClassLine,
    members: Sequence[Kept],
    now: datetime,
    randomness: Randomness,
) -> None:
    waits = any(one.concern.standing.open for one in members)
    standing = Standing.NEW if waits else Standing.REVIEWED
    if waits and before is not None and before.standing != Standing.NEW.value:
        standing = Standing.CAME_BACK
    columns = _columns(line, found, members) | {"standing": standing.value}
    if before is not None and before.state == _state(columns, line):
        return
    columns |= {"facts": vault_of(session).seal(_encode(line)), "built_at": now}
    if standing is not Standing.REVIEWED:
        columns["closed_at"] = None
    if before is not None:
        write_over(session, [{"id": before.id, **columns}])
        return
    number = new_event_id(found.first, randomness(10))
    session.execute(CONCERNS.insert().values(id=number, **columns))


def _columns(line: Line, found: ClassLine, members: Sequence[Kept]) -> dict[str, Any]:
    facts = [one.concern.facts for one in members]
    beside = max(members, key=lambda one: one.concern.facts.last).beside
    return {
        "school_id": line.topic.school_id,
        "subject_kind": CLASS,
        "subject": line.topic.place,
        "group": next((group for one in facts for group in one.groups), ""),
        "family": line.topic.family,
        "day": line.topic.day,
        "themes": tuple(sorted({theme for one in facts for theme in one.themes})),
        "severity": found.severity.value,
        "confidence": Confidence.POSSIBLE.value,
        "identity": NOBODY,
        "care": False,
        "why": [found.says, *_beside_it(found)],
        "rules": tuple(sorted({rule for one in members for rule in one.beside["rules"]})),
        "started_at": found.first,
        "last_at": found.last,
        "events": sum(one.count for one in facts),
        "count": sum(one.beside["count"] for one in members),
        "subjects": len({one.concern.who for one in members}),
        "artefact": beside["artefact"],
        "policy_version": beside["policy_version"],
    }


def _beside_it(found: ClassLine) -> Iterable[str]:
    if found.apart:
        why = ", ".join(sorted({one.because for one in found.apart}))
        stand = "stands" if len(found.apart) == 1 else "stand"
        yield f"{len(found.apart)} more {stand} apart, because {why}."


def _end(session: Session, gone: KeptLine) -> None:
    """Take a line away that is none any more; what people did with it stays on record."""
    mine = CONCERNS.c.id == gone.id
    if not gone.touched:
        session.execute(delete(CONCERNS).where(mine))
    elif gone.line.gathered:
        empty = vault_of(session).seal(_encode(Line(gone.line.topic, ())))
        session.execute(
            update(CONCERNS)
            .where(mine)
            .values(facts=empty, standing=Standing.REVIEWED.value, version=CONCERNS.c.version + 1)
        )


def _mark(session: Session, kept: Sequence[Kept], gathered: set[str]) -> None:
    """Say of each concern whether it waits behind a line. One that is reviewed does not wait."""
    fresh = [one.id for one in kept if one.concern.standing is Standing.NEW]
    mark = [one for one in fresh if one in gathered]
    free = [one for one in fresh if one not in gathered]
    for ids, was, now in (
        (mark, Standing.NEW.value, GATHERED),
        (free, GATHERED, Standing.NEW.value),
    ):
        if ids:
            session.execute(
                update(CONCERNS)
                .where(CONCERNS.c.id.in_(ids), CONCERNS.c.standing == was)
                .values(standing=now, version=CONCERNS.c.version + 1)
            )


def _lines_there(session: Session, day: Day) -> list[KeptLine]:
    school_id, family, of = day
    rows = session.execute(
        select(CONCERNS, CONCERNS.c.count.label("requests")).where(
            CONCERNS.c.school_id == school_id,
            CONCERNS.c.subject_kind == CLASS,
            CONCERNS.c.family == family,
            CONCERNS.c.day == of,
        )
    ).all()
    found = []
    for row in rows:
        line = line_of(vault_of(session), row.facts)
        if line is not None:
            columns = dict(row._mapping) | {"count": row.requests}  # noqa: SLF001  its public name
            touched = row.opened_at is not None or row.owner is not None
            state = _state(columns, line)
            found.append(KeptLine(row.id, line, touched, row.standing, state))
    return found


def _state(columns: dict[str, Any], line: Line) -> tuple[object, ...]:
    """What is compared, so that a line that is as it was is not written again."""
    return (
        line.gathered, line.apart, columns["standing"], columns["severity"], columns["events"],
        columns["count"], columns["last_at"], columns["why"],
    )  # fmt: skip
