"""Concern <-> row: what stands in columns, what is sealed, and one writer at a time.

What a concern holds of its subject's doings (hosts, pages, how often) is sealed; columns have
what lists are made of. A concern gathered in a class's line says so in its standing, and is new
otherwise: nothing that was reviewed or came back is ever gathered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.concerns import Concern, Confidence, Facts, Known, Review, Standing, Who
from safeguard.core.folding import Needed
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import vault_of
from safeguard.store.signals import Topic, tell
from safeguard.store.tables.concerns import ConcernRow
from safeguard.vault import UnsealError, Vault

CONCERNS: Table = ConcernRow.metadata.tables["concerns"]
CLASS = "group"  # the kind of subject of a class's line
GATHERED = "in a class's line"
OPEN = (Standing.NEW.value, Standing.CAME_BACK.value, Standing.GETTING_WORSE.value)
SAME = b"="  # fresh is the same as the facts: no review has seen any
MOST_SUBJECTS = 500  # asked for at once

_facts = msgspec.msgpack.Decoder(Facts)
_reviews = msgspec.msgpack.Decoder(tuple[Review, ...])
_encode = msgspec.msgpack.Encoder().encode
_REBUILT = (
    "id", "version", "school_id", "subject_kind", "subject", "family", "day", "severity",
    "confidence", "standing", "care", "why", "facts", "fresh", "reviews", "identity", "rules",
    "count", "follows", "opened_at", "opened_by", "snoozed_until", "artefact", "policy_version",
    "moved_from", "owner", "context_due_at",
)  # fmt: skip
_BESIDE = (
    "identity", "rules", "follows", "opened_at", "opened_by", "snoozed_until", "artefact",
    "policy_version", "moved_from", "owner", "context_due_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """A concern as it is in the database. `beside`: columns that folding knows nothing of."""

    id: str
    version: int
    concern: Concern
    beside: Mapping[str, Any]


def alone_with_concerns(session: Session) -> None:
    """Be the only one who changes concerns until this transaction ends, and tell of it then."""
    one_at_a_time(session, Lock.CONCERNS)
    tell(session, Topic.CONCERNS)


def kept_within(session: Session, needed: Sequence[Needed]) -> list[Kept]:
    """Return the concerns that folding asks for. What cannot be opened is left as it is."""
    if not needed:
        return []
    spans = {one.who: one for one in needed}
    since, until = min(one.since for one in needed), max(one.until for one in needed)
    subjects = sorted({one.who.id for one in needed})
    found: list[Kept] = []
    for start in range(0, len(subjects), MOST_SUBJECTS):
        some = subjects[start : start + MOST_SUBJECTS]
        rows = _rows(session, CONCERNS.c.subject.in_(some),
                     CONCERNS.c.started_at.between(since, until))  # fmt: skip
        for row in rows:
            span = spans.get(who_of(row))
            one = None if span is None else kept_of(row, vault_of(session))
            if one and span and span.since <= one.concern.facts.first <= span.until:
                found.append(one)
    return found


def kept_by_id(session: Session, ids: Iterable[str]) -> list[Kept]:
    """Return these concerns; a class's line is none."""
    rows = _rows(session, CONCERNS.c.id.in_(list(ids)))
    found = [kept_of(row, vault_of(session)) for row in rows]
    return [one for one in found if one is not None]


def kept_of_day(session: Session, school_id: int, family: str, day: date) -> list[Kept]:
    """Return the concerns of one family and day in a school."""
    rows = _rows(
        session,
        CONCERNS.c.school_id == school_id,
        CONCERNS.c.day == day,
        CONCERNS.c.family == family,
    )
    found = [kept_of(row, vault_of(session)) for row in rows]
    return [one for one in found if one is not None]


def who_of(row: Row[Any]) -> Who:
    return Who(row.school_id, Known(row.subject_kind), row.subject)


def kept_of(row: Row[Any], vault: Vault) -> Kept | None:
    """Return the concern that a row holds, or None where it cannot be opened."""
    try:
        facts = _facts.decode(vault.unseal(row.facts))
        fresh = None if row.fresh is None else vault.unseal(row.fresh)
        reviews = () if row.reviews is None else _reviews.decode(vault.unseal(row.reviews))
        unseen = facts if fresh == SAME else None if fresh is None else _facts.decode(fresh)
    except (UnsealError, msgspec.DecodeError):
        return None
    standing = Standing.NEW if row.standing == GATHERED else Standing(row.standing)
    concern = Concern(
        who=who_of(row),
        family=row.family,
        day=row.day,
        facts=facts,
        fresh=unseen,
        reviews=reviews,
        severity=Severity(row.severity),
        confidence=Confidence(row.confidence),
        standing=standing,
        care=row.care,
        reasons=tuple(row.why),
    )
    beside = {name: getattr(row, name) for name in _BESIDE} | {"count": row.requests}
    return Kept(row.id, row.version, concern, beside)


def columns_of(concern: Concern, vault: Vault, now: datetime) -> dict[str, Any]:
    """Return the columns that a concern decides."""
    facts = _encode(concern.facts)
    same = concern.fresh == concern.facts
    fresh = SAME if same else None if concern.fresh is None else _encode(concern.fresh)
    reviewed = concern.standing is Standing.REVIEWED and concern.reviews
    return {
        "school_id": concern.who.school_id,
        "subject_kind": concern.who.known.value,
        "subject": concern.who.id,
        "group": next(iter(concern.facts.groups), ""),
        "family": concern.family,
        "day": concern.day,
        "themes": concern.facts.themes,
        "severity": concern.severity.value,
        "confidence": concern.confidence.value,
        "care": concern.care,
        "why": list(concern.reasons),
        "facts": vault.seal(facts),
        "fresh": None if fresh is None else vault.seal(fresh),
        "reviews": vault.seal(_encode(concern.reviews)) if concern.reviews else None,
        "started_at": concern.facts.first,
        "last_at": concern.facts.last,
        "events": concern.facts.count,
        "standing": concern.standing.value,
        "closed_at": concern.reviews[-1].at if reviewed else None,
        "built_at": now,
    }


def write_over(session: Session, changed: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of the same columns over those of the same `id`, each a version on."""
    if not changed:
        return
    names = [name for name in changed[0] if name != "id"]
    values = {name: bindparam(f"new_{name}", type_=CONCERNS.c[name].type) for name in names}
    statement = (
        CONCERNS.update()
        .where(CONCERNS.c.id == bindparam("which"))
        .values(version=CONCERNS.c.version + 1, **values)
    )
    session.connection().execute(
        statement,
        [{"which": one["id"], **{f"new_{name}": one[name] for name in names}} for one in changed],
    )


def _rows(session: Session, *where: Any) -> Sequence[Row[Any]]:
    return session.execute(_QUERY.where(*where, CONCERNS.c.subject_kind != CLASS)).all()


def _column(name: str) -> Any:
    # A row's own `count` is a method: the column needs another name there.
    return CONCERNS.c[name].label("requests" if name == "count" else name)


_QUERY = select(*(_column(name) for name in _REBUILT))
