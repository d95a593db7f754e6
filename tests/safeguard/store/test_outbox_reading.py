"""What is read of the outbox: who was told, what waits, what did not arrive."""

from datetime import timedelta

import pytest

from filter_rules.types import Severity
from safeguard.core.notices import Told
from safeguard.store import contacts, outbox, outbox_reading
from safeguard.store.contacts import Place, Way
from safeguard.store.outbox import CONCERN, TEST, NewMessage, Try
from safeguard.store.outbox_reading import Undelivered
from safeguard.store.session import Store
from tests.safeguard.notify_world import put_concern
from tests.safeguard.samples import NOW, at

HOUR = timedelta(hours=1)


@pytest.fixture
def lead(any_store: Store) -> int:
    return contacts.add(any_store, "Lee", Way.EMAIL, Place("l@x.example"), "staff:1", NOW)


def put(store: Store, contact: int, about: str, severity: Severity = Severity.URGENT) -> None:
    urgent = severity is Severity.URGENT
    key = f"concern:{about}:2:{severity.value}:{contact}"
    one = NewMessage(key, CONCERN, about, contact, "email", NOW, 0, urgent)
    outbox.put(store, [one], NOW)


def test_who_was_told_of_what_and_whether_it_arrived(any_store: Store, lead: int) -> None:
    for about in ("c1", "c2", "c3", "c4"):
        put(any_store, lead, about)
        (parcel,) = outbox.claim(any_store, NOW)
        if about == "c1":
            outbox.settle(any_store, parcel, Try(NOW, accepted=True, said="", took_ms=1))
        elif about == "c2":
            outbox.settle(any_store, parcel, Try(NOW, accepted=False, said="550", took_ms=1))
    put(any_store, lead, "c5")
    outbox.cancel(any_store, [5], NOW, None, "opened")
    told = outbox_reading.told(any_store, ["c1", "c2", "c3", "c5", "c9"])
    as_told = Told(lead, Severity.URGENT, NOW, occasion=2)
    assert set(told) == {"c1", "c2", "c3"}
    assert told["c1"] == [Told(lead, Severity.URGENT, NOW, 2, arrived=True)]
    assert told["c2"] == [Told(lead, Severity.URGENT, NOW, 2, failed=True)]
    assert told["c3"] == [as_told]
    assert [one.about for one in outbox_reading.waiting_concerns(any_store, NOW)] == []
    later = NOW + outbox.CLAIM
    assert [one.about for one in outbox_reading.waiting_concerns(any_store, later)] == ["c3", "c4"]


def test_when_the_last_that_was_not_urgent_is_due(any_store: Store, lead: int) -> None:
    put(any_store, lead, "c1")
    assert outbox_reading.latest_slots(any_store) == {}
    put(any_store, lead, "c2", Severity.HIGH)
    assert outbox_reading.latest_slots(any_store) == {lead: NOW}


def test_which_keys_are_known(any_store: Store, lead: int) -> None:
    put(any_store, lead, "c1")
    key = f"concern:c1:2:4:{lead}"
    assert outbox_reading.known_keys(any_store, [key, "another"]) == {key}


def test_what_has_not_arrived_is_told_by_contact(any_store: Store, lead: int) -> None:
    put(any_store, lead, "c1")
    (parcel,) = outbox.claim(any_store, NOW)
    again = Try(NOW, accepted=False, said="450 later", took_ms=1, again_at=at(30))
    outbox.settle(any_store, parcel, again)
    assert outbox_reading.undelivered(any_store, NOW - HOUR, NOW - HOUR) == []
    late = outbox_reading.undelivered(any_store, NOW, NOW - HOUR)
    assert late == [Undelivered("Lee", "waiting", True, 1, NOW, "450 later")]
    (parcel,) = outbox.claim(any_store, at(30))
    outbox.settle(any_store, parcel, Try(at(30), accepted=False, said="550 no", took_ms=1))
    (lost,) = outbox_reading.undelivered(any_store, NOW - HOUR, NOW - HOUR)
    assert (lost.state, lost.said) == ("failed", "550 no")
    assert outbox_reading.undelivered(any_store, NOW - HOUR, at(60)) == []


def test_what_waits_for_its_turn_is_not_late(any_store: Store, lead: int) -> None:
    key = f"concern:c1:0:{Severity.HIGH.value}:{lead}"
    outbox.put(any_store, [NewMessage(key, CONCERN, "c1", lead, "email", NOW + HOUR)], NOW)
    assert outbox_reading.undelivered(any_store, NOW + HOUR / 2, NOW) == []
    (late,) = outbox_reading.undelivered(any_store, NOW + HOUR, NOW)
    assert late.count == 1


def test_urgent_concerns_that_nobody_was_told_of_are_counted(any_store: Store, lead: int) -> None:
    first = put_concern(any_store, at=NOW)
    put_concern(any_store, Severity.HIGH, at=NOW)
    put_concern(any_store, at=NOW, standing="reviewed")
    put_concern(any_store, at=NOW, opened_at=NOW)
    assert outbox_reading.untold(any_store, at(60), NOW - HOUR) == 1
    assert outbox_reading.untold(any_store, at(-1), NOW - HOUR) == 0
    put(any_store, lead, first)
    assert outbox_reading.untold(any_store, at(60), NOW - HOUR) == 0


def test_when_a_kind_last_arrived_and_how_many_there_are(any_store: Store, lead: int) -> None:
    assert outbox_reading.last_sent(any_store, TEST) is None
    assert outbox_reading.counts(any_store) == {}
    outbox.put(any_store, [NewMessage("test:1", TEST, "", lead, "email", NOW)], NOW)
    (parcel,) = outbox.claim(any_store, NOW)
    outbox.settle(any_store, parcel, Try(at(5), accepted=True, said="", took_ms=1))
    assert outbox_reading.last_sent(any_store, TEST) == at(5)
    assert outbox_reading.counts(any_store) == {"sent": 1}
