"""Codes for a lesson: each opens one thing, once, for one pupil, until the bell.

A code is kept as a keyed digest alone. Whoever guesses is bounded: so many wrong ones from one
subject, so many from the whole school, and no code is looked at for a while.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from filter_rules.overlay import canonical_entry
from safeguard.core.audit import Actor
from safeguard.core.bells import until as until_the_bell
from safeguard.core.events import SCHOOL
from safeguard.core.overrides import Override, refusal
from safeguard.core.policy import Who
from safeguard.core.policy_documents import Document
from safeguard.core.types import Subject
from safeguard.core.unblocking import CODE_BYTES, code_from, code_of
from safeguard.problems import UnusableError
from safeguard.store import audit, overrides
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.policy import UnblockCodeRow, UnblockTryRow

MOST_CODES = 100  # at once: three classes
MOST_TRIES = 5  # by one subject
MOST_TRIES_OF_ALL = 200
SPELL = timedelta(minutes=15)
FROM_CODE = "code"
WRONG = "This code cannot be used: it is not one of your class's, was used, or is over."
PAUSED = "Too many codes were wrong. Wait a quarter of an hour, or ask your teacher."


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes that were made together; `left`: how many nobody has used yet."""

    id: str
    groups: frozenset[str]
    categories: frozenset[str]
    site: str
    until: datetime
    by: str
    reason: str
    made: int
    left: int


def make(
    store: Store,
    wanted: Override,
    count: int,
    document: Document,
    actor: Actor,
    randomness: Callable[[int], bytes],
    how: str = "",
    school_id: int = SCHOOL,
) -> tuple[str, ...]:
    """Make codes for what an override of a class would lift; return them: they are shown once.

    `wanted.until`: from when they open nothing.
    """
    if not 1 <= count <= MOST_CODES:
        raise UnusableError(f"Ask for 1 to {MOST_CODES} codes at once.")
    if wanted.who.people:
        raise UnusableError("Codes are for a class: name its group.")
    if sentence := refusal(wanted, document.policy, document.ceiling):
        raise UnusableError(sentence)
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[code_of(randomness(CODE_BYTES))] = None
    batch = str(uuid.UUID(bytes=randomness(16), version=4))
    with store.writing() as session:
        session.add_all(_row(session, wanted, code, batch, school_id) for code in codes)
        told = {
            "codes": count,
            "groups": sorted(wanted.who.groups),
            "categories": sorted(wanted.categories),
            "site": wanted.site,
            "until": wanted.until.isoformat(),
            "reason": wanted.reason,
            "how": how,
        }
        audit.record_by(session, actor, "made codes", "override", batch, told)
    return tuple(codes)


def use(
    store: Store,
    typed: str,
    subject: Subject,
    document: Document,
    now: datetime,
    school_id: int = SCHOOL,
) -> Override:
    """Turn a code into an override for who typed it; UnusableError says why not."""
    found = _used(store, typed, subject, document, now, school_id)
    if isinstance(found, str):  # the try is kept by then
        raise UnusableError(found)
    return found


def batches(store: Store, now: datetime, school_id: int = SCHOOL) -> list[Batch]:
    """Return the codes that can still be used, by when they were made together."""
    row = UnblockCodeRow
    query = select(row).where(row.school_id == school_id, row.until > now).order_by(row.id)
    found: dict[str, Batch] = {}
    with store.reading() as session:
        for one in session.scalars(query):
            before = found.get(one.batch) or _batch(one)
            left = before.left + (one.used_at is None)
            found[one.batch] = replace(before, made=before.made + 1, left=left)
    return list(found.values())


def _used(
    store: Store, typed: str, subject: Subject, document: Document, now: datetime, school_id: int
) -> Override | str:
    code = code_from(typed)
    with store.writing() as session:
        one_at_a_time(session, Lock.UNBLOCKING)
        who = _digest(session, subject.key)
        if _paused(session, who, now, school_id):
            return PAUSED
        row = _unused(session, code, now, school_id) if code else None
        if row is None or not _is_for(row, subject, document):
            session.add(UnblockTryRow(school_id=school_id, subject=who, at=now))
            return WRONG
        wanted = Override(
            id=0,
            who=Who(people=frozenset({subject.person or subject.device})),
            since=now,
            until=min(row.until, until_the_bell(document.timetable, document.ceiling, now)),
            by=row.by,
            reason=row.reason,
            categories=frozenset(row.categories),
            site=row.site,
        )
        made = overrides.add(session, wanted, document, FROM_CODE, school_id)
        row.used_at, row.override_id = now, made.id
        overrides.tell(session, made, Actor(row.by, now), FROM_CODE)
        return made


def _unused(session: Session, code: str, now: datetime, school_id: int) -> UnblockCodeRow | None:
    return session.scalars(
        select(UnblockCodeRow).where(
            UnblockCodeRow.hash == _digest(session, code),
            UnblockCodeRow.school_id == school_id,
            UnblockCodeRow.used_at.is_(None),
            UnblockCodeRow.until > now,
        )
    ).first()


def _is_for(row: UnblockCodeRow, subject: Subject, document: Document) -> bool:
    """Whether the subject is in the class, and known well enough to be told from others."""
    in_class = not set(row.groups).isdisjoint(document.policy.groups.lineage(subject.group))
    return in_class and bool(subject.person or subject.device)


def _paused(session: Session, who: str, now: datetime, school_id: int) -> bool:
    session.execute(delete(UnblockTryRow).where(UnblockTryRow.at <= now - SPELL))
    tries = (
        select(UnblockTryRow.subject, func.count().label("many"))
        .where(UnblockTryRow.school_id == school_id, UnblockTryRow.at <= now)
        .group_by(UnblockTryRow.subject)
    )
    found: dict[str, int] = {one.subject: one.many for one in session.execute(tries)}
    return found.get(who, 0) >= MOST_TRIES or sum(found.values()) >= MOST_TRIES_OF_ALL


def _row(
    session: Session, wanted: Override, code: str, batch: str, school_id: int
) -> UnblockCodeRow:
    return UnblockCodeRow(
        school_id=school_id,
        hash=_digest(session, code),
        batch=batch,
        groups=tuple(sorted(wanted.who.groups)),
        categories=tuple(sorted(wanted.categories)),
        site=(canonical_entry(wanted.site) or "") if wanted.site else "",
        until=wanted.until,
        by=wanted.by,
        reason=wanted.reason,
        made_at=wanted.since,
    )


def _batch(row: UnblockCodeRow) -> Batch:
    return Batch(
        row.batch, frozenset(row.groups), frozenset(row.categories), row.site, row.until,
        row.by, row.reason, 0, 0,
    )  # fmt: skip


def _digest(session: Session, text: str) -> str:
    return vault_of(session).digest(b"unblock" + text.encode()).hex()
