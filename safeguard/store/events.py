"""Events as staff see them: search, one in full, reviews, and the numbers of a spell of time.

Pages go by event id, which sorts by time: page 1,000 costs what page 1 costs. What no index
tells is looked for in so many events a page and no more: the next page looks further back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, TextClause, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from filter_rules.types import Kind, Severity
from safeguard.core.events import Event, Private, first_id_at, reference_from
from safeguard.core.types import Action, Channel, Reason
from safeguard.store.columns import escaped, holding
from safeguard.store.session import Store
from safeguard.store.tables.events import FLAGGED, EventRow, TallyRow, WordTokenRow
from safeguard.store.tables.people import PersonRow
from safeguard.vault import UnsealError, Vault

LOOKED_THROUGH = 20_000

_private = msgspec.msgpack.Decoder(Private)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event in the database. `readable` is false where this key does not open its words."""

    event: Event
    reviewed: bool = False
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; what is left out does not matter.

    `text` is looked for in hosts, addresses, references and people's names. Words typed are
    encrypted: `keyed_words` are what stands for them, all of which an event must hold (tokens.py).
    """

    text: str = ""
    group: str = ""
    category: str = ""
    theme: str = ""
    person: str = ""
    keyed_words: tuple[bytes, ...] = ()
    severity: Severity = Severity.NONE
    flagged: bool | None = None
    reviewed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    within: frozenset[str] | None = None  # the groups that the reader may see; None: all


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first. `older` continues from here; empty: there are no more.

    `cut`: it is short because enough events were looked through, not because there are no more.
    """

    events: tuple[StoredEvent, ...]
    older: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of a spell of time; `blocks` counts what counted events stand for."""

    events: int
    blocks: int
    flagged: int
    unreviewed: int
    by_category: tuple[tuple[str, int], ...]
    by_group: tuple[tuple[str, int], ...]
    by_severity: tuple[tuple[Severity, int], ...]


def search(store: Store, wanted: Wanted, before: str = "", limit: int = 50) -> Page:
    """Return the newest events wanted, older than the event `before` where it is given."""
    within: list[ColumnElement[bool] | TextClause] = [*_spell(wanted), *_indexed(wanted)]
    if is_event_id(before):
        within.append(EventRow.id < before)
    fits = [*_exact(wanted), *_words(wanted)]
    newest = EventRow.id.desc()
    with store.reading() as session:
        last = _last_looked_at(session, within) if fits else None
        if last is not None:
            within.append(EventRow.id >= last)
        ids = select(EventRow.id).where(*within, *fits).order_by(newest).limit(limit + 1).subquery()
        query = select(EventRow).where(EventRow.id.in_(select(ids.c.id))).order_by(newest)
        rows = session.scalars(query).all()
        found = tuple(_stored(row, store.vault) for row in rows[:limit])
    if len(rows) > limit:
        return Page(found, found[-1].event.id)
    return Page(found, last or "", cut=last is not None)


def event(store: Store, event_id: str) -> StoredEvent | None:
    """Return one event by its id, or None, whatever the id looks like."""
    if not is_event_id(event_id):
        return None
    return _one(store, select(EventRow).where(EventRow.id == event_id))


def by_reference(store: Store, typed: str) -> StoredEvent | None:
    """Return the newest event of a reference, as a person typed it."""
    reference = reference_from(typed)
    query = select(EventRow).where(EventRow.reference == reference).order_by(EventRow.id.desc())
    return _one(store, query.limit(1))


def counts(store: Store, since: datetime, until: datetime) -> Counts:
    """Return the numbers of the events between two moments; what staff asked the tester is none."""
    spell = [
        *_spell(Wanted(since=since, until=until)),
        EventRow.channel != Channel.TESTER.value,
    ]
    whole = select(
        func.count(),
        func.coalesce(func.sum(EventRow.count), 0),
        func.count().filter(EventRow.flagged),
        func.count().filter(EventRow.flagged, EventRow.reviewed.is_(False)),
    ).where(*spell)
    with store.reading() as session:
        events, blocks, flagged, unreviewed = session.execute(whole).one()
        return Counts(
            events=events,
            blocks=int(blocks),
            flagged=flagged,
            unreviewed=unreviewed,
            by_category=_by(session, EventRow.category, spell),
            by_group=_by(session, EventRow.group, spell),
            by_severity=tuple(
                (Severity(number), count)
                for number, count in _by(session, EventRow.severity, spell)
            ),
        )


def tallies(store: Store, since: datetime) -> dict[str, int]:
    """Return what was only counted, by category, from the hour of `since` on."""
    query = (
        select(TallyRow.category, func.sum(TallyRow.count))
        .where(TallyRow.hour >= since.replace(minute=0, second=0, microsecond=0))
        .group_by(TallyRow.category)
    )
    with store.reading() as session:
        return {category: int(count) for category, count in session.execute(query)}


def is_event_id(text: str) -> bool:
    """Say whether the text is spelt as an event's id: it may come from an address bar."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _by[Value](
    session: Session, column: InstrumentedAttribute[Value], spell: list[ColumnElement[bool]]
) -> tuple[tuple[Value, int], ...]:
    number: ColumnElement[int] = func.count()
    query = select(column, number).where(*spell).group_by(column).order_by(number.desc(), column)
    return tuple((value, count) for value, count in session.execute(query))


def _last_looked_at(
    session: Session, within: Sequence[ColumnElement[bool] | TextClause]
) -> str | None:
    """Return the last of the newest so many events; None: there are not so many."""
    query = select(EventRow.id).where(*within).order_by(EventRow.id.desc())
    return session.scalar(query.offset(LOOKED_THROUGH - 1).limit(1))


def _indexed(wanted: Wanted) -> Iterator[ColumnElement[bool] | TextClause]:
    """Yield what indexes tell: whose, and of what is flagged how soon, which group, reviewed."""
    if wanted.person:
        yield EventRow.person == wanted.person
    for token in wanted.keyed_words:
        yield EventRow.id.in_(select(WordTokenRow.event_id).where(WordTokenRow.token == token))
    if wanted.flagged:
        yield FLAGGED
        yield from _of_flagged(wanted)


def _exact(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if not wanted.flagged:
        yield from _of_flagged(wanted)
    if wanted.flagged is False:
        yield EventRow.flagged.is_(False)


def _of_flagged(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.group:
        yield EventRow.group == wanted.group
    if wanted.within is not None:
        yield EventRow.group.in_(sorted(wanted.within))
    if wanted.severity is not Severity.NONE:
        yield EventRow.severity >= wanted.severity.value
    if wanted.reviewed is not None:
        yield EventRow.reviewed.is_(wanted.reviewed)


def _words(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.category:
        yield _plain(EventRow.categories).like(holding(wanted.category), escape="\\")
    if wanted.theme:
        yield _plain(EventRow.themes).like(f"%|{escaped(wanted.theme)}:%", escape="\\")
    text = wanted.text.strip()
    if text:
        like = f"%{escaped(text)}%"
        people = select(PersonRow.id).where(PersonRow.name.ilike(like, escape="\\"))
        yield or_(
            _plain(EventRow.hosts).ilike(like, escape="\\"),
            EventRow.address.ilike(like, escape="\\"),
            EventRow.reference == reference_from(text),
            EventRow.person.in_(people),
        )


def _plain(column: InstrumentedAttribute[tuple[str, ...]]) -> ColumnElement[str]:
    """Return Tokens as their text, for LIKE."""
    return type_coerce(column, Text())


def _spell(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield EventRow.id >= first_id_at(wanted.since)
    if wanted.until is not None:
        yield EventRow.id < first_id_at(wanted.until)


def _one(store: Store, query: Select[EventRow]) -> StoredEvent | None:
    with store.reading() as session:
        row = session.scalar(query)
        return None if row is None else _stored(row, store.vault)


def _stored(row: EventRow, vault: Vault) -> StoredEvent:
    try:
        private, readable = _private.decode(vault.unseal(row.sealed)), True
    except (UnsealError, msgspec.DecodeError):
        private, readable = Private(), False
    return StoredEvent(_event(row, private), row.reviewed, readable)


def _event(row: EventRow, private: Private) -> Event:
    return Event(
        id=row.id,
        at=row.at,
        last=row.last,
        group=row.group,
        person=row.person,
        device=row.device,
        address=row.address,
        method=row.method,
        confidence=row.confidence,
        identified_since=row.identified_since,
        identified_until=row.identified_until,
        channel=Channel(row.channel),
        host=row.host,
        private=private,
        categories=row.categories,
        themes=tuple(_theme(one) for one in row.themes),
        severity=Severity(row.severity),
        action=Action(row.action),
        flagged=row.flagged,
        reason=Reason(row.reason),
        rule=row.rule,
        list=row.list,
        artefact=row.artefact,
        policy_version=row.policy_version,
        hosts=row.hosts,
        kind=Kind(row.kind) if row.kind else None,
        count=row.count,
        school_id=row.school_id,
    )


def _theme(token: str) -> tuple[str, Severity]:
    name, _, severity = token.rpartition(":")
    return name, Severity(int(severity))
