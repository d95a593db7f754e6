"""Exemptions from concerns, as people put them in force: "this site, this theme, this group, until".

Events are kept as ever and can be found; concerns are made without what is exempted. What may be
exempted at all is decided by core/exempting.py: nothing urgent, and no theme that can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from filter_rules.types import Kind, Severity
from safeguard.core.audit import Actor
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import ConcernEvent
from safeguard.core.events import SCHOOL
from safeguard.core.exempting import Exemption, refused, without
from safeguard.problems import UnusableError
from safeguard.store import audit
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.policy import ExemptionRow
from safeguard.vault import UnsealError, Vault

MOST = 500  # that are in force at once
NO_KIND = "-"


@dataclass(frozen=True, slots=True)
class Told:
    """An exemption as staff see it. `replay`: what it would have hidden, as it was said then."""

    id: int
    exemption: Exemption
    reason: str
    by: str
    replay: str
    ended_at: datetime | None
    ended_by: str


def add(
    store: Store,
    exemption: Exemption,
    rules: ConcernRules,
    reason: str,
    actor: Actor,
    concern_id: str | None = None,
    replay: str = "",
    how: str = "",
) -> int:
    """Put one in force, with who, why, and what it would have hidden; return its number."""
    if not reason.strip():
        raise UnusableError("Nothing was changed: say why this is looked away from.")
    if sentence := refused(exemption, rules):
        raise UnusableError(sentence)
    with store.writing() as session:
        many = select(func.count()).where(
            ExemptionRow.until > actor.at, ExemptionRow.ended_at.is_(None)
        )
        if (session.scalar(many) or 0) >= MOST:
            raise UnusableError(f"{MOST} exemptions are in force: mend the rules instead.")
        row = _row(session, exemption)
        row.reason, row.by, row.replay, row.concern_id = (
            reason.strip(),
            actor.who,
            replay,
            concern_id,
        )
        session.add(row)
        session.flush()
        told = {"after": _said(row), "reason": row.reason, "replay": replay, "how": how}
        audit.record_by(session, actor, "exempted", "exemption", str(row.id), told)
        return row.id


def end(
    store: Store, number: int, actor: Actor, why: str, how: str = "", school_id: int = SCHOOL
) -> bool:
    """End one now; False where none of this number is in force."""
    if not why.strip():
        raise UnusableError("Nothing was changed: say why it is ended.")
    ending = (
        update(ExemptionRow)
        .where(
            ExemptionRow.id == number,
            ExemptionRow.school_id == school_id,
            ExemptionRow.ended_at.is_(None),
            ExemptionRow.until > actor.at,
        )
        .values(ended_at=actor.at, ended_by=actor.who)
    )
    with store.writing() as session:
        row = session.scalars(ending.returning(ExemptionRow)).first()
        if row is None:
            return False
        told = {"before": _said(row), "reason": why.strip(), "how": how}
        audit.record_by(session, actor, "ended", "exemption", str(number), told)
        return True


def listed(
    store: Store, now: datetime, *, past: bool = False, limit: int = 100, school_id: int = SCHOOL
) -> list[Told]:
    """Return those in force, the first to end first; or those that are over, the last first."""
    over = (ExemptionRow.until <= now) | ExemptionRow.ended_at.is_not(None)
    order = ExemptionRow.until.desc() if past else ExemptionRow.until.asc()
    query = (
        select(ExemptionRow)
        .where(ExemptionRow.school_id == school_id, over if past else ~over)
        .order_by(order)
        .limit(limit)
    )
    with store.reading() as session:
        return [_told(row, store.vault) for row in session.scalars(query)]


def looked_at(
    session: Session, events: Sequence[ConcernEvent], rules: ConcernRules
) -> list[ConcernEvent]:
    """Return the events as those exemptions leave them that were in force when each happened."""
    if not events:
        return []
    first = min(one.at for one in events)
    last = max(one.at for one in events)
    query = select(ExemptionRow).where(ExemptionRow.until > first, ExemptionRow.since <= last)
    found = (_in_force(row, vault_of(session)) for row in session.scalars(query))
    exemptions = [one for one in found if one is not None]
    left = (without(one, exemptions, rules) for one in events)
    return [one for one in left if one is not None]


def _in_force(row: ExemptionRow, vault: Vault) -> Exemption | None:
    """Return it as it held; None where its phrase cannot be read: then it hides nothing."""
    exemption = _exemption(row, vault)
    return None if row.phrase is not None and not exemption.phrase else exemption


def _row(session: Session, one: Exemption) -> ExemptionRow:
    return ExemptionRow(
        school_id=one.school_id,
        theme=one.theme,
        group=one.group,
        kinds=tuple(sorted(NO_KIND if kind is None else kind.value for kind in one.kinds)),
        up_to=one.up_to.value,
        host=one.host,
        phrase=vault_of(session).seal(one.phrase.encode()) if one.phrase else None,
        place=one.place,
        since=one.since,
        until=one.expires,
    )


def _told(row: ExemptionRow, vault: Vault) -> Told:
    return Told(
        row.id,
        _exemption(row, vault),
        row.reason,
        row.by,
        row.replay,
        row.ended_at,
        row.ended_by or "",
    )


def _exemption(row: ExemptionRow, vault: Vault) -> Exemption:
    return Exemption(
        school_id=row.school_id,
        theme=row.theme,
        group=row.group,
        since=row.since,
        expires=row.until if row.ended_at is None else min(row.until, row.ended_at),
        kinds=frozenset(None if kind == NO_KIND else Kind(kind) for kind in row.kinds),
        up_to=Severity(row.up_to),
        host=row.host,
        phrase="" if row.phrase is None else _opened(vault, row.phrase),
        place=row.place,
    )


def _opened(vault: Vault, sealed: bytes) -> str:
    try:
        return vault.unseal(sealed).decode()
    except UnsealError:
        return ""


def _said(row: ExemptionRow) -> dict[str, object]:
    """What the audit tells of it: that there is a phrase, and not which."""
    return {
        "theme": row.theme,
        "group": row.group,
        "host": row.host,
        "phrase": row.phrase is not None,
        "up to": row.up_to,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
    }
