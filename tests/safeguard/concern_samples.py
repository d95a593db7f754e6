"""A small school whose pupils do what deserves a person's eye, for the tests of concerns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Concern
from safeguard.core.events import Event, Private, SealedEvent, new_event_id
from safeguard.core.school_hours import SchoolHours
from safeguard.core.types import Action, Channel, Reason
from safeguard.store import people
from safeguard.store.concern_building import Built, Terms, build
from safeguard.store.concern_rows import CONCERNS, GATHERED, kept_by_id
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
GROUPS = frozenset({"primary", "secondary", "unidentified"})
TERMS = Terms(ConcernRules(SchoolHours(ZoneInfo("Europe/London"))), GROUPS)
_numbers = count(1)


def minutes(number: float) -> datetime:
    return MONDAY + timedelta(minutes=number)


def chance(size: int) -> bytes:
    """Bytes that never repeat, and are the same in each run of a test that asks in order."""
    return blake2b(str(next(_numbers)).encode(), digest_size=size).digest()


def flagged_event(at: datetime = MONDAY, person: str = "ada", **changes: Any) -> Event:
    """A pupil's search; each call gives another event."""
    words = changes.pop("words", "typed words")
    says = changes.pop("says", ())
    url = changes.pop("url", "https://search.example/find")
    theme = changes.pop("theme", "suicide")
    severity = changes.pop("severity", Severity.HIGH)
    event = Event(
        id=new_event_id(at, chance(10)),
        at=at,
        last=at,
        group="secondary",
        person=person,
        device="",
        address="10.0.0.5",
        method="device",
        channel=Channel.WEB,
        host="search.example",
        private=Private(url, words, "", ("typed",), ((theme, 5.0),), says),
        categories=(),
        themes=((theme, severity),),
        severity=severity,
        action=Action.BLOCK,
        flagged=True,
        reason=Reason.WORDS,
        rule="Words",
        list="",
        artefact="a1",
        policy_version="v1",
        hosts=("search.example",),
        kind=Kind.SEARCH,
        confidence="likely",
    )
    return replace(event, **changes)


def read(at: datetime, person: str, theme: str = "drugs", page: str = "lesson") -> Event:
    """A page that a pupil read, of a topic that classes are taught."""
    return flagged_event(
        at, person, theme=theme, severity=Severity.MEDIUM, words="", kind=Kind.PAGE,
        host="pages.example", url=f"https://pages.example/{page}",
    )  # fmt: skip


def keep(store: Store, *events: Event) -> None:
    """Put events into the database, as the jobs process does."""
    kept = [
        SealedEvent(
            replace(one, private=Private()),
            store.vault.seal(msgspec.msgpack.encode(one.private)),
        )
        for one in events
    ]
    take_in(store, Batch(f"spool {next(_numbers)}", "test", 1, kept))


def happen(store: Store, *events: Event, now: datetime = MONDAY) -> Built:
    """Events come in, and are folded."""
    keep(store, *events)
    return fold_all(store, now=now)


def fold_all(store: Store, terms: Terms = TERMS, now: datetime = MONDAY, most: int = 500) -> Built:
    taken, ids = 0, list[str]()
    while (built := build(store, terms, now, chance, most)).events:
        taken += built.events
        ids += built.ids
    return Built(taken, tuple(dict.fromkeys(ids)))


def rows(store: Store) -> list[ConcernRow]:
    """All concerns, the first begun first."""
    with store.reading() as session:
        found = list(session.scalars(select(ConcernRow).order_by(ConcernRow.started_at)))
        session.expunge_all()
        return found


def concerns(store: Store) -> list[Concern]:
    with store.reading() as session:
        ids = list(session.scalars(select(CONCERNS.c.id).order_by(CONCERNS.c.started_at)))
        found = {one.id: one.concern for one in kept_by_id(session, ids)}
    return [found[one] for one in ids if one in found]


def gathered(store: Store) -> list[str]:
    return [row.subject for row in rows(store) if row.standing == GATHERED]


def pupil(store: Store, name: str = "Ada Adams") -> str:
    """Someone in the school's list; the id."""
    return people.add_person(store, name, "secondary").id
