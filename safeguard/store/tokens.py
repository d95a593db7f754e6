"""Events found again by a word that was typed or read, though the words are encrypted.

Each folded word of an event is kept as a truncated HMAC under a key of its own, beside the
event and gone with it. Whole words only: who has the table without the key can tell that two
events share a word, and how many do, and not which word it is.

To open an event and hash its words takes longer than to store it. So it is stored with a mark
in the same table, in the place of a token, and its words follow within seconds (duties.py): no
event is missed in whatever order they arrive, and what is killed in between is done again.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Table, select
from sqlalchemy.orm import Session

from filter_rules.sealed import WITHHELD
from filter_rules.text import fold
from safeguard.core.events import Private, SealedEvent
from safeguard.store.bulk import add_new
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow, WordTokenRow
from safeguard.vault import UnsealError, Vault

TOKENS: Table = WordTokenRow.metadata.tables["word_tokens"]
MOST_WORDS = 300  # of one event; words typed are 500 characters at most
MOST_ASKED = 10
BATCH = 250
WAITS = b""  # in the place of a token: the words of this event are not indexed yet

_private = msgspec.msgpack.Decoder(Private)


def words_of(private: Private) -> list[str]:
    """Return the different words of an event, in their one spelling."""
    if private.words == WITHHELD:
        return []
    text = " ".join((private.words, private.excerpt, *private.phrases))
    return list(dict.fromkeys(fold(text).split()))[:MOST_WORDS]


def await_words(connection: Connection, events: Iterable[SealedEvent]) -> None:
    """Note new events whose words are to be indexed, in the transaction that stores them.

    Most events are blocks by address: they have no words, and are not even noted.
    """
    spoken = (one.event for one in events if one.event.kind is not None or one.event.themes)
    add_new(connection, TOKENS, [{"event_id": one.id} for one in spoken], {"token": WAITS})


def index_waiting(store: Store, most: int = BATCH) -> int:
    """Index the words of the oldest events that wait for it; return how many events these were."""
    mine = select(WordTokenRow.event_id).where(WordTokenRow.token == WAITS)
    waiting = mine.order_by(WordTokenRow.event_id).limit(most)
    with store.reading() as session:
        query = select(EventRow.id, EventRow.sealed).where(EventRow.id.in_(waiting))
        rows = [(row.id, row.sealed) for row in session.execute(query)]
    if rows:
        _put(store, rows)
    return len(rows)


def keyed(vault: Vault, text: str) -> tuple[bytes, ...]:
    """Return what stands for the words of a text, to look for events that hold them all."""
    words = dict.fromkeys(fold(text).split())
    return tuple(vault.token(word) for word in list(words)[:MOST_ASKED])


def index_again(store: Store) -> Iterator[int]:
    """Index every event that is there, a batch at a time: after the index key was lost or changed."""
    after = ""
    while True:
        query = select(EventRow.id, EventRow.sealed).order_by(EventRow.id).limit(BATCH)
        with store.reading() as session:
            found = session.execute(query.where(EventRow.id > after) if after else query)
            rows = [(row.id, row.sealed) for row in found]
        _put(store, rows)
        yield len(rows)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _put(store: Store, events: Sequence[tuple[str, bytes]]) -> None:
    """Put the tokens of these events in the place of what is there of them, the mark among it."""
    made = _tokens(store.vault, events)  # before the lock: this is what takes long
    ids = [key for key, _ in events]
    with store.writing() as session:
        there = _held(session, ids)
        session.execute(TOKENS.delete().where(TOKENS.c.event_id.in_(ids)))
        add_new(session.connection(), TOKENS, [one for one in made if one["event_id"] in there])


def _held(session: Session, ids: Sequence[str]) -> set[str]:
    """Return which of the events are still there; none of them can be removed meanwhile."""
    query = select(EventRow.id).where(EventRow.id.in_(ids)).order_by(EventRow.id)
    return set(session.scalars(query.with_for_update(read=True, key_share=True)))


def _tokens(vault: Vault, events: Iterable[tuple[str, bytes]]) -> list[dict[str, object]]:
    pairs = [
        (vault.token(word), key)
        for key, sealed in events
        for word in words_of(_opened(vault, sealed))
    ]
    # In the order of the index, which writes several times faster.
    return [{"token": token, "event_id": key} for token, key in sorted(pairs)]


def _opened(vault: Vault, sealed: bytes) -> Private:
    try:
        return _private.decode(vault.unseal(sealed))
    except (UnsealError, msgspec.DecodeError):
        return Private()
