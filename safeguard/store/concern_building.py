"""Flagged events -> concerns in the database, each event once, whatever dies in between.

A batch is one transaction: concerns, which events they are made of, the lines of classes, and
the mark that these events are folded. Events that come hours late are folded like any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, select, update
from sqlalchemy.orm import Session

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import ConcernEvent
from safeguard.core.events import Event, Private
from safeguard.core.folding import fold, needed
from safeguard.core.noticing import concern_event_of
from safeguard.core.types import Action, Channel, Reason
from safeguard.store import class_lines, exemptions
from safeguard.store.concern_rows import alone_with_concerns, kept_within
from safeguard.store.concern_writing import Randomness, Source, Written, write
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.events import TO_FOLD, EventRow
from safeguard.vault import UnsealError, Vault

EVENTS: Table = EventRow.metadata.tables["events"]
BATCH = 500

_private = msgspec.msgpack.Decoder(Private)
_TO_FOLD = (TO_FOLD, EVENTS.c.folded.is_(False))
_NAMES = (
    "id", "school_id", "at", "person", "device", "address", "group", "confidence", "channel",
    "kind", "host", "themes", "severity", "action", "reason", "rule", "artefact",
    "policy_version", "sealed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """What one batch came to. `ids`: the concerns that are new or grew."""

    events: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """By what concerns are made: the rules, and of which groups. What is sealed: of everyone."""

    rules: ConcernRules
    groups: frozenset[str]


def build(
    store: Store, terms: Terms, now: datetime, randomness: Randomness, most: int = BATCH
) -> Built:
    """Fold the oldest events that are not folded yet."""
    with store.reading() as session:
        # In order, or PostgreSQL may read the whole table to find that there is none.
        oldest = select(EVENTS.c.id).where(*_TO_FOLD).order_by(EVENTS.c.id).limit(1)
        if session.execute(oldest).first() is None:
            return Built()
    with store.writing() as session:
        alone_with_concerns(session)
        rows = session.execute(_query(most)).all()
        sources = {
            source.event.id: source
            for row in rows
            if (source := _source(row, terms, vault_of(session))) is not None
        }
        written = _folded(session, sources, terms, now, randomness)
        folded = update(EVENTS).where(EVENTS.c.id.in_([row.id for row in rows]))
        session.execute(folded.values(folded=True))
    return Built(len(rows), tuple(one.id for one in written if one.change.added))


def set_aside(store: Store) -> str:
    """Take the oldest event that is not folded for folded, and return its id."""
    oldest = select(EVENTS.c.id).where(*_TO_FOLD).order_by(EVENTS.c.id).limit(1)
    with store.writing() as session:
        aside = update(EVENTS).where(EVENTS.c.id.in_(oldest)).values(folded=True)
        return session.scalar(aside.returning(EVENTS.c.id)) or ""


def waiting_since(store: Store) -> datetime | None:
    """Return when the oldest event was that is not folded yet; None: all are."""
    query = select(EVENTS.c.at).where(*_TO_FOLD).order_by(EVENTS.c.id).limit(1)
    with store.reading() as session:
        return session.scalar(query)


def events_of(session: Session, ids: Iterable[str], rules: ConcernRules) -> list[ConcernEvent]:
    """Return stored events as concerns see them, the earliest first."""
    rows = session.execute(_query().where(EVENTS.c.id.in_(list(ids)))).all()
    found = (_concern_event(row, rules, vault_of(session)) for row in rows)
    return [one for one in found if one is not None]


def _query(most: int | None = None) -> Any:
    columns = [EVENTS.c[name] for name in _NAMES]
    # A row's own `count` is a method: the column needs another name there.
    query = select(*columns, EVENTS.c.count.label("requests")).order_by(EVENTS.c.id)
    return query if most is None else query.where(*_TO_FOLD).limit(most)


def _folded(
    session: Session,
    sources: dict[str, Source],
    terms: Terms,
    now: datetime,
    randomness: Randomness,
) -> Sequence[Written]:
    looked_at = exemptions.looked_at(session, [one.event for one in sources.values()], terms.rules)
    sources = {one.id: replace(sources[one.id], event=one) for one in looked_at}
    events = [one.event for one in sources.values()]
    kept = kept_within(session, needed(events, terms.rules))
    changes = fold([one.concern for one in kept], events, terms.rules)
    written = write(session, changes, kept, sources, now, randomness)
    changed = [each for one in written for each in (one.change.concern, *one.change.before)]
    class_lines.settle(session, changed, terms.rules, now, randomness)
    return written


def _source(row: Row[Any], terms: Terms, vault: Vault) -> Source | None:
    """Return the event, or None where no concern is to be made of it."""
    if row.channel == Channel.TESTER.value:
        return None  # staff asked
    if row.group not in terms.groups and row.reason != Reason.SEALED.value:
        return None
    event = _concern_event(row, terms.rules, vault)
    if event is None:
        return None
    return Source(event, row.rule, row.requests, row.confidence, row.artefact, row.policy_version)


def _concern_event(row: Row[Any], rules: ConcernRules, vault: Vault) -> ConcernEvent | None:
    try:
        private = _private.decode(vault.unseal(row.sealed))
    except (UnsealError, msgspec.DecodeError):
        private = Private()
    return concern_event_of(
        _event(row, private),
        rules,
        page=_page(row, private, vault),
        scores=dict(private.scores),
        says=private.says,
    )


def _page(row: Row[Any], private: Private, vault: Vault) -> str:
    """Return what tells a page, or what was typed, from another; empty: it cannot be told."""
    text = private.words or private.url
    if not text or row.reason == Reason.SEALED.value:
        return ""
    return vault.digest(" ".join(text.casefold().split()).encode(), 8).hex()


def _event(row: Row[Any], private: Private) -> Event:
    return Event(
        id=row.id,
        at=row.at,
        last=row.at,
        group=row.group,
        person=row.person,
        device=row.device,
        address=row.address,
        method="",
        channel=Channel(row.channel),
        host=row.host,
        private=private,
        categories=(),
        themes=tuple(_theme(one) for one in row.themes),
        severity=Severity(row.severity),
        action=Action(row.action),
        flagged=True,
        reason=Reason(row.reason),
        rule=row.rule,
        list="",
        artefact=row.artefact,
        policy_version=row.policy_version,
        hosts=(),
        kind=Kind(row.kind) if row.kind else None,
        school_id=row.school_id,
    )


def _theme(token: str) -> tuple[str, Severity]:
    name, _, severity = token.rpartition(":")
    return name, Severity(int(severity))
