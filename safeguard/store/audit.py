"""The audit chain in the database: who viewed what of whom, who changed what.

A row is written in the transaction of what it tells of: both are kept, or neither. One writer
at a time appends; there is one chain a database. Its key stands sealed in its first row, so
that whoever has the database without the content key can make no row that fits.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import batched

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from safeguard.core.audit import START, Actor, Entry, Head, Link, Spans, chained
from safeguard.core.events import SCHOOL
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import UnsealError, Vault

LOCK = 0xA0D17  # any number that nothing else locks
KEY_BYTES = 32
SALT_BYTES = 32
MOST_BYTES = 64 * 1024
BATCH = 2000
BEGAN = "began"
ERASED = "erased"
VERIFIED = "verified"
BROKEN = "found broken"
# No text and no record begins so: nothing else that is sealed can pass for a payload.
MARK = b"\xffaudit\x00"


class ChainError(Exception):
    """The chain cannot be continued: its first row, which holds its key, is damaged."""


def record(
    session: Session,
    at: datetime,
    who: str,
    what: str,
    about_kind: str,
    about: str,
    payload: Mapping[str, object] | None = None,
    school_id: int = SCHOOL,
) -> int:
    """Append a row within the caller's transaction; return its number.

    `who` is staff:ID or the part of Safeguard that acts; `what` and `about_kind` are short
    words; `about` is an id, never a name. The payload (before, after, why, ids seen: what
    becomes JSON) is kept encrypted. Call it last in the transaction: from here to its end
    every other writer of the chain waits.
    """
    if not session.connection().get_execution_options().get("writing"):
        raise ValueError("the audit chain is written in a transaction of Store.writing")
    session.flush()
    one_at_a_time(session)
    vault = vault_of(session)
    key, head = _continued(session, vault) or _begin(session, vault, at, school_id)
    entry = Entry(school_id, at, who, what, about_kind, about)
    return _append(session, vault, key, head, entry, _plain(payload)).row


def record_by(
    session: Session,
    actor: Actor | None,
    what: str,
    about_kind: str,
    about: str,
    payload: Mapping[str, object] | None = None,
) -> None:
    """Append what someone did within the caller's transaction; nothing where nobody did it."""
    if actor is not None:
        record(session, actor.at, actor.who, what, about_kind, about, payload)


def note(
    store: Store,
    actor: Actor,
    what: str,
    about_kind: str,
    about: str,
    payload: Mapping[str, object] | None = None,
) -> None:
    """Append a row of its own: of what was looked at, before it is shown."""
    with store.writing() as session:
        record_by(session, actor, what, about_kind, about, payload)


def one_at_a_time(session: Session) -> None:
    """SQLite has one writer anyway; PostgreSQL is asked for a lock that ends with the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))


def erase_payload(session: Session, at: datetime, who: str, rows: Iterable[int], why: str) -> int:
    """Remove what these rows say beyond their columns; return how many had anything to remove.

    The chain tells of the removal in a row of its own for each run of rows. The first row
    cannot be erased: it holds the key.
    """
    one_at_a_time(session)
    wanted = sorted(set(rows) - {1})
    gone: list[int] = []
    for part in batched(wanted, BATCH, strict=False):
        there = delete(AuditPayloadRow).where(AuditPayloadRow.id.in_(part))
        gone += session.scalars(there.returning(AuditPayloadRow.id))
    for first, last in Spans((row, row) for row in gone):
        about = str(first) if first == last else f"{first}-{last}"
        record(session, at, who, ERASED, "audit", about, {"why": why})
    return len(gone)


def head(store: Store) -> Head | None:
    """Return the last row's number and hash; None where nothing was recorded yet."""
    with store.reading() as session:
        found = session.execute(
            select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
        ).first()
    return None if found is None else Head(found.id, found.hash)


def key_in(vault: Vault, sealed: bytes) -> bytes:
    """Return the chain's key from its first row's payload."""
    try:
        key = bytes.fromhex(json.loads(opened(vault, sealed))["key"])
    except (UnsealError, ValueError, KeyError, TypeError) as error:
        raise ChainError("the first row of the audit chain cannot be opened") from error
    return key


def opened(vault: Vault, sealed: bytes) -> bytes:
    """Return a payload as it was before it was sealed."""
    plain = vault.unseal(sealed)
    if not plain.startswith(MARK):
        raise UnsealError("this was not sealed as a payload of the audit chain")
    return plain.removeprefix(MARK)


def _continued(session: Session, vault: Vault) -> tuple[bytes, Head] | None:
    first = select(AuditPayloadRow.payload).where(AuditPayloadRow.id == 1).scalar_subquery()
    last = session.execute(
        select(AuditRow.id, AuditRow.hash, first.label("first"))
        .order_by(AuditRow.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return None
    return key_in(vault, last.first or b""), Head(last.id, last.hash)


def _begin(session: Session, vault: Vault, at: datetime, school_id: int) -> tuple[bytes, Head]:
    key = secrets.token_bytes(KEY_BYTES)
    entry = Entry(school_id, at, "safeguard", BEGAN, "audit", "")
    return key, _append(session, vault, key, START, entry, _plain({"key": key.hex()}))


def _append(
    session: Session, vault: Vault, key: bytes, before: Head, entry: Entry, plain: bytes
) -> Head:
    salt = secrets.token_bytes(SALT_BYTES)
    link = chained(key, before, entry, salt, plain)
    session.execute(insert(AuditRow).values(**_columns(link)))
    session.execute(
        insert(AuditPayloadRow).values(id=link.id, salt=salt, payload=vault.seal(MARK + plain))
    )
    return Head(link.id, link.hash)


def _columns(link: Link) -> dict[str, object]:
    return {
        "id": link.id,
        **link.entry._asdict(),
        "digest": link.digest,
        "previous": link.previous,
        "hash": link.hash,
    }


def _plain(payload: Mapping[str, object] | None) -> bytes:
    text = json.dumps(payload or {}, sort_keys=True, separators=(",", ":"))
    if len(text) > MOST_BYTES:  # what is recorded must not fail for its length
        text = json.dumps({"cut": text[:MOST_BYTES]})
    return text.encode()
