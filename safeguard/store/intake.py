"""What the spools hold goes into the database, once however often it is brought.

Events have ids of their own, sums are totals, and the spool's position moves in the same
transaction: whatever dies in between, the next try ends in the same place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError

from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import Event, Growth, SealedEvent, Tally
from safeguard.core.unblocking import Asked
from safeguard.core.visits import Visits
from safeguard.records import Record
from safeguard.store import access, tokens, unblock_requests
from safeguard.store.bulk import add_new
from safeguard.store.session import Store
from safeguard.store.tables.events import BelowThresholdRow, EventRow, TallyRow
from safeguard.store.tables.spools import RefusedRow, SpoolPositionRow

EVENTS: Table = EventRow.metadata.tables["events"]
TALLIES: Table = TallyRow.metadata.tables["tallies"]
BELOW_THRESHOLD: Table = BelowThresholdRow.metadata.tables["below_threshold"]
POSITIONS: Table = SpoolPositionRow.metadata.tables["spool_positions"]
REFUSED: Table = RefusedRow.metadata.tables["refused_records"]
# The last two are of values that no column can hold, which `bulk` and drivers refuse by themselves.
UNTAKEABLE = (DBAPIError, StatementError, ValueError, OverflowError)


class RefusedError(Exception):
    """The database refused something in the batch for what it says, and will again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be stored as what it is. It is kept as it came."""

    position: int
    record: bytes
    said: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one spool, in order; `position` is that of the last."""

    spool: str
    name: str
    position: int
    kept: Sequence[Record]
    refused: Sequence[Refused] = ()


def position_of(store: Store, spool: str) -> int:
    """Return how far a spool has been drained."""
    query = select(SpoolPositionRow.position).where(SpoolPositionRow.spool == spool)
    with store.reading() as session:
        return session.scalar(query) or 0


def forget(store: Store, spool: str) -> None:
    """Let go of the position of a spool that is no more."""
    with store.writing() as session:
        session.execute(POSITIONS.delete().where(POSITIONS.c.spool == spool))


def take_in(store: Store, batch: Batch) -> None:
    """Store a batch and move the spool's position, or do neither."""
    visits = [one for one in batch.kept if isinstance(one, Visits)]
    try:
        access.make_room(store, visits)
        with store.writing() as session:
            connection = session.connection()
            _write(connection, batch)
            access.take_in(store, connection, visits)
            for one in batch.kept:
                if isinstance(one, Asked):
                    unblock_requests.take_in(session, one)
    except (OperationalError, InterfaceError):
        raise
    except UNTAKEABLE as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        raise RefusedError(type(error).__name__) from error


def _write(connection: Connection, batch: Batch) -> None:
    new = [one for one in batch.kept if isinstance(one, SealedEvent)]
    growths = {one.event_id: one for one in batch.kept if isinstance(one, Growth)}
    refused = [
        {"spool": batch.spool, "position": one.position, "record": one.record, "said": one.said}
        for one in batch.refused
    ]
    if new:
        add_new(connection, EVENTS, [row_of(one) for one in new])
        tokens.await_words(connection, new)
    if growths:
        _grow(connection, growths.values())
    _raise_totals(connection, TALLIES, [one for one in batch.kept if isinstance(one, Tally)])
    below = [one for one in batch.kept if isinstance(one, BelowThreshold)]
    _raise_totals(connection, BELOW_THRESHOLD, below)
    if refused:
        add_new(connection, REFUSED, refused)
    moved = {"name": batch.name, "position": batch.position}
    connection.execute(
        _insert(connection, POSITIONS)
        .values(spool=batch.spool, **moved)
        .on_conflict_do_update(index_elements=["spool"], set_=moved)
    )


def _insert(connection: Connection, table: Table) -> Any:  # of one dialect or the other
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement: Insert = dialect.insert(table)
    return statement


def _grow(connection: Connection, growths: Iterable[Growth]) -> None:
    statement = (
        EVENTS.update()
        .where(EVENTS.c.id == bindparam("which"), EVENTS.c.count < bindparam("total"))
        .values(count=bindparam("total"), hosts=bindparam("seen"), last=bindparam("latest"))
    )
    connection.execute(
        statement,
        [
            {"which": one.event_id, "total": one.count, "seen": one.hosts, "latest": one.last}
            for one in growths
        ],
    )


def _raise_totals(
    connection: Connection, table: Table, totals: Sequence[Tally | BelowThreshold]
) -> None:
    """Set each total, or leave it where it is higher already."""
    if not totals:
        return
    statement = _insert(connection, table)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={"count": statement.excluded.count},
            where=table.c.count < statement.excluded.count,
        ),
        [asdict(one) for one in totals],
    )


def row_of(one: SealedEvent) -> dict[str, object]:
    event: Event = one.event
    return {
        "id": event.id,
        "school_id": event.school_id,
        "reference": event.reference,
        "at": event.at,
        "last": event.last,
        "count": event.count,
        "person": event.person,
        "device": event.device,
        "address": event.address,
        "group": event.group,
        "method": event.method,
        "confidence": event.confidence,
        "identified_since": event.identified_since,
        "identified_until": event.identified_until,
        "channel": event.channel.value,
        "kind": event.kind.value if event.kind else "",
        "host": event.host,
        "hosts": event.hosts,
        "category": event.categories[0] if event.categories else "",
        "categories": event.categories,
        "themes": tuple(f"{theme}:{severity.value}" for theme, severity in event.themes),
        "severity": event.severity.value,
        "action": event.action.value,
        "flagged": event.flagged,
        "reason": event.reason.value,
        "rule": event.rule,
        "list": event.list,
        "artefact": event.artefact,
        "policy_version": event.policy_version,
        "sealed": one.sealed,
        "reviewed": False,
    }
