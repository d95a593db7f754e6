"""What the school changed of the themes: made, taken back and listed, each with who and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from filter_rules.phrases import Theme
from filter_rules.theme_changes import MOST, ThemeChange, Way, refused
from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.problems import UnusableError
from safeguard.store import audit, generation
from safeguard.store.session import Store
from safeguard.store.tables.theme_changes import ThemeChangeRow


@dataclass(frozen=True, slots=True)
class Made:
    """A change as staff see it."""

    id: int
    change: ThemeChange
    reason: str
    by: str
    at: datetime


def make(
    store: Store,
    themes: Sequence[Theme],
    change: ThemeChange,
    reason: str,
    actor: Actor,
    how: str = "",
) -> int:
    """Put a change in force, with who and why; return its number."""
    if not reason.strip():
        raise UnusableError("Nothing was changed: say why.")
    if sentence := refused(themes, change):
        raise UnusableError(f"{sentence} Nothing was changed.")
    with store.writing() as session:
        many = select(func.count()).where(ThemeChangeRow.ended_at.is_(None))
        if (session.scalar(many) or 0) >= MOST:
            raise UnusableError(f"{MOST:,} changes are in force: take some back first.")
        row = ThemeChangeRow(
            school_id=SCHOOL,
            way=change.way.value,
            theme=change.theme,
            pattern=change.pattern,
            weight=change.weight,
            group=change.group,
            reason=reason.strip(),
            by=actor.who,
            at=actor.at,
        )
        session.add(row)
        session.flush()
        told = {"after": _said(row), "reason": row.reason, "how": how}
        audit.record_by(session, actor, "changed", "theme", change.theme, told)
        generation.bump(session)
        return row.id


def take_back(store: Store, number: int, reason: str, actor: Actor, how: str = "") -> bool:
    """Take one back; False where none of this number is in force."""
    if not reason.strip():
        raise UnusableError("Nothing was changed: say why.")
    ending = (
        update(ThemeChangeRow)
        .where(ThemeChangeRow.id == number, ThemeChangeRow.ended_at.is_(None))
        .values(ended_at=actor.at, ended_by=actor.who)
    )
    with store.writing() as session:
        row = session.scalars(ending.returning(ThemeChangeRow)).first()
        if row is None:
            return False
        told = {"before": _said(row), "reason": reason.strip(), "how": how}
        audit.record_by(session, actor, "changed", "theme", row.theme, told)
        generation.bump(session)
        return True


def in_force(store: Store, school_id: int = SCHOOL) -> list[Made]:
    """Return what is in force, the oldest first."""
    row = ThemeChangeRow
    query = (
        select(row)
        .where(row.school_id == school_id, row.ended_at.is_(None))
        .order_by(row.id)
        .limit(MOST)
    )
    with store.reading() as session:
        return [_made(one) for one in session.scalars(query)]


def _made(row: ThemeChangeRow) -> Made:
    change = ThemeChange(Way(row.way), row.theme, row.pattern, row.weight, row.group)
    return Made(row.id, change, row.reason, row.by, row.at)


def _said(row: ThemeChangeRow) -> dict[str, object]:
    return {"way": row.way, "phrase": row.pattern, "weight": row.weight, "group": row.group}
