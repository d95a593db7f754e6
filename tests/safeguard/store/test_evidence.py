"""What was visited around a concern is copied into it, once, and is there when the days are gone."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import delete, insert, select, update

from filter_rules.types import Kind
from safeguard.core.concerns import Known
from safeguard.core.types import Subject, Target
from safeguard.core.visits import Visit, Visits, path_of, visit_id, visit_of
from safeguard.store import evidence
from safeguard.store.access_days import days, drop_before
from safeguard.store.intake import Batch, take_in
from safeguard.store.reassigning import reassign
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseConcernRow, CaseRow
from safeguard.store.tables.concerns import ConcernRow, EvidenceRow
from safeguard.store.triage import Act
from tests.safeguard.concern_samples import (
    MONDAY,
    TERMS,
    chance,
    flagged_event,
    happen,
    minutes,
    pupil,
    read,
    rows,
)
from tests.safeguard.samples import ALLOWED, reviewer

ADA = Subject("secondary", "10.0.0.5", "ada", "laptop", "device")
BEN = Subject("secondary", "10.0.0.6", "ben", "tablet", "device")
NOBODY = Subject("unidentified", "10.0.0.7", "", "tablet-7", "device")


def visit(store: Store, minute: float, subject: Subject = ADA, host: str = "a.example") -> Visit:
    target = Target(host, f"https://{host}/a/page?q=1")
    path = store.vault.seal(path_of(target, ALLOWED).encode())
    made = visit_of(subject, target, ALLOWED, visit_id(minutes(minute), chance(3)))
    return made._replace(path=path)


def bring(store: Store, *visits: Visit) -> None:
    take_in(store, Batch(f"visits {visits[0].id}", "proxy-0", 1, [Visits(visits)]))


def copied(store: Store) -> list[tuple[datetime, dict]]:
    with store.reading() as session:
        query = select(EvidenceRow).order_by(EvidenceRow.at, EvidenceRow.id)
        return [
            (row.at, msgspec.msgpack.decode(store.vault.unseal(row.sealed)))
            for row in session.scalars(query)
        ]


def hosts(store: Store) -> list[str]:
    return [plain["host"] for _, plain in copied(store) if plain["kind"] == "visit"]


def copy_due(store: Store, now: datetime) -> list[str]:
    due = evidence.due(store, now)
    evidence.copy(store, due, now)
    return due


def test_a_quarter_of_an_hour_around_is_copied_of_this_pupil_alone(any_store: Store) -> None:
    bring(
        any_store, *(visit(any_store, at, host=f"at{at}.example") for at in (-16, -14, 0, 24, 26))
    )
    bring(any_store, visit(any_store, 1, BEN, "bens.example"))
    happen(any_store, flagged_event(minutes(0)), flagged_event(minutes(10)))
    (row,) = rows(any_store)
    assert copy_due(any_store, minutes(11)) == [row.id]
    assert hosts(any_store) == ["at-14.example", "at0.example", "at24.example"]
    (_, first), *_ = [one for one in copied(any_store) if one[1]["kind"] == "visit"]
    assert (first["path"], first["times"], first["action"]) == ("/a/page", 1, "allow")
    assert rows(any_store)[0].context_due_at == minutes(30)


def test_its_events_are_copied_too_those_that_nobody_flagged_among_them(any_store: Store) -> None:
    plain = flagged_event(minutes(3), flagged=False, themes=(), kind=None, words="")
    happen(any_store, flagged_event(minutes(0)), plain, flagged_event(minutes(40), "ben"))
    copy_due(any_store, minutes(41))
    mine = [
        one["words"] for at, one in copied(any_store) if one["kind"] == "event" and at < minutes(5)
    ]
    assert mine == ["typed words", ""]


def test_what_comes_later_is_copied_when_its_time_is_over_and_a_day_later(
    any_store: Store,
) -> None:
    happen(any_store, flagged_event(minutes(0)))
    assert copy_due(any_store, minutes(1))
    assert not copy_due(any_store, minutes(2))
    bring(any_store, visit(any_store, 5, host="a.example"))
    assert copy_due(any_store, minutes(21))
    assert not copy_due(any_store, minutes(23))
    bring(any_store, visit(any_store, 6, host="late.example"))
    assert copy_due(any_store, MONDAY + timedelta(days=1, minutes=16))
    assert hosts(any_store) == ["a.example", "late.example"]
    assert not copy_due(any_store, MONDAY + timedelta(days=1, minutes=18))
    assert not copy_due(any_store, MONDAY + timedelta(days=9))


def test_what_is_copied_the_moment_it_is_due_is_due_no_more(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0)))
    a_day_later = minutes(15) + timedelta(days=1)
    for moment in (minutes(1), minutes(20), a_day_later):
        assert copy_due(any_store, moment)
        assert not evidence.due(any_store, moment)
    assert rows(any_store)[0].context_due_at is None


def test_those_due_longest_come_first_and_so_many_at_once(any_store: Store) -> None:
    for number in range(3):
        happen(any_store, flagged_event(minutes(number), f"p{number}"), now=minutes(5 - number))
    ids = [row.id for row in rows(any_store)]
    assert evidence.due(any_store, minutes(9)) == ids[::-1]
    assert evidence.due(any_store, minutes(9), most=2) == ids[:0:-1]


def test_what_is_copied_twice_is_there_once(any_store: Store) -> None:
    bring(any_store, visit(any_store, 1))
    happen(any_store, flagged_event())
    for minute in (2, 30):
        with any_store.writing() as session:
            session.execute(update(ConcernRow).values(context_due_at=MONDAY))
        assert copy_due(any_store, minutes(minute))
    assert hosts(any_store) == ["a.example"]


def test_a_concern_that_grows_is_copied_again(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0)))
    copy_due(any_store, minutes(1))
    bring(any_store, visit(any_store, 30))
    happen(any_store, flagged_event(minutes(20)))
    assert copy_due(any_store, minutes(21))
    assert hosts(any_store) == ["a.example"]


def test_it_is_there_when_the_days_are_gone(any_store: Store) -> None:
    bring(any_store, visit(any_store, 1))
    happen(any_store, flagged_event())
    copy_due(any_store, minutes(2))
    drop_before(any_store, MONDAY.date() + timedelta(days=1))
    assert days(any_store) == []
    assert hosts(any_store) == ["a.example"]
    with any_store.writing() as session:
        session.execute(update(ConcernRow).values(context_due_at=MONDAY))
    copy_due(any_store, minutes(30))  # no day to copy from: what is there stays
    assert hosts(any_store) == ["a.example"]


def test_a_spell_over_midnight_has_both_days(any_store: Store) -> None:
    night = datetime(2026, 11, 17, 0, 2, tzinfo=UTC)
    offset = (night - MONDAY) / timedelta(minutes=1)
    bring(any_store, visit(any_store, offset - 5, host="before.example"))
    bring(any_store, visit(any_store, offset + 5, host="after.example"))
    happen(any_store, flagged_event(night))
    copy_due(any_store, night + timedelta(minutes=6))
    assert hosts(any_store) == ["before.example", "after.example"]


def test_a_devices_visits_come_along_to_the_pupil(any_store: Store) -> None:
    ada = pupil(any_store)
    bring(any_store, visit(any_store, 1, NOBODY, "tablets.example"))
    happen(any_store, flagged_event(person="", device="tablet-7"))
    (row,) = rows(any_store)
    act = Act(row.id, row.version, reviewer(any_store), minutes(5))
    reassign(any_store, act, ada, "the seating plan", TERMS.rules, chance)
    with any_store.writing() as session:
        session.execute(update(ConcernRow).values(context_due_at=MONDAY))
    copy_due(any_store, minutes(6))
    assert hosts(any_store) == ["tablets.example"]
    assert rows(any_store)[0].subject_kind == Known.PERSON.value


def test_a_class_has_no_surroundings_of_its_own(any_store: Store) -> None:
    happen(any_store, *(read(minutes(number), f"pupil-{number}") for number in range(6)))
    assert len(evidence.due(any_store, minutes(9))) == 6


def test_a_case_has_the_whole_day(any_store: Store) -> None:
    lead = reviewer(any_store)
    for at in (-300, 0, 300):
        bring(any_store, visit(any_store, at, host=f"at{at}.example"))
    happen(any_store, flagged_event())
    (row,) = rows(any_store)
    with any_store.writing() as session:
        case = flagged_event().id
        session.execute(
            insert(CaseRow).values(
                id=case, school_id=1, reference="CASE-0001", title=b"", severity=3,
                opened_at=minutes(5), opened_by=lead,
            )
        )  # fmt: skip
        session.execute(
            insert(CaseConcernRow).values(
                case_id=case, concern_id=row.id, at=minutes(5), staff_id=lead
            )
        )
    evidence.copy_day(any_store, case)
    evidence.copy_day(any_store, case)
    assert hosts(any_store) == ["at-300.example", "at0.example", "at300.example"]


def test_there_is_a_bound(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_VISITS", 3)
    monkeypatch.setattr(evidence, "PAGE", 2)
    bring(any_store, *(visit(any_store, at, host=f"at{at}.example") for at in range(1, 8)))
    happen(any_store, flagged_event())
    copy_due(any_store, minutes(9))
    assert hosts(any_store) == ["at5.example", "at6.example", "at7.example"]


def test_an_event_that_cannot_be_opened_is_copied_without_its_words(any_store: Store) -> None:
    from safeguard.store.tables.events import EventRow

    happen(any_store, flagged_event(kind=Kind.SEARCH))
    with any_store.writing() as session:
        session.execute(update(EventRow).values(sealed=b"another key's"))
    copy_due(any_store, minutes(1))
    assert [one["words"] for _, one in copied(any_store)] == [""]


def test_a_concern_that_went_meanwhile_is_left(any_store: Store) -> None:
    happen(any_store, flagged_event())
    due = evidence.due(any_store, minutes(1))
    with any_store.writing() as session:
        session.execute(delete(ConcernRow))
    assert evidence.copy(any_store, due, minutes(1)) == 0
