"""Events found again by a word that was typed or read, though the words are encrypted.

Each folded word of an event is kept as a truncated HMAC under a key of its own, beside the
event and gone with it. Whole words only: who has the table without the key can tell that two
events share a word, and how many do, and not which word it is.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, exists, select
from sqlalchemy.orm import aliased

from filter_rules.sealed import WITHHELD
from filter_rules.text import fold
from safeguard.core.events import Private, SealedEvent
from safeguard.store.bulk import add_new
from safeguard.store.events import StoredEvent, event, is_event_id
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow, WordTokenRow
from safeguard.vault import UnsealError, Vault

TOKENS: Table = WordTokenRow.metadata.tables["word_tokens"]
MOST_WORDS = 300  # of one event; words typed are 500 characters at most
MOST_ASKED = 10
BATCH = 500

_private = msgspec.msgpack.Decoder(Private)


def words_of(private: Private) -> list[str]:
    """Return the different words of an event, in their one spelling."""
    if private.words == WITHHELD:
        return []
    text = " ".join((private.words, private.excerpt, *private.phrases))
    return list(dict.fromkeys(fold(text).split()))[:MOST_WORDS]


def add(connection: Connection, vault: Vault, events: Iterable[SealedEvent]) -> None:
    """Index new events, in the transaction that stores them and after their rows.

    Most events are blocks by address: they have no words, and are not even opened.
    """
    spoken = [one for one in events if one.event.kind is not None or one.event.themes]
    _add(connection, vault, [(one.event.id, one.sealed) for one in spoken])


def holding_words(vault: Vault, text: str) -> list[ColumnElement[bool]]:
    """Return the conditions on EventRow that say: all these words are in it."""
    having = select(WordTokenRow.event_id)
    return [
        EventRow.id.in_(having.where(WordTokenRow.token == vault.token(word)))
        for word in _asked(text)
    ]


def search(
    store: Store, text: str, before: str = "", limit: int = 50
) -> tuple[list[StoredEvent], str]:
    """Return the newest events that hold all the words, and where to continue (empty: nowhere)."""
    words = _asked(text)
    if not words:
        return [], ""
    first, *others = (store.vault.token(word) for word in words)
    query = select(WordTokenRow.event_id).where(WordTokenRow.token == first)
    for token in others:
        row = aliased(WordTokenRow)
        query = query.where(
            exists().where(row.token == token, row.event_id == WordTokenRow.event_id)
        )
    if is_event_id(before):
        query = query.where(WordTokenRow.event_id < before)
    with store.reading() as session:
        ids = session.scalars(query.order_by(WordTokenRow.event_id.desc()).limit(limit + 1)).all()
    found = [one for key in ids[:limit] if (one := event(store, key)) is not None]
    return found, ids[limit - 1] if len(ids) > limit else ""


def index_again(store: Store) -> Iterator[int]:
    """Index every event that is there, a batch at a time: after the index key was lost or changed."""
    after = ""
    while True:
        query = select(EventRow.id, EventRow.sealed).order_by(EventRow.id).limit(BATCH)
        with store.writing() as session:
            rows = session.execute(query.where(EventRow.id > after) if after else query).all()
            ids = [row.id for row in rows]
            session.execute(TOKENS.delete().where(TOKENS.c.event_id.in_(ids)))
            _add(session.connection(), store.vault, [(row.id, row.sealed) for row in rows])
        yield len(rows)
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def _asked(text: str) -> list[str]:
    return list(dict.fromkeys(fold(text).split()))[:MOST_ASKED]


def _add(connection: Connection, vault: Vault, events: Sequence[tuple[str, bytes]]) -> None:
    rows = [
        {"token": vault.token(word), "event_id": key}
        for key, sealed in events
        for word in words_of(_opened(vault, sealed))
    ]
    # In the order of the index, which writes several times faster.
    rows.sort(key=lambda row: (row["token"], row["event_id"]))
    add_new(connection, TOKENS, rows)


def _opened(vault: Vault, sealed: bytes) -> Private:
    try:
        return _private.decode(vault.unseal(sealed))
    except (UnsealError, msgspec.DecodeError):
        return Private()
