"""A lead says whose a device's concern is."""

import pytest
from sqlalchemy import select

from safeguard.store.events import Wanted, search
from safeguard.store.reassigning import reassign
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.concerns import ConcernEventRow
from safeguard.store.triage import Act, TriageError
from tests.safeguard.concern_samples import (
    TERMS,
    chance,
    flagged_event,
    happen,
    minutes,
    pupil,
    rows,
)
from tests.safeguard.samples import reviewer

WHY = "She sat there: the seating plan says so."


def test_a_devices_concern_becomes_the_pupils(any_store: Store) -> None:
    lead, ada = reviewer(any_store), pupil(any_store)
    happen(any_store, flagged_event(person="", device="tablet-7", confidence="none"))
    (row,) = rows(any_store)
    act = Act(row.id, row.version, lead, minutes(30))
    assert reassign(any_store, act, ada, WHY, TERMS.rules, chance) == row.id
    (now,) = rows(any_store)
    assert (now.subject_kind, now.subject, now.identity) == ("pupil", ada, "sure")
    assert (now.moved_from, now.version) == ("device:tablet-7", 2)
    assert not any("Nobody is known" in one for one in now.why)
    (found,) = search(any_store, Wanted(person=ada)).events
    assert found.event.confidence == "sure"
    with any_store.reading() as session:
        said = session.execute(select(AuditRow.what, AuditRow.about)).all()
    assert ("reassigned", row.id) in said


def test_it_joins_the_pupils_own_where_they_are_one_spell(any_store: Store) -> None:
    lead, ada = reviewer(any_store), pupil(any_store)
    happen(
        any_store,
        flagged_event(minutes(0), person=ada),
        flagged_event(minutes(10), person="", device="tablet-7"),
    )
    (of_device,) = [row for row in rows(any_store) if row.subject_kind == "device"]
    act = Act(of_device.id, of_device.version, lead, minutes(30))
    stays = reassign(any_store, act, ada, WHY, TERMS.rules, chance)
    (now,) = rows(any_store)
    assert (now.id, now.events, now.subject) == (stays, 2, ada)
    with any_store.reading() as session:
        assert len(session.scalars(select(ConcernEventRow.event_id)).all()) == 2
    happen(any_store, flagged_event(minutes(40), person="", device="tablet-7"))
    assert {row.subject for row in rows(any_store)} == {ada, "tablet-7"}


@pytest.mark.parametrize(
    ("whose", "who", "why", "says"),
    [
        ("ada", "ada", "", "Say how you know"),
        ("ada", "ada", WHY, "Only what a device"),
        ("", "nobody at all", WHY, "no such pupil"),
    ],
)
def test_what_cannot_be_is_refused(
    any_store: Store, whose: str, who: str, why: str, says: str
) -> None:
    happen(any_store, flagged_event(person=whose))
    (row,) = rows(any_store)
    act = Act(row.id, row.version, reviewer(any_store), minutes(30))
    with pytest.raises(TriageError, match=says):
        reassign(any_store, act, who, why, TERMS.rules, chance)
    assert rows(any_store)[0].version == 1
