"""All that a case is made of, as it stood at one moment: what an export tells.

What is on record of unlawful content is withheld here too, whatever the row says.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from filter_rules.sealed import WITHHELD
from safeguard.core.events import Private
from safeguard.core.types import Reason
from safeguard.store.case_actions import actions_told
from safeguard.store.case_lists import counted, told
from safeguard.store.case_merging import merged_into
from safeguard.store.case_papers import papers_told
from safeguard.store.case_parts import CaseConcern, CaseContent, CaseEvent, CasePerson, CaseVisit
from safeguard.store.case_writings import assignments_of, notes_of, outcomes_of
from safeguard.store.events import is_event_id
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseConcernRow, CasePersonRow, CaseRow
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, EvidenceRow
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.people import DeviceRow, PersonRow, SchoolRow, StaffRow
from safeguard.vault import UnsealError, Vault

MOST = 50_000  # events, and visits: the first ones are told, and how many there are
_private = msgspec.msgpack.Decoder(Private)
WITHHELD_FOR = frozenset({Reason.SEALED.value, Reason.UNSEEN.value})


def content(store: Store, case_id: str, most: int = MOST) -> CaseContent | None:
    """Return a case whole, as it stood at one moment. Who shows it to a person records that."""
    with store.reading() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        row = session.get(CaseRow, case_id) if is_event_id(case_id) else None
        return None if row is None else _whole(session, row, store.vault, most)


def _whole(session: Session, row: CaseRow, vault: Vault, most: int) -> CaseContent:
    staff = {one.id: one.name for one in session.execute(select(StaffRow.id, StaffRow.name))}
    people = _people(session, row.id)
    concerns = _concerns(session, row.id, staff)
    inside = [one.id for one in concerns if one.taken_out_at is None]
    events, events_there = _events(session, inside, vault, most)
    visits, visits_there = _visits(session, row.id, inside, vault, most)
    own = {one.id for one in events}
    around = tuple(one for one in visits if one.visit.get("id") not in own)
    whole = [row.id, *merged_into(session, row.id)]
    school = session.get(SchoolRow, row.school_id)
    return CaseContent(
        school="" if school is None else school.name,
        case=counted(session, [told(row, vault)])[0],
        opened_by=staff.get(row.opened_by, ""),
        owner=staff.get(row.owner or 0, ""),
        people=people,
        concerns=concerns,
        events=events,
        events_there=events_there,
        visits=around,
        visits_there=visits_there - len(visits) + len(around),
        notes=(
            *notes_of(session, whole, inside, staff, vault),
            *actions_told(session, whole, staff, vault),
            *papers_told(session, whole, staff, vault),
        ),
        outcomes=outcomes_of(session, whole, inside, staff, vault),
        assignments=assignments_of(session, whole, inside, staff),
        names=_names(session, people, events),
    )


def _people(session: Session, case_id: str) -> tuple[CasePerson, ...]:
    query = (
        select(CasePersonRow.person, PersonRow.name, PersonRow.group, PersonRow.reference)
        .outerjoin(PersonRow, PersonRow.id == CasePersonRow.person)
        .where(CasePersonRow.case_id == case_id)
        .order_by(PersonRow.name, CasePersonRow.person)
    )
    return tuple(
        CasePerson(person, name or "", group or "", reference or "")
        for person, name, group, reference in session.execute(query)
    )


def _concerns(session: Session, case_id: str, staff: dict[int, str]) -> tuple[CaseConcern, ...]:
    query = (
        select(CaseConcernRow, ConcernRow, func.coalesce(PersonRow.name, DeviceRow.name, ""))
        .join(ConcernRow, ConcernRow.id == CaseConcernRow.concern_id)
        .outerjoin(PersonRow, PersonRow.id == ConcernRow.subject)
        .outerjoin(DeviceRow, DeviceRow.id == ConcernRow.subject)
        .where(CaseConcernRow.case_id == case_id)
        .order_by(ConcernRow.started_at, ConcernRow.id, CaseConcernRow.id)
    )
    return tuple(
        CaseConcern(
            id=row.id,
            subject_kind=row.subject_kind,
            subject=row.subject,
            subject_name=name,
            moved_from=row.moved_from,
            group=row.group,
            family=row.family,
            day=row.day,
            themes=row.themes,
            severity=row.severity,
            confidence=row.confidence,
            identity=row.identity,
            care=row.care,
            why=row.why,
            started_at=row.started_at,
            last_at=row.last_at,
            events=row.events,
            count=row.count,
            subjects=row.subjects,
            standing=row.standing,
            put_in_at=put.at,
            put_in_by=staff.get(put.staff_id, ""),
            taken_out_at=put.taken_out_at,
            taken_out_by=staff.get(put.taken_out_by or 0, ""),
        )
        for put, row, name in session.execute(query)
    )


def _events(
    session: Session, concerns: Sequence[str], vault: Vault, most: int
) -> tuple[tuple[CaseEvent, ...], int]:
    mine = ConcernEventRow.concern_id.in_(concerns)
    there = session.scalar(select(func.count(ConcernEventRow.event_id.distinct())).where(mine))
    inside = select(ConcernEventRow.event_id).where(mine)
    rows = session.scalars(
        select(EventRow).where(EventRow.id.in_(inside)).order_by(EventRow.id).limit(most)
    ).all()
    of: dict[str, list[str]] = {}
    pairs = select(ConcernEventRow.event_id, ConcernEventRow.concern_id).where(mine)
    for event_id, concern_id in session.execute(pairs.order_by(ConcernEventRow.concern_id)):
        of.setdefault(event_id, []).append(concern_id)
    return tuple(_event(row, tuple(of[row.id]), vault) for row in rows), there or 0


def _event(row: EventRow, concerns: tuple[str, ...], vault: Vault) -> CaseEvent:
    private, readable = _opened_private(row, vault)
    withheld = row.reason in WITHHELD_FOR
    return CaseEvent(
        id=row.id,
        reference=row.reference,
        concerns=concerns,
        at=row.at,
        last=row.last,
        count=row.count,
        person=row.person,
        device=row.device,
        address=row.address,
        group=row.group,
        method=row.method,
        confidence=row.confidence,
        channel=row.channel,
        kind=row.kind,
        host=WITHHELD if withheld else row.host,
        hosts=(WITHHELD,) if withheld else row.hosts,
        url=private.url,
        words=private.words,
        excerpt=private.excerpt,
        phrases=private.phrases,
        category=row.category,
        categories=row.categories,
        themes=row.themes,
        severity=row.severity,
        action=row.action,
        flagged=row.flagged,
        reason=row.reason,
        rule=row.rule,
        list=row.list,
        artefact=row.artefact,
        policy_version=row.policy_version,
        readable=readable,
    )


def _opened_private(row: EventRow, vault: Vault) -> tuple[Private, bool]:
    if row.reason in WITHHELD_FOR:
        return Private(WITHHELD, WITHHELD), True
    try:
        return _private.decode(vault.unseal(row.sealed)), True
    except (UnsealError, msgspec.DecodeError):
        return Private(), False


def _visits(
    session: Session, case_id: str, concerns: Sequence[str], vault: Vault, most: int
) -> tuple[tuple[CaseVisit, ...], int]:
    mine = or_(EvidenceRow.case_id == case_id, EvidenceRow.concern_id.in_(concerns))
    # What was copied into several concerns, and into the case, is told once.
    first = select(func.min(EvidenceRow.id)).where(mine).group_by(EvidenceRow.digest)
    there = session.scalar(select(func.count(EvidenceRow.digest.distinct())).where(mine))
    query = select(EvidenceRow).where(EvidenceRow.id.in_(first))
    rows = session.scalars(query.order_by(EvidenceRow.at, EvidenceRow.id).limit(most))
    return tuple(_visit(row, vault) for row in rows), there or 0


def _visit(row: EvidenceRow, vault: Vault) -> CaseVisit:
    try:
        found = msgspec.to_builtins(msgspec.msgpack.decode(vault.unseal(row.sealed)))
    except (UnsealError, msgspec.DecodeError):
        found = None
    readable = isinstance(found, dict)
    visit = {str(key): value for key, value in found.items()} if readable else {}
    if visit.get("reason") in WITHHELD_FOR:
        visit |= {"host": WITHHELD, "path": WITHHELD, "words": WITHHELD}
    return CaseVisit(row.id, row.concern_id or "", row.at, row.digest.hex(), visit, readable)


def _names(
    session: Session, people: Sequence[CasePerson], events: Sequence[CaseEvent]
) -> dict[str, str]:
    """Return the names of the case's people and of devices: other pupils are not named."""
    names = {one.id: one.name for one in people if one.name}
    wanted = {one.device for one in events if one.device}
    devices = select(DeviceRow.id, DeviceRow.name)
    return names | {one.id: one.name for one in session.execute(devices) if one.id in wanted}
