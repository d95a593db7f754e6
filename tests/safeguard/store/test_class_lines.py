"""A lesson's worth of pupils is one row, and whoever stands out stays a row of their own."""

from sqlalchemy import update

from filter_rules.types import Severity
from safeguard.store.class_lines import Line, line_of
from safeguard.store.concern_rows import CLASS, GATHERED
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow
from tests.safeguard.concern_samples import (
    flagged_event,
    gathered,
    happen,
    minutes,
    read,
    rows,
)

PUPILS = [f"pupil-{number}" for number in range(6)]


def lines(store: Store) -> list[ConcernRow]:
    return [row for row in rows(store) if row.subject_kind == CLASS]


def a_lesson(store: Store) -> None:
    happen(store, *(read(minutes(number), one) for number, one in enumerate(PUPILS)))


def test_a_lesson_is_one_row_and_its_pupils_wait_behind_it(any_store: Store) -> None:
    a_lesson(any_store)
    (line,) = lines(any_store)
    assert (line.subject, line.subjects, line.events) == ("secondary", 6, 6)
    assert (line.standing, line.family) == ("new", "substances")
    assert line.why == ["Drugs: 6 pupils of secondary in one lesson, 10:00 to 10:05; 6 only read."]
    assert sorted(gathered(any_store)) == PUPILS
    found = line_of(any_store.vault, line.facts)
    assert isinstance(found, Line)
    assert set(found.gathered) == {row.id for row in rows(any_store) if row.standing == GATHERED}


def test_four_pupils_are_no_lesson(any_store: Store) -> None:
    happen(any_store, *(read(minutes(1), one) for one in PUPILS[:4]))
    assert lines(any_store) == []
    assert gathered(any_store) == []


def test_whoever_reads_on_beyond_the_lesson_stands_alone_again(any_store: Store) -> None:
    a_lesson(any_store)
    happen(any_store, read(minutes(25), PUPILS[0]), read(minutes(50), PUPILS[0]))
    happen(any_store, read(minutes(75), PUPILS[0]))
    (line,) = lines(any_store)
    assert line.subjects == 5
    assert line.why[1] == "1 more stands apart, because it went on beyond the lesson."
    assert PUPILS[0] not in gathered(any_store)


def test_what_was_typed_never_goes_behind_a_class(any_store: Store) -> None:
    a_lesson(any_store)
    happen(any_store, flagged_event(minutes(6), PUPILS[1], theme="drugs"))
    assert PUPILS[1] not in gathered(any_store)
    assert lines(any_store)[0].subjects == 5


def test_a_row_is_not_written_again_for_what_changes_nothing(any_store: Store) -> None:
    a_lesson(any_store)
    (before,) = lines(any_store)
    happen(any_store, read(minutes(3), "other", theme="drugs", page="another"))
    (after,) = lines(any_store)
    assert (after.id, after.version) == (before.id, before.version)


def test_a_pupil_more_is_the_same_row_a_version_on(any_store: Store) -> None:
    a_lesson(any_store)
    (before,) = lines(any_store)
    happen(any_store, read(minutes(9), "late"))
    (after,) = lines(any_store)
    assert (after.id, after.version, after.subjects) == (before.id, before.version + 1, 7)


def test_a_line_that_is_none_any_more_goes_unless_somebody_looked_at_it(any_store: Store) -> None:
    there: list[ConcernRow] = []
    for looked in (False, True):
        day = 1440.0 * (1 + looked)
        happen(any_store, *(read(minutes(day + 1), f"{one}-{day}") for one in PUPILS[:5]))
        (line,) = lines(any_store)
        if looked:
            with any_store.writing() as session:
                session.execute(update(ConcernRow).values(opened_at=minutes(0)))
        happen(any_store, flagged_event(minutes(day + 2), f"{PUPILS[0]}-{day}", theme="drugs"))
        happen(any_store, read(minutes(day + 2), f"{PUPILS[1]}-{day}", page="another"))
        there = lines(any_store)
        assert [one.id for one in there] == ([line.id] if looked else [])
        assert gathered(any_store) == []
    assert there[0].standing == "reviewed"


def test_a_line_that_cannot_be_opened_is_left_and_made_anew(any_store: Store) -> None:
    a_lesson(any_store)
    with any_store.writing() as session:
        broken = update(ConcernRow).where(ConcernRow.subject_kind == CLASS)
        session.execute(broken.values(facts=b"another key's"))
    happen(any_store, read(minutes(9), "late"))
    assert len(lines(any_store)) == 2
    assert max(row.severity for row in lines(any_store)) <= Severity.MEDIUM
