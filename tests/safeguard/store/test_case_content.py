"""All that a case is made of, on either engine."""

import pytest
from sqlalchemy import delete, update

from filter_rules.sealed import WITHHELD
from filter_rules.types import Severity
from safeguard.core.events import first_id_at
from safeguard.core.types import Reason
from safeguard.store import cases, people
from safeguard.store.case_content import content
from safeguard.store.case_parts import CaseContent
from safeguard.store.cases import Opening
from safeguard.store.session import Store
from safeguard.store.tables.concerns import EvidenceRow
from safeguard.store.tables.events import EventRow
from tests.safeguard.case_samples import (
    AMY,
    BEN,
    CASE,
    FIRST,
    SECOND,
    act,
    lead,
    put_concern,
    put_copy,
    put_events,
    put_visit,
    search,
    small_case,
)
from tests.safeguard.samples import NOW, at


def whole(store: Store, most: int = 100) -> CaseContent:
    found = content(store, CASE, most)
    assert found is not None
    return found


def test_a_case_tells_its_events_once_in_order_of_time(any_store: Store) -> None:
    small_case(any_store)
    found = whole(any_store)
    assert [one.words for one in found.events] == [
        "some words", "=other words", "ben’s words", WITHHELD,
    ]  # fmt: skip
    assert [one.concerns for one in found.events] == [
        (FIRST,), (FIRST, SECOND), (SECOND,), (FIRST,),
    ]  # fmt: skip
    assert found.events_there == 4
    first = found.events[0]
    assert (first.person, first.method, first.confidence) == (AMY, "device", "likely")
    assert (first.url, first.kind, first.severity) == ("https://search.example/find", "search", 3)


def test_unlawful_content_is_withheld_whatever_the_row_says(any_store: Store) -> None:
    small_case(any_store)
    event = whole(any_store).events[3]
    assert (event.host, event.hosts, event.url, event.words) == (
        WITHHELD, (WITHHELD,), WITHHELD, WITHHELD,
    )  # fmt: skip
    assert (event.excerpt, event.phrases) == ("", ())
    assert "odd.example" not in repr(whole(any_store))


def test_visits_of_the_case_and_of_its_concerns_are_told(any_store: Store) -> None:
    small_case(any_store)
    found = whole(any_store)
    assert [(one.concern, one.at) for one in found.visits] == [(FIRST, at(30)), ("", at(40))]
    visit = found.visits[0]
    assert (visit.visit["host"], visit.visit["path"], visit.visit["times"]) == (
        "news.example", "/today", 2,
    )  # fmt: skip
    assert (visit.kept, visit.readable) == ((30).to_bytes(16).hex(), True)


def test_a_visit_copied_to_a_concern_and_to_the_case_is_told_once(any_store: Store) -> None:
    small_case(any_store)
    put_visit(any_store, 30, SECOND)
    put_visit(any_store, 30, None, CASE)
    found = whole(any_store)
    assert [(one.concern, one.at) for one in found.visits] == [(FIRST, at(30)), ("", at(40))]
    assert found.visits_there == 2


def test_the_case_s_own_events_are_not_told_again_among_the_visits(any_store: Store) -> None:
    small_case(any_store)
    put_copy(any_store, 61, {"kind": "event", "id": search(1).id, "host": "x"}, FIRST)
    put_copy(any_store, 62, {"kind": "event", "id": search(70).id, "host": "near"}, FIRST)
    found = whole(any_store)
    assert [one.visit["host"] for one in found.visits] == ["news.example", "news.example", "near"]
    assert found.visits_there == 3


def test_a_copied_event_of_unlawful_content_is_withheld_too(any_store: Store) -> None:
    small_case(any_store)
    copied = {"kind": "event", "id": "x", "host": "odd.example", "reason": Reason.SEALED.value}
    put_copy(any_store, 62, copied, FIRST)
    visit = whole(any_store).visits[2].visit
    assert (visit["host"], visit["path"], visit["words"]) == (WITHHELD, WITHHELD, WITHHELD)


def test_a_concern_taken_out_takes_its_events_with_it(any_store: Store) -> None:
    by = small_case(any_store)
    cases.take_out(any_store, act(any_store, by), FIRST)
    found = whole(any_store)
    assert [one.words for one in found.events] == ["=other words", "ben’s words"]
    assert [one.concern for one in found.visits] == [""]
    assert [one.id for one in found.concerns] == [FIRST, SECOND]


def test_more_than_is_told_is_counted(any_store: Store) -> None:
    small_case(any_store)
    found = whole(any_store, 1)
    assert (len(found.events), found.events_there) == (1, 4)
    assert (len(found.visits), found.visits_there) == (1, 2)


def test_only_the_pupils_of_the_case_and_devices_are_named(any_store: Store) -> None:
    by = small_case(any_store)
    people.add_device(any_store, "10.0.0.7", "Tablet 7", AMY)
    (device,) = people.devices(any_store)
    with any_store.writing() as session:
        session.execute(update(EventRow).values(device=device.id))
    assert whole(any_store).names == {AMY: "Amy Adams", BEN: "Ben Brown", device.id: "Tablet 7"}
    cases.remove_person(any_store, act(any_store, by), BEN)
    assert BEN not in whole(any_store).names


def test_a_pupil_who_is_no_longer_known_stays_in_the_case_without_a_name(any_store: Store) -> None:
    small_case(any_store)
    people.remove_person(any_store, BEN)
    found = whole(any_store)
    assert [(one.id, one.name) for one in sorted(found.people, key=lambda one: one.id)] == [
        (AMY, "Amy Adams"), (BEN, ""),
    ]  # fmt: skip
    assert [one.subject_name for one in found.concerns] == ["Amy Adams", ""]


def test_a_device_s_concern_is_told_by_the_device_s_name(any_store: Store) -> None:
    device = people.add_device(any_store, "10.0.0.7", "Tablet 7")
    put_events(any_store, [search(1)])
    put_concern(any_store, FIRST, [search(1)], device.id, "device")
    cases.open_case(any_store, Opening("x", Severity.LOW, [FIRST]), lead(any_store), NOW, CASE)
    found = whole(any_store)
    assert found.people == ()
    assert (found.concerns[0].subject_kind, found.concerns[0].subject_name) == (
        "device", "Tablet 7",
    )  # fmt: skip


@pytest.mark.parametrize("sealed", [b"", b"of another key, and long enough to look like a text"])
def test_what_this_key_does_not_open_is_said_to_be_unreadable(
    any_store: Store, sealed: bytes
) -> None:
    small_case(any_store)
    with any_store.writing() as session:
        session.execute(update(EventRow).values(sealed=sealed))
        session.execute(update(EvidenceRow).values(sealed=sealed))
    found = whole(any_store)
    assert [one.readable for one in found.events] == [False, False, False, True]
    assert found.events[0].words == ""
    assert [(one.readable, one.visit) for one in found.visits] == [(False, {})] * 2


def test_evidence_of_an_odd_shape_is_unreadable_and_stops_nothing(any_store: Store) -> None:
    small_case(any_store)
    with any_store.writing() as session:
        session.execute(update(EvidenceRow).values(sealed=any_store.vault.seal(b"\x01")))
    assert [one.readable for one in whole(any_store).visits] == [False, False]


def test_a_case_without_anything_left_is_still_told(any_store: Store) -> None:
    small_case(any_store)
    with any_store.writing() as session:
        session.execute(delete(EventRow))
        session.execute(delete(EvidenceRow))
    found = whole(any_store)
    assert (found.events, found.visits, found.events_there) == ((), (), 0)
    assert found.case.concerns == 2


def test_there_is_no_content_of_a_case_that_is_not_there(any_store: Store) -> None:
    for odd in (first_id_at(NOW), "", "no id"):
        assert content(any_store, odd) is None
