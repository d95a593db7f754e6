"""A school's rows as the tests of what is kept need them: put there as they stand."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from filter_rules.types import Severity
from safeguard.core.concerns import Outcome
from safeguard.core.events import Event, Private, SealedEvent
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseConcernRow, CasePersonRow, CaseRow, NoteRow, OutcomeRow
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow
from safeguard.store.tables.people import PersonRow
from safeguard.store.tables.row import Row
from tests.safeguard.samples import NOW, stored_event

PERSON = "pupil-7"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def pupil(store: Store, person: str = PERSON, name: str = "Ada Abel") -> None:
    with store.writing() as session:
        session.add(PersonRow(id=person, school_id=1, name=name, group="primary", reference="R7"))


def event(
    store: Store, number: int, days: float, words: str = "so sad today", **changes: object
) -> Event:
    one = stored_event(
        number, ago(days), **{"private": Private("https://casino.example/x", words), **changes}
    )
    sealed = SealedEvent(one, store.vault.seal(msgspec.msgpack.encode(one.private)))
    take_in(store, Batch("s", "proxy-0", number, [sealed]))
    return one


def concern(
    store: Store,
    number: int,
    days: float,
    *events: Event,
    severity: Severity = Severity.LOW,
    closed: Outcome | str | None = None,
    staff: int = 1,
    **changes: object,
) -> str:
    """A concern that was last seen (and closed, where it was) so many days ago."""
    key = str(UUID(int=number))
    columns: dict[str, object] = {
        "id": key, "school_id": 1, "subject_kind": "pupil", "subject": PERSON, "group": "primary",
        "family": "mood", "day": ago(days).date(), "themes": ("low-mood",),
        "severity": severity.value, "confidence": "strong", "identity": "likely", "care": False,
        "why": ["It was typed."], "facts": store.vault.seal(msgspec.msgpack.encode({"count": 3})),
        "rules": ("Words",), "started_at": ago(days), "last_at": ago(days), "events": len(events),
        "count": 1, "artefact": "a1", "policy_version": "v1", "built_at": ago(days),
        "closed_at": ago(days) if closed else None,
    }  # fmt: skip
    with store.writing() as session:
        session.add(ConcernRow(**{**columns, **changes}))
        session.flush()
        session.add_all(ConcernEventRow(concern_id=key, event_id=one.id) for one in events)
        if closed and closed != "no outcome":
            session.add(_outcome(store, ago(days), staff, str(closed), concern_id=key))
    return key


def case(
    store: Store,
    number: int,
    days: float,
    *concerns: str,
    people: tuple[str, ...] = (PERSON,),
    closed: Outcome | None = Outcome.ACTED,
    keep_until: datetime | None = None,
    staff: int = 1,
) -> str:
    key = str(UUID(int=number))
    at = ago(days)
    with store.writing() as session:
        session.add(CaseRow(
            id=key, school_id=1, reference=f"C{number:07}", title=store.vault.seal(b"What Ben said"),
            severity=2, state="closed" if closed else "open", opened_at=at, opened_by=staff,
            closed_at=at if closed else None, keep_until=keep_until,
        ))  # fmt: skip
        session.flush()
        session.add_all(CasePersonRow(case_id=key, person=one, school_id=1) for one in people)
        session.add_all(
            CaseConcernRow(case_id=key, concern_id=one, at=at, staff_id=staff) for one in concerns
        )
        session.add(NoteRow(
            school_id=1, case_id=key, at=at, staff_id=staff, kind="note",
            sealed=store.vault.seal(b"Ben Baker was with her."),
        ))  # fmt: skip
        if closed:
            session.add(_outcome(store, at, staff, str(closed), case_id=key))
    return key


def _outcome(store: Store, at: datetime, staff: int, outcome: str, **about: str) -> OutcomeRow:
    return OutcomeRow(
        school_id=1, at=at, staff_id=staff, outcome=outcome,
        reason=store.vault.seal(b"we talked"), **about,
    )  # fmt: skip


def there(store: Store, row: type[Row]) -> int:
    """How many rows a table has."""
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0
