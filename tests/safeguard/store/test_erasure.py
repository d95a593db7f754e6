"""A person's traces removed, a tombstone left, and nothing of anybody else touched."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from safeguard.core.audit import Verified
from safeguard.problems import UnusableError
from safeguard.store import audit, audit_verify, erasure, holds
from safeguard.store.access import WantedVisits, search
from safeguard.store.erasure import Erased, erase, person_of
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import CasePersonRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.events import EventRow, WordTokenRow
from safeguard.store.tables.people import DeviceRow, PersonRow
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.keeping_samples import PERSON, case, concern, event, pupil, there
from tests.safeguard.store.test_retention import bring_visits
from tests.safeguard.store.test_tokens import put

WHO, WHY = "staff:1", "asked by the family, agreed by the head"


@pytest.fixture
def store(any_store: Store) -> Store:
    pupil(any_store)
    pupil(any_store, "pupil-8", "Ben Baker")
    with any_store.writing() as session:
        session.add(DeviceRow(id="d", school_id=1, address="10.0.0.7", name="t", person_id=PERSON))
    bring_visits(any_store, (0, PERSON), (1, PERSON), (1, "pupil-8"))
    first = event(any_store, 1, 0)
    event(any_store, 2, 0, person="pupil-8")
    put(any_store, 3, "sad words")
    concern(any_store, 1, 1, first)
    concern(any_store, 2, 1, subject="pupil-8")
    with any_store.writing() as session:
        for kind, about in (("person", PERSON), ("event", first.id), ("person", "pupil-8")):
            audit.record(session, NOW, WHO, "viewed", kind, about, {"why": "a look"})
    return any_store


def test_all_of_the_person_goes_and_nothing_of_others(store: Store) -> None:
    assert erase(store, PERSON, WHO, WHY, NOW) == Erased(2, 1, 2, 1)
    assert there(store, EventRow) == there(store, ConcernRow) == there(store, PersonRow) == 1
    assert there(store, WordTokenRow) == 0
    for day in (NOW, NOW - timedelta(days=1)):
        assert search(store, WantedVisits(person=PERSON), day.date()).visits == ()
    yesterday = (NOW - timedelta(days=1)).date()
    assert len(search(store, WantedVisits(person="pupil-8"), yesterday).visits) == 1
    with store.reading() as session:
        assert session.scalars(select(DeviceRow.person_id)).all() == [None]


def test_the_chain_says_that_and_why_and_still_verifies(store: Store) -> None:
    erase(store, PERSON, WHO, WHY, NOW)
    with store.reading() as session:
        rows = session.execute(select(AuditRow.what, AuditRow.about).order_by(AuditRow.id)).all()
    assert rows[-1] == ("erased", PERSON)
    assert [row.what for row in rows].count("erased") == 3  # two runs of details, and the tombstone
    assert isinstance(audit_verify.verify(store), Verified)


def test_what_was_cut_short_is_done_to_its_end_the_next_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 1)
    real, calls = erasure._erase_details, iter([False, False, True])

    def dies(*given: object) -> int:
        if next(calls, False):
            raise RuntimeError("killed here")
        return real(*given)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(erasure, "_erase_details", dies)
    with pytest.raises(RuntimeError):
        erase(store, PERSON, WHO, WHY, NOW)
    assert person_of(store, "Ada Abel").id == PERSON
    erase(store, PERSON, WHO, WHY, NOW)
    assert there(store, EventRow) == there(store, PersonRow) == 1


def test_what_a_hold_names_is_not_erased(store: Store) -> None:
    hold = holds.place(store, reviewer(store), "the police asked", NOW, PERSON)
    with pytest.raises(UnusableError, match="legal hold"):
        erase(store, PERSON, WHO, WHY, NOW)
    assert there(store, EventRow) == 3
    holds.lift(store, hold, 1, NOW)
    erase(store, PERSON, WHO, WHY, NOW)


def test_who_is_in_a_case_is_not_erased(store: Store) -> None:
    case(store, 3, 1, staff=reviewer(store))
    with pytest.raises(UnusableError, match="C0000003"):
        erase(store, PERSON, WHO, WHY, NOW)
    with store.writing() as session:
        session.execute(CasePersonRow.metadata.tables["case_people"].delete())
    erase(store, PERSON, WHO, WHY, NOW)


def test_what_somebody_elses_case_is_made_of_stays(store: Store) -> None:
    staff = reviewer(store)
    mine = event(store, 9, 0)
    key = concern(store, 9, 1, mine)
    case(store, 3, 1, key, people=("pupil-8",), staff=staff)
    erased = erase(store, PERSON, WHO, WHY, NOW)
    assert (erased.concerns, erased.events) == (1, 2)
    with store.reading() as session:
        assert session.get(EventRow, mine.id) is not None
        assert session.get(ConcernRow, key) is not None


@pytest.mark.parametrize("asked", ["pupil-7", "Ada Abel"])
def test_a_person_is_found_by_id_or_name(store: Store, asked: str) -> None:
    assert person_of(store, asked).id == PERSON


def test_of_two_of_one_name_or_number_the_id_says_who(store: Store) -> None:
    with pytest.raises(UnusableError, match="pupil-7, pupil-8"):
        person_of(store, "R7")
    for nobody in ("", "Ada", "ada abel"):
        with pytest.raises(UnusableError, match="Nobody"):
            person_of(store, nobody)
