"""Cases, concerns and evidence in a database, for the tests of what is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from filter_rules.types import Kind, Severity
from safeguard.core.events import Event, Private, SealedEvent, new_event_id
from safeguard.core.types import Reason
from safeguard.store import cases, staff
from safeguard.store.case_changes import Act
from safeguard.store.case_lists import case
from safeguard.store.cases import Opening
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, EvidenceRow
from safeguard.store.tables.people import PersonRow
from safeguard.store.triage import NoteKind
from tests.safeguard.samples import NOW, at, stored_event

LONDON = ZoneInfo("Europe/London")
CASE = new_event_id(at(3600), (900).to_bytes(10))
FIRST, SECOND, THIRD = (new_event_id(at(n), (500 + n).to_bytes(10)) for n in (1, 2, 3))
AMY, BEN = "amy", "ben"


def lead(store: Store, name: str = "Lee Lead", *, active: bool = True) -> int:
    columns = {
        "email": f"{name.split(maxsplit=1)[0].lower()}@school.example",
        "name": name,
        "password": "a hash",
        "active": active,
        "fs_uniquifier": name,
        "roles": ("lead",),
        "created_at": NOW,
    }
    return staff.create(store, columns).id


def put_people(store: Store) -> None:
    with store.writing() as session:
        for one, name in ((AMY, "Amy Adams"), (BEN, "Ben Brown")):
            session.add(
                PersonRow(id=one, school_id=1, name=name, group="secondary", reference=f"7-{one}")
            )


def search(number: int, words: str = "some words", person: str = AMY) -> Event:
    return stored_event(
        number,
        at(60 * number),
        person=person,
        method="device",
        confidence="likely",
        kind=Kind.SEARCH,
        host="search.example",
        hosts=("search.example",),
        private=Private("https://search.example/find", words, "", ("words",)),
        themes=(("low-mood", Severity.HIGH),),
        severity=Severity.HIGH,
        flagged=True,
    )


def put_events(store: Store, events: Sequence[Event], number: int = 1) -> None:
    sealed = [
        SealedEvent(one, store.vault.seal(msgspec.msgpack.encode(one.private))) for one in events
    ]
    take_in(store, Batch(f"s{number}", "proxy-0", 1, sealed))


def put_concern(
    store: Store,
    concern_id: str,
    events: Sequence[Event],
    subject: str = AMY,
    kind: str = "pupil",
) -> None:
    first, last = events[0], events[-1]
    with store.writing() as session:
        session.add(
            ConcernRow(
                id=concern_id,
                school_id=1,
                subject_kind=kind,
                subject=subject,
                group="secondary",
                family="self-harm",
                day=first.at.date(),
                themes=("low-mood",),
                severity=3,
                confidence="strong",
                identity="likely",
                care=False,
                why=["Typed twice within an hour.", "At night."],
                facts=b"",
                rules=("Words",),
                started_at=first.at,
                last_at=last.at,
                events=len(events),
                count=len(events),
                artefact="a1",
                policy_version="v1",
                built_at=last.at,
            )
        )
        session.flush()
        for one in events:
            session.add(ConcernEventRow(concern_id=concern_id, event_id=one.id))


def put_visit(
    store: Store, number: int, concern: str | None = None, case_id: str | None = None
) -> None:
    visit = {
        "kind": "visit",
        "id": str(number),
        "host": "news.example",
        "path": "/today",
        "channel": "web",
        "action": "allow",
        "category": "",
        "times": 2,
    }
    put_copy(store, number, visit, concern, case_id)


def put_copy(
    store: Store,
    number: int,
    copied: Mapping[str, object],
    concern: str | None = None,
    case_id: str | None = None,
) -> None:
    with store.writing() as session:
        session.add(
            EvidenceRow(
                school_id=1,
                concern_id=concern,
                case_id=case_id,
                at=at(number),
                digest=number.to_bytes(16),
                sealed=store.vault.seal(msgspec.msgpack.encode(copied)),
            )
        )


def act(store: Store, by: int, when: datetime = NOW) -> Act:
    """A change upon the case as it stands."""
    found = case(store, CASE)
    return Act(CASE, 0 if found is None else found.version, by, when)


def small_case(store: Store, title: str = "What Amy searched for") -> int:
    """Two pupils, two concerns, a visit and a note; return the lead's number."""
    put_people(store)
    by = lead(store)
    searches = [search(1), search(2, "=other words")]
    # Once in both concerns: an event may be of two families.
    elsewhere = [search(3, "ben’s words", BEN), searches[1]]
    withheld = replace(search(4), reason=Reason.SEALED, host="odd.example")
    put_events(store, [*searches, elsewhere[0], withheld])
    put_concern(store, FIRST, [*searches, withheld])
    put_concern(store, SECOND, elsewhere, BEN)
    put_visit(store, 30, FIRST)
    opening = Opening(title, Severity.HIGH, [FIRST, SECOND], due_at=at(86400))
    cases.open_case(store, opening, by, at(3600), CASE)
    put_visit(store, 40, None, CASE)
    cases.add_note(store, CASE, NoteKind.ACTION, "Spoke with Amy.\nShe is safe.", by, at(4000))
    return by
