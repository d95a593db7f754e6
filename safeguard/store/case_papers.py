"""Papers put to a case: kept encrypted, handed out as they came, taken away without a trace of them.

What a paper is was found by its content before it comes here; how large it may be is said here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from safeguard.store import audit
from safeguard.store.case_changes import CaseRefusedError, open_row, text
from safeguard.store.case_lists import opened
from safeguard.store.case_merging import merged_into
from safeguard.store.case_parts import Written
from safeguard.store.case_writings import MOST, Names
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.case_work import CaseFileRow
from safeguard.vault import UnsealError, Vault

MOST_BYTES = 1_900_000  # of one: a form that brings it stays under the site's 2 MB
MOST_PAPERS = 40  # of one case
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A file as somebody sent it. `kind` is a media type, found by the content."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of a case, without its content."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    by: int
    at: datetime
    removed_at: datetime | None
    removed_by: int | None


def put(store: Store, case_id: str, paper: NewPaper, by: int, now: datetime) -> int:
    """Put a paper to an open case; return its number."""
    name = text(paper.name, LONGEST_NAME, "file’s name")
    if not paper.content:
        raise CaseRefusedError("The file is empty.")
    if len(paper.content) > MOST_BYTES:
        raise CaseRefusedError(f"The file is too large: at most {MOST_BYTES / 1e6:.1f} MB.")
    digest = sha256(paper.content).digest()
    with store.writing() as session:
        case = open_row(session, case_id)
        there = CaseFileRow.case_id == case_id, CaseFileRow.sealed.is_not(None)
        if (session.scalar(select(func.count()).where(*there)) or 0) >= MOST_PAPERS:
            raise CaseRefusedError(f"A case holds at most {MOST_PAPERS} papers.")
        if session.scalar(select(CaseFileRow.id).where(*there, CaseFileRow.sha256 == digest)):
            raise CaseRefusedError("That file is in this case already.")
        vault = vault_of(session)
        row = CaseFileRow(
            school_id=case.school_id,
            case_id=case_id,
            at=now,
            staff_id=by,
            kind=paper.kind,
            size=len(paper.content),
            sha256=digest,
            name=vault.seal(name.encode()),
            sealed=vault.seal(paper.content),
        )
        session.add(row)
        session.flush()
        told = {"paper": row.id, "kind": paper.kind, "bytes": row.size, "sha256": digest.hex()}
        who = f"staff:{by}"
        audit.record(session, now, who, "put paper", "case", case_id, told, case.school_id)
        return row.id


def of_case(store: Store, case_id: str) -> tuple[Paper, ...]:
    """Return the papers of a case, the oldest first."""
    columns = [one for one in CaseFileRow.__table__.c if one.name != "sealed"]
    query = select(*columns).where(CaseFileRow.case_id == case_id).order_by(CaseFileRow.id)
    with store.reading() as session:
        return tuple(
            Paper(
                row.id,
                opened(store.vault, row.name)[0] or "(its name cannot be read)",
                row.kind,
                row.size,
                row.sha256.hex(),
                row.staff_id,
                row.at,
                row.removed_at,
                row.removed_by,
            )
            for row in session.execute(query.limit(MOST))
        )


def fetch(store: Store, case_id: str, number: int) -> NewPaper | None:
    """Return a paper with its content; None where it is gone, or cannot be opened."""
    query = select(CaseFileRow).where(CaseFileRow.id == number, CaseFileRow.case_id == case_id)
    with store.reading() as session:
        row = session.scalar(query)
        if row is None or row.sealed is None:
            return None
        try:
            content = store.vault.unseal(row.sealed)
        except UnsealError:
            return None
        return NewPaper(opened(store.vault, row.name)[0], row.kind, content)


def whole(store: Store, case_id: str) -> list[tuple[Paper, bytes]]:
    """Return every paper that is there and can be opened; those of what became part of it too."""
    with store.reading() as session:
        cases = [case_id, *merged_into(session, case_id)]
    found = []
    for part in cases:
        for one in of_case(store, part):
            paper = fetch(store, part, one.id)
            if paper is not None:
                found.append((one, paper.content))
    return found


def take_away(store: Store, case_id: str, number: int, by: int, now: datetime) -> None:
    """Take a paper away for good: that it was there stays on record, its content does not."""
    with store.writing() as session:
        case = open_row(session, case_id)
        mine = (
            CaseFileRow.id == number, CaseFileRow.case_id == case_id,
            CaseFileRow.sealed.is_not(None),
        )  # fmt: skip
        gone = update(CaseFileRow).where(*mine)
        emptied = gone.values(sealed=None, removed_at=now, removed_by=by)
        if session.scalar(emptied.returning(CaseFileRow.id)) is None:
            raise CaseRefusedError("That paper is not in this case any more.")
        who, told = f"staff:{by}", {"paper": number}
        audit.record(session, now, who, "took paper away", "case", case_id, told, case.school_id)


def papers_told(
    session: Session, cases: Sequence[str], staff: Names, vault: Vault
) -> tuple[Written, ...]:
    """Return papers as what was written, for the chronology and for the case's file."""
    columns = [one for one in CaseFileRow.__table__.c if one.name != "sealed"]
    query = select(*columns).where(CaseFileRow.case_id.in_(cases)).order_by(CaseFileRow.id)
    found = []
    for row in session.execute(query.limit(MOST)):
        name, readable = opened(vault, row.name)
        words = f"{name} ({row.kind}, {row.size:,} bytes, SHA-256 {row.sha256.hex()})"
        what = "paper taken away" if row.removed_at else "paper"
        by, gone_by = staff.get(row.staff_id, ""), staff.get(row.removed_by or 0, "")
        found.append(
            Written(row.id, "", row.at, by, what, words, row.removed_at, gone_by, readable=readable)
        )
    return tuple(found)
