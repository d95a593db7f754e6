"""The chain in a database, tampered with by somebody who has the database: found, and named."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from safeguard.core.audit import START, Broken, Entry, Head, Verified, chained
from safeguard.store import audit, audit_verify
from safeguard.store.audit_verify import verify
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import Vault
from tests.safeguard.samples import NOW, at

LENGTH = 8


def fill(store: Store, rows: int = LENGTH) -> Head:
    """Record so many rows, the one that begins the chain among them."""
    with store.writing() as session:
        for number in range(2, rows + 1):
            audit.record(
                session, at(number), "staff:1", "viewed", "person", f"p{number}", {"n": number}
            )
    head = audit.head(store)
    assert head is not None
    assert head.row == rows
    return head


def alone(session: Session) -> None:
    """Let rows of the chain be removed though their details are there, or the other way about."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET session_replication_role = replica"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))


def remove(session: Session, *rows: int) -> None:
    session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id.in_(rows)))
    session.execute(delete(AuditRow).where(AuditRow.id.in_(rows)))


def renumber(session: Session, row: int, new: int) -> None:
    """Move a row and its details to another number."""
    for table in (AuditRow.__table__, AuditPayloadRow.__table__):
        session.execute(update(table).where(table.c.id == row).values(id=new))  # type: ignore[arg-type]  # both are tables


def test_an_untouched_chain_is_verified(any_store: Store) -> None:
    assert verify(any_store) == Verified(0, None)
    head = fill(any_store)
    assert verify(any_store) == Verified(LENGTH, head)
    assert verify(any_store, [head]) == Verified(LENGTH, head)
    later = fill_more(any_store)
    assert verify(any_store, [head, later]) == Verified(LENGTH + 1, later)


def fill_more(store: Store) -> Head:
    with store.writing() as session:
        audit.record(session, NOW, "staff:1", "viewed", "person", "p")
    head = audit.head(store)
    assert head is not None
    return head


def test_it_is_followed_in_batches_and_says_how_far_it_is(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_verify, "BATCH", 3)
    reported: list[tuple[int, int]] = []
    for rows in (8, 9):
        head = fill(any_store, 8) if rows == 8 else fill_more(any_store)
        assert verify(any_store, report=lambda *it: reported.append(it)) == Verified(rows, head)
    assert reported == [(0, 8), (3, 8), (6, 8), (0, 9), (3, 9), (6, 9)]


def test_a_changed_row_is_named(any_store: Store) -> None:
    fill(any_store)
    for column, value in (("who", "staff:2"), ("what", "closed"), ("about", "p9"), ("at", at(99))):
        with any_store.writing() as session:
            before = session.scalar(select(getattr(AuditRow, column)).where(AuditRow.id == 5))
            session.execute(update(AuditRow).where(AuditRow.id == 5).values({column: value}))
        assert verify(any_store) == Broken(5, "was changed, or was not written by Safeguard")
        with any_store.writing() as session:
            session.execute(update(AuditRow).where(AuditRow.id == 5).values({column: before}))
        assert isinstance(verify(any_store), Verified)


def test_a_row_removed_from_the_middle_is_named(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        remove(session, 4)
    assert verify(any_store) == Broken(4, "is missing")


def test_rows_removed_and_the_others_moved_up_are_named(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        alone(session)
        remove(session, 4)
        for row in range(5, LENGTH + 1):
            renumber(session, row, row - 1)
    assert verify(any_store) == Broken(4, "was changed, or was not written by Safeguard")


def test_rows_removed_from_the_end_are_told_by_a_head_alone(any_store: Store) -> None:
    head = fill(any_store)
    with any_store.writing() as session:
        remove(session, LENGTH - 1, LENGTH)
    assert isinstance(verify(any_store), Verified)
    assert verify(any_store, [head]) == Broken(
        LENGTH - 1, f"is missing, and so is all after it up to row {LENGTH}, which was written down"
    )


def test_a_chain_removed_whole_is_told_by_a_head_or_by_the_details_left(any_store: Store) -> None:
    head = fill(any_store)
    with any_store.writing() as session:
        alone(session)
        session.execute(delete(AuditRow))
        kept = session.execute(select(AuditPayloadRow.__table__)).all()
        session.execute(delete(AuditPayloadRow))
    assert verify(any_store, [head]) == Broken(
        1, f"is missing, and so is all after it up to row {LENGTH}, which was written down"
    )
    if any_store.engine.dialect.name == "postgresql":  # which can be told to look away
        with any_store.writing() as session:
            alone(session)
            session.execute(insert(AuditPayloadRow).values(kept[6]._asdict()))
        assert verify(any_store) == Broken(kept[6].id, "is missing, and its details are there")


def test_two_rows_that_changed_places_are_named(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        alone(session)
        renumber(session, 3, 100)
        renumber(session, 6, 3)
        renumber(session, 100, 6)
    assert verify(any_store) == Broken(3, "was changed, or was not written by Safeguard")


def test_a_row_put_in_by_who_has_not_the_content_key_is_named(any_store: Store) -> None:
    head = fill(any_store)
    link = chained(b"guess" * 6 + b"ed", head, Entry(1, NOW, "staff:1", "x", "y", "z"), b"s", b"{}")
    with any_store.writing() as session:
        session.execute(
            insert(AuditRow).values(
                id=link.id,
                **link.entry._asdict(),
                digest=link.digest,
                previous=link.previous,
                hash=link.hash,
            )
        )
        session.execute(insert(AuditPayloadRow).values(id=link.id, salt=b"s", payload=b"{}"))
    assert verify(any_store) == Broken(LENGTH + 1, "was changed, or was not written by Safeguard")


def test_a_row_put_in_before_the_first_is_named(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        first = session.execute(select(AuditRow.__table__).where(AuditRow.id == 1)).one()
        session.execute(insert(AuditRow).values({**first._asdict(), "id": -3}))
    assert verify(any_store) == Broken(-3, "was put in")


def test_details_changed_removed_or_put_to_another_row_are_named(any_store: Store) -> None:
    fill(any_store)
    with any_store.reading() as session:
        third, fourth = session.execute(
            select(AuditPayloadRow.__table__).where(AuditPayloadRow.id.in_((3, 4)))
        )
    altered = third.payload[:-1] + bytes([third.payload[-1] ^ 1])
    unmarked = any_store.vault.seal(b'{"n":3}')
    for values, what in (
        ({"payload": altered}, "has details that cannot be opened: they were changed"),
        # Sealed by the same vault, but not as a payload: such as a pupil's own words.
        ({"payload": unmarked}, "has details that cannot be opened: they were changed"),
        ({"payload": fourth.payload}, "has other details than were written"),
        ({"payload": fourth.payload, "salt": fourth.salt}, "has other details than were written"),
        ({"salt": bytes(32)}, "has other details than were written"),
    ):
        with any_store.writing() as session:
            session.execute(update(AuditPayloadRow).where(AuditPayloadRow.id == 3).values(values))
        assert verify(any_store) == Broken(3, what)
        with any_store.writing() as session:
            session.execute(
                update(AuditPayloadRow).where(AuditPayloadRow.id == 3).values(third._asdict())
            )
    with any_store.writing() as session:
        session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 3))
    assert verify(any_store) == Broken(3, "lost its details, and no row says they were erased")


def test_without_its_first_rows_details_the_chain_has_no_key(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 1))
    assert verify(any_store) == Broken(1, "cannot be opened: it holds the chain's key")


def test_where_the_content_key_was_lost_the_chain_goes_on_and_names_the_lost_one(
    any_store: Store,
) -> None:
    fill(any_store)
    vault, any_store.vault = any_store.vault, Vault(b"x" * 32)
    fill_more(any_store)
    head = fill_more(any_store)
    assert head.row == LENGTH + 3  # one of them holds the new key
    assert verify(any_store) == Broken(1, "cannot be opened: it holds the chain's key")
    any_store.vault = vault
    assert verify(any_store) == Broken(LENGTH + 1, "cannot be opened: it holds the chain's key")


def test_erased_details_leave_a_chain_that_verifies(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        assert audit.erase_payload(session, NOW, "retention", [1, 3, 4, 6, 99], "period over") == 3
    head = audit.head(any_store)
    assert verify(any_store) == Verified(LENGTH + 2, head)
    with any_store.reading() as session:
        told = select(AuditRow.about).where(AuditRow.what == "erased").order_by(AuditRow.id)
        assert session.scalars(told).all() == ["3-4", "6"]
        assert session.get(AuditPayloadRow, 1) is not None
    with any_store.writing() as session:
        assert audit.erase_payload(session, NOW, "retention", [3, 4], "again") == 0
    assert audit.head(any_store) == head


def test_a_row_that_says_more_was_erased_than_was_is_named(any_store: Store) -> None:
    fill(any_store)
    with any_store.writing() as session:
        audit.erase_payload(session, NOW, "retention", [3], "period over")
    for claim in ("3-5", "all"):
        with any_store.writing() as session:
            session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 5))
            session.execute(update(AuditRow).where(AuditRow.what == "erased").values(about=claim))
        found = verify(any_store)
        assert isinstance(found, Broken)
        assert found.row == (LENGTH + 1 if claim == "3-5" else 3)


def test_what_is_erased_while_the_chain_is_followed_is_no_alarm(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_verify, "BATCH", 2)
    fill(any_store)

    def meanwhile(done: int, _of: int) -> None:
        if done in {2, 4}:
            with any_store.writing() as session:
                audit.erase_payload(session, NOW, "retention", [done + 3], "period over")

    found = verify(any_store, report=meanwhile)
    assert isinstance(found, Verified)
    assert found.rows == LENGTH + 2


def test_two_heads_of_one_row_cannot_both_be_right(any_store: Store) -> None:
    head = fill(any_store)
    other = Head(head.row, START.hash)
    assert verify(any_store, [head, other]) == Broken(
        LENGTH, "was written down with two hashes: one of them is wrong"
    )


COLUMNS = ("who", "what", "about_kind", "about", "digest", "previous", "hash")


def tamper(session: Session, data: st.DataObject) -> int:
    """Do one thing to the chain; return the row that must be named."""
    row = data.draw(st.integers(1, LENGTH))
    match data.draw(st.sampled_from(["edit", "delete", "truncate", "swap"])):
        case "edit":
            column = data.draw(st.sampled_from(COLUMNS))
            here = AuditRow.__table__.c[column]
            before = session.execute(select(here).where(AuditRow.id == row)).scalar_one()
            changed = update(AuditRow).where(AuditRow.id == row)
            session.execute(changed.values({column: before + before[:1]}))
        case "delete":
            remove(session, row)
        case "truncate":
            remove(session, *range(row, LENGTH + 1))
        case _:
            other = data.draw(st.integers(1, LENGTH).filter(lambda it: it != row))
            for one, new in ((row, 100), (other, row), (100, other)):
                renumber(session, one, new)
            return min(row, other)
    return row


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_tampering_is_found_and_its_first_row_named(
    any_store: Store, data: st.DataObject
) -> None:
    head = audit.head(any_store) or fill(any_store)
    with any_store.reading() as session:
        rows = session.execute(select(AuditRow.__table__)).all()
        details = session.execute(select(AuditPayloadRow.__table__)).all()
    with any_store.writing() as session:
        alone(session)
        expected = tamper(session, data)
    found = verify(any_store, [head])
    with any_store.writing() as session:
        alone(session)
        session.execute(delete(AuditPayloadRow))
        session.execute(delete(AuditRow))
        session.execute(insert(AuditRow), [one._asdict() for one in rows])
        session.execute(insert(AuditPayloadRow), [one._asdict() for one in details])
    assert isinstance(found, Broken)
    assert found.row == expected
    assert verify(any_store, [head]) == Verified(LENGTH, head)
