"""The audit chain in the database: who viewed what of whom, who changed what.

A row is written in the transaction of what it tells of: both are kept, or neither. One writer
at a time appends; there is one chain a database. Its key stands sealed in its first row, so
that whoever has the database without the content key can make no row that fits. Where the
content key was lost, the chain goes on under a new key, and `verify` names the row that holds
the lost one.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import batched

from sqlalchemy import Select, delete, insert, outerjoin, select
from sqlalchemy.orm import Session

from safeguard.core.audit import (
    KEY_HELD,
    START,
    Actor,
    Entry,
    Head,
    Link,
    Said,
    Spans,
    chained,
    key_in,
    key_told,
)
from safeguard.core.events import SCHOOL
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import UnsealError, Vault

CHAIN = AuditRow.metadata.tables[AuditRow.__tablename__]
PAYLOADS = AuditRow.metadata.tables[AuditPayloadRow.__tablename__]
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
    one_at_a_time(session, Lock.AUDIT)
    vault = vault_of(session)
    end, key = _end(session, vault)
    if key is None:
        key, end = _begin(session, vault, end, at, school_id)
    entry = Entry(school_id, at, who, what, about_kind, about)
    return _append(session, vault, key, end, entry, _plain(payload)).row


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


def erase_payload(session: Session, at: datetime, who: str, rows: Iterable[int], why: str) -> int:
    """Remove what these rows say beyond their columns; return how many had anything to remove.

    The chain tells of the removal in a row of its own for each run of rows. A row that holds
    the chain's key is left as it is.
    """
    one_at_a_time(session, Lock.AUDIT)
    gone: list[int] = []
    for part in batched(sorted(set(rows)), BATCH):
        there = delete(AuditPayloadRow).where(
            AuditPayloadRow.id.in_(part), AuditPayloadRow.id.not_in(_keys())
        )
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


def opened(vault: Vault, sealed: bytes) -> bytes:
    """Return a payload as it was before it was sealed."""
    plain = vault.unseal(sealed)
    if not plain.startswith(MARK):
        raise UnsealError("this was not sealed as a payload of the audit chain")
    return plain.removeprefix(MARK)


def said_of(vault: Vault, salt: bytes, sealed: bytes) -> Said:
    """Return what a row says, as far as this vault opens it."""
    try:
        return Said(salt, opened(vault, sealed))
    except UnsealError:
        return Said(salt, None)


def _end(session: Session, vault: Vault) -> tuple[Head, bytes | None]:
    """Return where the chain ends, and the key to go on with.

    There is no key where nothing is written yet, or where it cannot be opened.
    """
    # By id + 0: by id alone, PostgreSQL would look for it backward through the whole chain.
    newest = _keys().order_by((AuditRow.id + 0).desc()).limit(1).scalar_subquery()
    chain, held = CHAIN.c, PAYLOADS.c
    last = session.execute(
        select(chain.id, chain.hash, held.salt, held.payload)
        .select_from(outerjoin(AuditRow, AuditPayloadRow, AuditPayloadRow.id == newest))
        .order_by(chain.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return START, None
    found = None if last.salt is None else key_in(said_of(vault, last.salt, last.payload))
    return Head(last.id, last.hash), found


def _keys() -> Select[int]:
    kind, about = KEY_HELD
    return select(AuditRow.id).where(AuditRow.about_kind == kind, AuditRow.about == about)


def _begin(
    session: Session, vault: Vault, end: Head, at: datetime, school_id: int
) -> tuple[bytes, Head]:
    key = secrets.token_bytes(KEY_BYTES)
    entry = Entry(school_id, at, "safeguard", BEGAN, *KEY_HELD)
    return key, _append(session, vault, key, end, entry, key_told(key))


def _append(
    session: Session, vault: Vault, key: bytes, before: Head, entry: Entry, plain: bytes
) -> Head:
    salt = secrets.token_bytes(SALT_BYTES)
    link = chained(key, before, entry, salt, plain)
    session.execute(insert(CHAIN), _columns(link))
    told = {"id": link.id, "salt": salt, "payload": vault.seal(MARK + plain)}
    session.execute(insert(PAYLOADS), told)
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
