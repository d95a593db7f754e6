"""All that is kept about one person, as plain tables: what a subject access request asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Any

import msgspec
from sqlalchemy import Select, Text, and_, or_, select, type_coerce
from sqlalchemy.orm import Session

from safeguard.core.concerns import Known, outcome_words
from safeguard.store import access, access_days, audit
from safeguard.store.access import WantedVisits
from safeguard.store.columns import holding
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.store.tables.case_work import CaseActionRow, CaseFileRow
from safeguard.store.tables.cases import (
    AssignmentRow,
    CaseConcernRow,
    CasePersonRow,
    CaseRow,
    NoteRow,
    OutcomeRow,
)
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, EvidenceRow, FeedbackRow
from safeguard.store.tables.events import EventRow, ReviewRow
from safeguard.store.tables.keeping import LegalHoldRow
from safeguard.store.tables.notices import OutboxRow
from safeguard.store.tables.people import DeviceRow, PersonRow, StaffRow
from safeguard.store.tables.policy import OverrideRow, UnblockAskerRow
from safeguard.store.tables.sessions import IdentitySessionRow, NoticeSeenRow
from safeguard.vault import UnsealError, Vault

UNREADABLE = "cannot be read: its key is gone"
PAGE = 500
LATER = ("messages", "audit")  # they are asked for by parts, of which there may be none
WITHOUT_MEANING = frozenset({"digest", "school_id", "version", "folded", "built_at"})
BY_STAFF = frozenset({
    "staff_id", "opened_by", "owner", "given_by", "undone_by", "taken_out_by", "placed_by",
    "lifted_by", "cancelled_by", "done_by", "removed_by",
})  # fmt: skip
CONTENT: dict[str, Any] = {
    "notes": NoteRow,
    "outcomes": OutcomeRow,
    "assignments": AssignmentRow,
    "evidence": EvidenceRow,
}

type Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Everything:
    """Tables by their name, each a list of rows; `names` are other pupils', to be looked for."""

    tables: dict[str, list[Line]]
    names: tuple[str, ...]


def everything(store: Store, person: str) -> Everything:
    """Return all that is kept about the person but the access log: see `visits`."""
    with store.reading() as session:
        staff = {one.id: one.name for one in session.execute(select(StaffRow.id, StaffRow.name))}
        tables: dict[str, list[Line]] = {name: [] for name in LATER}
        for name, query in (*_queries(person), *_by_id(session, person)):
            rows = session.execute(query).mappings()
            tables.setdefault(name, []).extend(_line(dict(row), store.vault, staff) for row in rows)
        for one in tables["outcomes"]:
            one["outcome"] = outcome_words(one["outcome"])
        names = session.scalars(
            select(PersonRow.name).where(PersonRow.id != person).order_by(PersonRow.name)
        ).all()
    return Everything(tables, tuple(names))


def visits(store: Store, person: str) -> Iterator[Line]:
    """Return the person's visits in the access log, day by day, the newest first."""
    for day in reversed(access_days.days(store)):
        yield from _visits_of(store, person, day)


def _visits_of(store: Store, person: str, day: date) -> Iterator[Line]:
    before = -1
    while before:
        page = access.search(
            store, WantedVisits(person=person), day, max(before, 0), PAGE, paths=True
        )
        for one in page.visits:
            yield {
                "at": one.at.isoformat(), "host": one.host, "path": one.path,
                "channel": one.channel.value, "action": one.action.value,
                "category": one.category, "times": one.times, "device": one.device,
                "address": one.address,
            }  # fmt: skip
        before = page.older


def _ids(person: str) -> tuple[Select[str], Select[str], Select[str]]:
    """Return the ids of the person's cases, concerns and events."""
    cases = select(CasePersonRow.case_id).where(CasePersonRow.person == person)
    concerns = select(ConcernRow.id).where(
        or_(
            and_(ConcernRow.subject_kind == Known.PERSON, ConcernRow.subject == person),
            ConcernRow.id.in_(
                select(ConcernEventRow.concern_id)
                .join(EventRow, EventRow.id == ConcernEventRow.event_id)
                .where(EventRow.person == person)
            ),
            ConcernRow.id.in_(
                select(CaseConcernRow.concern_id).where(CaseConcernRow.case_id.in_(cases))
            ),
        )
    )
    return cases, concerns, select(EventRow.id).where(EventRow.person == person)


def _queries(person: str) -> Iterator[tuple[str, Select[Any]]]:
    cases, concerns, events = _ids(person)
    yield "person", _of(PersonRow, PersonRow.id == person)
    yield "devices", _of(DeviceRow, DeviceRow.person_id == person)
    yield "sessions", _of(IdentitySessionRow, IdentitySessionRow.person == person)
    yield "notices_seen", _of(NoticeSeenRow, NoticeSeenRow.person == person)
    yield "events", _of(EventRow, EventRow.person == person)
    yield "reviews", _of(ReviewRow, ReviewRow.event_id.in_(events))
    yield "concerns", _of(ConcernRow, ConcernRow.id.in_(concerns))
    yield "cases", _of(CaseRow, CaseRow.id.in_(cases))
    people = select(*CasePersonRow.__table__.c).where(CasePersonRow.case_id.in_(cases))
    yield "case_people", people.order_by(CasePersonRow.case_id, CasePersonRow.person)
    for name, row in CONTENT.items():
        about = or_(row.concern_id.in_(concerns), row.case_id.in_(cases))
        yield name, _of(row, about)
    yield "case_actions", _of(CaseActionRow, CaseActionRow.case_id.in_(cases))
    papers = [one for one in CaseFileRow.__table__.c if one.name not in {"sealed", "sha256"}]
    yield "case_files", select(*papers).where(CaseFileRow.case_id.in_(cases)).order_by("id")
    yield "feedback", _of(FeedbackRow, FeedbackRow.concern_id.in_(concerns))
    yield "unblock_requests", _of(UnblockAskerRow, UnblockAskerRow.person == person)
    lifted = type_coerce(OverrideRow.people, Text()).like(holding(person), escape="\\")
    columns = [one for one in OverrideRow.__table__.c if one.name != "people"]  # others are there
    yield "overrides", select(*columns).where(lifted).order_by(OverrideRow.id)
    held = or_(LegalHoldRow.person == person, LegalHoldRow.case_id.in_(cases))
    yield "holds", _of(LegalHoldRow, held)


def _by_id(session: Session, person: str) -> Iterator[tuple[str, Select[Any]]]:
    """What says by an id, as text, what it is about: no database compares that with its own ids."""
    cases, concerns, events = (session.scalars(query).all() for query in _ids(person))
    seen: Any = select(
        AuditRow.at, AuditRow.who, AuditRow.what, AuditRow.about_kind, AuditPayloadRow.payload
    ).outerjoin(AuditPayloadRow, AuditPayloadRow.id == AuditRow.id)
    about = {"person": [person], "event": events, "concern": concerns, "case": cases}
    for kind, ids in about.items():
        for part in batched(ids, PAGE):
            here = AuditRow.about_kind == kind, AuditRow.about.in_(part)
            yield "audit", seen.where(*here).order_by(AuditRow.id)
    for part in batched(concerns, PAGE):
        yield "messages", _of(OutboxRow, OutboxRow.about.in_(part))


def _of(row: Any, condition: Any) -> Select[Any]:
    return select(*row.__table__.c).where(condition).order_by(row.id)


def _line(row: Line, vault: Vault, staff: dict[int, str]) -> Line:
    """Return a row as JSON can say it: what is sealed is opened, staff are named."""
    return {
        name: staff.get(value, value) if name in BY_STAFF else _plain(value, vault)
        for name, value in row.items()
        if name not in WITHOUT_MEANING
    }


def _plain(value: Any, vault: Vault) -> Any:
    if isinstance(value, bytes):
        return _opened(value, vault)
    return list(value) if isinstance(value, tuple) else msgspec.to_builtins(value)


def _opened(sealed: bytes, vault: Vault) -> Any:
    """Return what was sealed: a record where it is one, else text."""
    try:
        plain = vault.unseal(sealed).removeprefix(audit.MARK)
    except UnsealError:
        return UNREADABLE
    try:
        found = msgspec.to_builtins(msgspec.msgpack.decode(plain))
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict | list) else plain.decode(errors="replace")
