"""The versions of the policy: each is one document, and one of them is in force.

Where none is, the one shipped is in force: that is version 0 here. What is written never
changes; another thought is another version, and a return to an earlier one is a new version too.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer
from sqlalchemy.orm import defer as left_out

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.problems import UnusableError
from safeguard.store import audit, generation
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store
from safeguard.store.tables.policy import PolicyVersionRow

SHIPPED = 0
MOST_SAID = 200  # sentences of a change, in the audit chain


class State(StrEnum):
    """What became of a version."""

    DRAFT = "draft"
    WAITING = "waiting for a second person"
    IN_FORCE = "in force"
    REPLACED = "replaced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A document that is to be kept: why, made from which version, and what it changes in words."""

    document: str
    reason: str
    base: int
    weakens: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    came_from: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it is told. `document` is empty in lists: it may be megabytes."""

    number: int
    state: State
    reason: str
    author: str
    made_at: datetime
    base: int
    came_from: int | None
    weakens: tuple[str, ...]
    decided_at: datetime | None
    decided_by: str
    words: str
    document: str = ""


def number_in_force(store: Store, school_id: int = SCHOOL) -> int:
    """Return the number of the version in force; 0: the one shipped."""
    with store.reading() as session:
        return _number_in_force(session, school_id)


def version(store: Store, number: int, school_id: int = SCHOOL) -> Version | None:
    """Return a version with its document."""
    query = select(PolicyVersionRow).where(*_of(school_id, number))
    with store.reading() as session:
        row = session.scalars(query.options(undefer(PolicyVersionRow.document))).first()
        return None if row is None else _version(row, row.document)


def latest(store: Store, limit: int = 50, school_id: int = SCHOOL) -> list[Version]:
    """Return the newest versions, without their documents."""
    query = (
        select(PolicyVersionRow)
        .where(PolicyVersionRow.school_id == school_id)
        .order_by(PolicyVersionRow.number.desc())
        .limit(limit)
        .options(left_out(PolicyVersionRow.document))
    )
    with store.reading() as session:
        return [_version(row) for row in session.scalars(query)]


def keep(
    store: Store,
    proposed: Proposed,
    state: State,
    actor: Actor,
    how: str = "",
    school_id: int = SCHOOL,
) -> Version:
    """Keep a new version: as a draft, waiting for a second person, or in force at once."""
    if not proposed.reason.strip():
        raise UnusableError("Nothing was changed: say why, so that others understand it later.")
    with store.writing() as session:
        one_at_a_time(session, Lock.POLICY)
        if state is not State.DRAFT:
            _check_base(session, proposed.base, school_id)
        row = _row(session, proposed, actor, school_id)
        session.add(row)
        _move(session, row, state, actor, "")
        told: dict[str, object] = {"changes": list(proposed.said[:MOST_SAID])}
        _record(session, row, actor, state, told | {"how": how})
        return _version(row, row.document)


def decide(
    store: Store,
    number: int,
    to: State,
    actor: Actor,
    words: str = "",
    how: str = "",
    school_id: int = SCHOOL,
    weakens: Sequence[str] | None = None,
) -> Version:
    """Put a version in force, let it wait for a second person, or refuse it.

    What waits is put in force by another person than its author alone. `weakens`: of a draft
    that is put forward, what it opens or hides as it is found now.
    """
    with store.writing() as session:
        one_at_a_time(session, Lock.POLICY)
        row = session.scalars(select(PolicyVersionRow).where(*_of(school_id, number))).first()
        if row is None:
            raise UnusableError(f"There is no version {number} of the policy.")
        _check_move(session, row, to, actor, words)
        if weakens is not None:
            row.weakens = list(weakens)
        was = row.state
        _move(session, row, to, actor, words)
        _record(session, row, actor, to, {"was": was, "words": words, "how": how})
        return _version(row, row.document)


def check_base(base: int, in_force: int) -> None:
    """Refuse what was made from, or compared with, another version than the one in force."""
    if base != in_force:
        raise UnusableError(
            f"The policy was changed meanwhile: {_called(in_force)} is in force, and this was made "
            f"from {_called(base)}. Make the change again, from the one in force."
        )


def _check_move(
    session: Session, row: PolicyVersionRow, to: State, actor: Actor, words: str
) -> None:
    if row.state not in {State.DRAFT, State.WAITING} or to in {State.DRAFT, State.REPLACED}:
        raise UnusableError(
            f"Version {row.number} is {row.state}: nothing is left to decide about it. "
            "To go back to it, return to it: that makes a new version."
        )
    if to is State.REFUSED:
        if not words.strip():
            raise UnusableError("Say why it is refused, for who wrote it.")
        return
    if row.state == State.WAITING and row.author == actor.who:
        raise UnusableError(
            f"Version {row.number} waits for a second person: whoever wrote it cannot approve it."
        )
    _check_base(session, row.base, row.school_id)


def _check_base(session: Session, base: int, school_id: int) -> None:
    """Refuse what would undo a change that somebody made meanwhile."""
    check_base(base, _number_in_force(session, school_id))


def _called(number: int) -> str:
    return f"version {number}" if number else "the policy as it is shipped"


def _row(session: Session, proposed: Proposed, actor: Actor, school_id: int) -> PolicyVersionRow:
    highest = select(func.max(PolicyVersionRow.number)).where(
        PolicyVersionRow.school_id == school_id
    )
    return PolicyVersionRow(
        school_id=school_id,
        number=(session.scalar(highest) or 0) + 1,
        document=proposed.document,
        digest=hashlib.sha256(proposed.document.encode()).hexdigest(),
        reason=proposed.reason.strip(),
        author=actor.who,
        made_at=actor.at,
        base=proposed.base,
        came_from=proposed.came_from,
        state=State.DRAFT,
        weakens=list(proposed.weakens),
        words="",
    )


def _move(session: Session, row: PolicyVersionRow, to: State, actor: Actor, words: str) -> None:
    if to is State.IN_FORCE:
        in_force = select(PolicyVersionRow).where(*_in_force(row.school_id))
        for before in session.scalars(in_force.options(left_out(PolicyVersionRow.document))):
            before.state = State.REPLACED
        session.flush()  # the one of before first: two in force are refused
        generation.bump(session)
    row.state = to
    if to in {State.IN_FORCE, State.REFUSED}:
        row.decided_at, row.decided_by, row.words = actor.at, actor.who, words
    session.flush()


def _record(
    session: Session, row: PolicyVersionRow, actor: Actor, to: State, more: dict[str, object]
) -> None:
    """Tell the audit chain: the documents by their digests, the change in words."""
    before = select(PolicyVersionRow.digest).where(*_of(row.school_id, row.base))
    told = {
        "before": {"version": row.base, "document": session.scalar(before) or "as shipped"},
        "after": {"version": row.number, "document": row.digest},
        "reason": row.reason,
        "weakens": row.weakens[:MOST_SAID],
        "came from": row.came_from,
    }
    what = "put in force" if to is State.IN_FORCE else to.value
    audit.record(
        session, actor.at, actor.who, what, "policy", str(row.number), told | more, row.school_id
    )


def _number_in_force(session: Session, school_id: int) -> int:
    query = select(PolicyVersionRow.number).where(*_in_force(school_id))
    return session.scalar(query) or SHIPPED


def _in_force(school_id: int) -> tuple[ColumnElement[bool], ...]:
    return PolicyVersionRow.school_id == school_id, PolicyVersionRow.state == State.IN_FORCE.value


def _of(school_id: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return PolicyVersionRow.school_id == school_id, PolicyVersionRow.number == number


def _version(row: PolicyVersionRow, document: str = "") -> Version:
    return Version(
        number=row.number,
        state=State(row.state),
        reason=row.reason,
        author=row.author,
        made_at=row.made_at,
        base=row.base,
        came_from=row.came_from,
        weakens=tuple(row.weakens),
        decided_at=row.decided_at,
        decided_by=row.decided_by or "",
        words=row.words,
        document=document,
    )
