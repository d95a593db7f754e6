"""The outbox: put once, claimed by one, sent at least once, together as before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from safeguard.store import contacts, outbox, outbox_reading
from safeguard.store.contacts import Place, Way
from safeguard.store.outbox import CLAIM, CONCERN, TEST, NewMessage, Parcel, Try
from safeguard.store.session import Store
from safeguard.store.tables.notices import DeliveryRow, OutboxRow
from tests.safeguard.samples import NOW, at

TAKEN = Try(NOW, accepted=True, said="taken", took_ms=12)


@pytest.fixture
def lead(any_store: Store) -> int:
    return contacts.add(any_store, "Lee", Way.EMAIL, Place("l@x.example"), "staff:1", NOW)


def notice(contact: int, number: int, severity: int = 4, due_at: datetime = NOW) -> NewMessage:
    key = f"concern:c{number}:0:{severity}:{contact}"
    urgent = severity == 4
    return NewMessage(key, CONCERN, f"c{number}", contact, "email", due_at, 0, urgent)


def keys(parcels: Sequence[Parcel]) -> list[list[str]]:
    return [[one.key for one in parcel.messages] for parcel in parcels]


def states(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(OutboxRow.state).order_by(OutboxRow.id)))


def test_a_key_is_put_once(any_store: Store, lead: int) -> None:
    assert outbox.put(any_store, [notice(lead, 1), notice(lead, 2)], NOW) == 2
    assert outbox.put(any_store, [notice(lead, 2), notice(lead, 3)], at(5)) == 1
    assert outbox.put(any_store, [], NOW) == 0
    assert states(any_store) == ["waiting"] * 3


def test_what_is_due_for_one_contact_is_claimed_as_one_parcel_urgent_first(
    any_store: Store, lead: int
) -> None:
    mild = [notice(lead, number, severity=3) for number in (1, 2)]
    fast = [notice(lead, number) for number in (3, 4)]
    outbox.put(any_store, [*mild, *fast, notice(lead, 5, due_at=at(60))], NOW)
    parcels = outbox.claim(any_store, NOW)
    assert keys(parcels) == [[one.key for one in fast], [one.key for one in mild]]
    assert outbox.claim(any_store, NOW) == []


def test_who_is_busy_and_what_is_full_waits(any_store: Store, lead: int) -> None:
    outbox.put(any_store, [notice(lead, 1), notice(lead, 2, severity=3)], NOW)
    assert outbox.claim(any_store, NOW, room={"email": 0, "webhook": 4}) == []
    assert len(outbox.claim(any_store, NOW, busy=[(lead, True)])) == 1
    assert [one.first.urgent for one in outbox.claim(any_store, NOW)] == [True]


def test_no_more_parcels_are_claimed_than_asked_for(any_store: Store, lead: int) -> None:
    outbox.put(any_store, [notice(lead, 1), notice(lead, 2, severity=3)], NOW)
    assert len(outbox.claim(any_store, NOW, room={"email": 1})) == 1
    assert len(outbox.claim(any_store, NOW, room={"email": 1})) == 1


def test_what_a_dead_sender_held_is_claimed_again_as_the_same_parcel(
    any_store: Store, lead: int
) -> None:
    outbox.put(any_store, [notice(lead, 1), notice(lead, 2)], NOW)
    (first,) = outbox.claim(any_store, NOW)
    outbox.put(any_store, [notice(lead, 3)], at(10))
    (other,) = outbox.claim(any_store, at(10))
    assert keys([other]) == [["concern:c3:0:4:1"]]
    assert outbox.claim(any_store, NOW + CLAIM - timedelta(seconds=1)) == []
    (again,) = outbox.claim(any_store, NOW + CLAIM)
    assert keys([again]) == keys([first])
    assert [one.attempts for one in again.messages] == [2, 2]


def test_what_is_taken_is_sent_and_what_was_said_is_kept(any_store: Store, lead: int) -> None:
    outbox.put(any_store, [notice(lead, 1)], NOW)
    (parcel,) = outbox.claim(any_store, NOW)
    outbox.settle(any_store, parcel, TAKEN)
    assert states(any_store) == ["sent"]
    assert outbox.claim(any_store, NOW + CLAIM) == []
    with any_store.reading() as session:
        row = session.scalars(select(DeliveryRow)).one()
        assert (row.accepted, row.said, row.took_ms, row.at) == (True, "taken", 12, NOW)


def test_what_is_refused_is_tried_again_together_when_it_is_said(
    any_store: Store, lead: int
) -> None:
    outbox.put(any_store, [notice(lead, 1), notice(lead, 2)], NOW)
    (parcel,) = outbox.claim(any_store, NOW)
    outbox.settle(
        any_store,
        parcel,
        Try(NOW, accepted=False, said="450 " + "x" * 999, took_ms=1, again_at=at(30)),
    )
    outbox.put(any_store, [notice(lead, 3)], NOW)
    (new,) = outbox.claim(any_store, at(29))
    assert len(new.messages) == 1
    (again,) = outbox.claim(any_store, at(30))
    assert keys([again]) == keys([parcel])
    with any_store.reading() as session:
        assert (
            len(session.scalars(select(OutboxRow.said).order_by(OutboxRow.id)).first() or "") == 200
        )


def test_what_is_given_up_stays_on_record_and_can_be_revived(any_store: Store, lead: int) -> None:
    outbox.put(any_store, [notice(lead, 1)], NOW)
    (parcel,) = outbox.claim(any_store, NOW)
    outbox.settle(any_store, parcel, Try(NOW, accepted=False, said="550", took_ms=1))
    assert states(any_store) == ["failed"]
    assert outbox.revive(any_store, lead, NOW, at(60)) == 1
    assert len(outbox.claim(any_store, at(60))) == 1


def test_a_slow_sender_does_not_undo_what_another_has_claimed(any_store: Store, lead: int) -> None:
    outbox.put(any_store, [notice(lead, 1)], NOW)
    (slow,) = outbox.claim(any_store, NOW)
    (other,) = outbox.claim(any_store, NOW + CLAIM)
    outbox.settle(any_store, slow, Try(NOW + CLAIM, accepted=False, said="550", took_ms=1))
    assert states(any_store) == ["waiting"]
    outbox.settle(any_store, other, TAKEN)
    assert states(any_store) == ["sent"]
    outbox.settle(any_store, slow, Try(NOW + CLAIM, accepted=False, said="550", took_ms=1))
    assert states(any_store) == ["sent"]


def test_what_is_needless_is_cancelled_unless_it_is_being_sent(any_store: Store, lead: int) -> None:
    outbox.put(any_store, [notice(lead, 1), notice(lead, 2, due_at=at(60))], NOW)
    ids = [one.id for one in outbox_reading.waiting_concerns(any_store, NOW)]
    outbox.claim(any_store, NOW)
    outbox.cancel(any_store, ids, NOW, None, "opened")
    assert states(any_store) == ["waiting", "cancelled"]


def test_a_test_never_joins_concerns(any_store: Store, lead: int) -> None:
    test = NewMessage("test:1", TEST, "", lead, "email", NOW, urgent=True)
    outbox.put(any_store, [notice(lead, 1), test], NOW)
    (first,) = outbox.claim(any_store, NOW)
    assert len(first.messages) == 1
    (second,) = outbox.claim(any_store, NOW)
    assert second.first.told is None or first.first.told is None


def test_of_many_who_claim_at_once_each_message_has_one(any_store: Store) -> None:
    people = [
        contacts.add(any_store, str(n), Way.EMAIL, Place("l@x.example"), "staff:1", NOW)
        for n in range(12)
    ]
    outbox.put(any_store, [notice(one, 1) for one in people], NOW)
    found: list[str] = []
    gate = Barrier(4)

    def claims() -> None:
        gate.wait(10)
        for _ in range(4):
            for parcel in outbox.claim(any_store, NOW, room={"email": 3}):
                found.extend(one.key for one in parcel.messages)

    threads = [Thread(target=claims) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == len(set(found))
    rest = [key for part in keys(outbox.claim(any_store, NOW)) for key in part]
    assert len(set(found) | set(rest)) == 12
