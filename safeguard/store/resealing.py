"""What an old key sealed is sealed anew with the key in use, a batch at a time.

Killed at any point, the next run finds what is left: each row says by which key it is sealed.
The access log is left alone: its days are gone before an old key is destroyed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import ColumnElement, Table, bindparam, func, literal, select

from safeguard.core.events import SealedEvent
from safeguard.core.visits import Visits
from safeguard.records import Record, decode, encode
from safeguard.store import access_retention, audit, nodes
from safeguard.store.session import Store
from safeguard.store.tables.every import EVERY_TABLE
from safeguard.vault import KEY_ID_BYTES, OldKey, UnsealError, Vault, destroy, old_keys

SEALED = (
    ("events", "sealed"),
    ("concerns", "facts"),
    ("concerns", "fresh"),
    ("concerns", "reviews"),
    ("evidence", "sealed"),
    ("cases", "title"),
    ("notes", "sealed"),
    ("outcomes", "reason"),
    ("case_actions", "sealed"),
    ("case_files", "name"),
    ("case_files", "sealed"),
    ("saved_searches", "name"),
    ("saved_searches", "query"),
    ("legal_holds", "reason"),
    ("contacts", "address"),
    ("people", "needs"),
    ("unblock_requests", "words"),
    ("unblock_askers", "url"),
    ("unblock_askers", "reason"),
    ("concern_exemptions", "phrase"),
    ("audit_payloads", "payload"),
)
REFUSED = EVERY_TABLE.tables["refused_records"]
BATCH = 500
LARGE = {("case_files", "sealed"): 10}  # papers: so many of them fit into memory at once
PART = 1024 * 1024
RESTS = timedelta(days=2)  # an old key is not destroyed sooner, whatever is found
WHO = "keys"


def reseal(store: Store, old: Sequence[bytes], batch: int = BATCH) -> Iterator[int]:
    """Seal anew what these keys sealed; give how many rows each batch changed."""
    for table, column in SEALED:
        most = min(batch, LARGE.get((table, column), batch))
        yield from _column(store, EVERY_TABLE.tables[table], column, old, most)
    yield _refused(store, old)


def counts(store: Store) -> dict[str, int]:
    """Return how many sealed columns of rows each key is needed for, by its id."""
    found: dict[str, int] = {}
    with store.reading() as session:
        for name, column in SEALED:
            sealed = EVERY_TABLE.tables[name].c[column]
            key = func.substr(sealed, 1, KEY_ID_BYTES)
            query = select(key, func.count()).where(sealed.is_not(None)).group_by(key)
            for id_, count in session.execute(query):
                found[bytes(id_).hex()] = found.get(bytes(id_).hex(), 0) + count
    return found


def retire(store: Store, data: Path, now: datetime) -> list[OldKey]:
    """Destroy each old key that nothing needs any more; return those that went."""
    gone = []
    for key in old_keys(data):
        if now.date() - key.retired < RESTS or is_needed(store, data, key):
            continue
        with store.writing() as session:
            audit.record(session, now, WHO, "destroyed", "key", key.id.hex())
            destroy(key)  # where that fails, nothing is recorded
        gone.append(key)
    return gone


def is_needed(store: Store, data: Path, key: OldKey) -> bool:
    """Say whether anything may still be sealed with the key: tables, access log, or a spool.

    A node that was not given the new key goes on sealing with this one, also on its own disk.
    """
    if any(one.content_key == key.id.hex() for one in nodes.everyone(store)):
        return True
    if not access_retention.days_after(store, key.retired):
        return True
    with store.reading() as session:
        for name, column in SEALED:
            table = EVERY_TABLE.tables[name]
            query = select(literal(1)).select_from(table).where(_by(table, column, [key.id]))
            if session.execute(query.limit(1)).first() is not None:
                return True
        if any(key.id in record for record in session.scalars(select(REFUSED.c.record))):
            return True
    return _in_files(data / "spool", key.id)


class Resealing:
    """The work in the background: some of it each time it is asked."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store = store
        self._data = data
        self._work: Iterator[int] = iter(())

    def some(self, now: datetime) -> bool:
        """Seal one batch anew; False when all that can be is, and keys not needed are destroyed."""
        if any(self._work):  # stops at the first batch that changed something
            return True
        old = old_keys(self._data)
        if not old:
            return False
        self._work = reseal(self._store, [one.id for one in old])
        if any(self._work):
            return True
        retire(self._store, self._data, now)
        return False


def _column(
    store: Store, table: Table, column: str, old: Sequence[bytes], batch: int
) -> Iterator[int]:
    (key,) = table.primary_key
    query = select(key, table.c[column]).where(_by(table, column, old)).order_by(key).limit(batch)
    change = (
        table.update()
        .where(key == bindparam("which"), table.c[column] == bindparam("was"))
        .values({column: bindparam("now")})
    )
    after = None
    while True:
        # Read apart: looking through a table takes long, and nobody else could write meanwhile.
        with store.reading() as session:
            rows = session.execute(query if after is None else query.where(key > after)).all()
        anew = [
            {"which": which, "was": was, "now": sealed}
            for which, was in rows
            if (sealed := _anew(store.vault, was)) is not None
        ]
        if anew:
            with store.writing() as session:
                session.connection().execute(change, anew)
        yield len(anew)
        if len(rows) < batch:
            return
        after = rows[-1][0]


def _refused(store: Store, old: Sequence[bytes]) -> int:
    """Records that were set aside hold what is sealed inside them."""
    with store.reading() as session:
        anew = [
            (row, found)
            for row in session.execute(select(REFUSED))
            if any(key in row.record for key in old)
            and (found := _record_anew(store.vault, row.record)) is not None
        ]
    if not anew:
        return 0
    with store.writing() as session:
        for row, found in anew:
            mine = REFUSED.c.spool == row.spool, REFUSED.c.position == row.position
            session.execute(REFUSED.update().where(*mine).values(record=encode(found)))
    return len(anew)


def _record_anew(vault: Vault, sealed: bytes) -> Record | None:
    try:
        record = decode(sealed)
    except (ValueError, msgspec.DecodeError):
        return None
    if isinstance(record, SealedEvent):
        anew = _anew(vault, record.sealed)
        return None if anew is None else replace(record, sealed=anew)
    if isinstance(record, Visits):
        return replace(
            record,
            visits=tuple(
                one._replace(path=_anew(vault, one.path) or one.path) for one in record.visits
            ),
        )
    return None


def _by(table: Table, column: str, keys: Sequence[bytes]) -> ColumnElement[bool]:
    return func.substr(table.c[column], 1, KEY_ID_BYTES).in_(keys)


def _anew(vault: Vault, sealed: bytes) -> bytes | None:
    """Return the same under the key in use; None where no key opens it: it stays as it is."""
    try:
        return vault.seal(vault.unseal(sealed))
    except UnsealError:
        return None


def _in_files(folder: Path, key: bytes) -> bool:
    return any(_in_file(file, key) for file in folder.rglob("*") if file.is_file())


def _in_file(file: Path, key: bytes) -> bool:
    end = b""
    try:
        with file.open("rb") as stream:
            while part := stream.read(PART):
                if key in end + part:
                    return True
                end = part[1 - KEY_ID_BYTES :]
    except FileNotFoundError:  # drained meanwhile: what it held is in the tables now
        return True
    return False
