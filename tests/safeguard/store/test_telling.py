"""What notices and reports are about, as the database has it."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from filter_rules.types import Severity
from safeguard.core.digests import ReportKind, report_of, total
from safeguard.core.school_hours import SchoolHours
from safeguard.store import telling
from safeguard.store.audit import record
from safeguard.store.session import Store
from safeguard.store.tables.cases import OutcomeRow
from safeguard.store.tables.people import PersonRow
from tests.safeguard.notify_world import minutes, put_concern
from tests.safeguard.samples import NOW, at, reviewer

HOURS = SchoolHours(ZoneInfo("Europe/London"))
DAYS = timedelta(days=1)


def ids(store: Store, at_least: Severity = Severity.NONE) -> list[str]:
    return [one.id for one in telling.open_concerns(store, at_least, NOW - telling.TOLD_OF)]


def test_open_concerns_come_the_most_severe_first(any_store: Store) -> None:
    high = put_concern(any_store, Severity.HIGH)
    urgent = put_concern(any_store)
    put_concern(any_store, standing="reviewed")
    put_concern(any_store, at=NOW - 31 * DAYS)
    low = put_concern(any_store, Severity.LOW, standing="came back")
    assert ids(any_store) == [urgent, high, low]
    assert ids(any_store, Severity.HIGH) == [urgent, high]
    assert [one.id for one in telling.concerns_of(any_store, [low, str(uuid.uuid4())])] == [low]


def test_a_concern_says_when_it_came_and_changed_and_was_reviewed(any_store: Store) -> None:
    concern = put_concern(any_store, built_at=at(10), opened_at=at(5))
    lead = reviewer(any_store)
    with any_store.writing() as session:
        for undone in (None, at(50)):
            session.add(
                OutcomeRow(
                    school_id=1,
                    concern_id=concern,
                    at=NOW,
                    staff_id=lead,
                    outcome="acted",
                    reason=b"",
                    undone_at=undone,
                )
            )
    (one,) = telling.open_concerns(any_store, Severity.NONE, NOW - DAYS)
    assert (one.raised_at, one.changed_at, one.opened_at, one.occasion) == (NOW, at(10), at(5), 1)
    assert (one.family, one.group, one.severity) == ("self-harm", "secondary", Severity.URGENT)
    assert telling.openers(any_store, [concern]) == {concern: None}


def test_whatever_staff_do_with_a_concern_is_a_look_at_it(any_store: Store) -> None:
    concern = put_concern(any_store, opened_at=at(5))
    with any_store.writing() as session:
        record(session, at(20), "staff:1", "viewed", "concern", concern)
        record(session, at(30), "concern builder", "raised", "concern", concern)
    (one,) = telling.open_concerns(any_store, Severity.NONE, NOW - DAYS)
    assert one.opened_at == at(20)


def test_initials_are_of_pupils_who_are_known(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(PersonRow(id="pupil-7", school_id=1, name="Ada Example", group="primary"))
    pupil = put_concern(any_store)
    device = put_concern(any_store, subject_kind="device", subject="tablet-7")
    assert telling.initials(any_store, [pupil, device, pupil]) == ["A. E."]
    assert telling.initials(any_store, [device]) == []


def test_figures_count_what_is_open_and_what_came(any_store: Store) -> None:
    monday = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
    report = report_of(ReportKind.WEEKLY, date(2026, 3, 9), HOURS)
    put_concern(any_store, at=monday - 9 * DAYS)  # a Saturday of the week before
    put_concern(any_store, at=monday - 2 * DAYS)  # a Saturday
    put_concern(any_store, Severity.HIGH, at=monday - 4 * DAYS + minutes(120), opened_at=monday)
    put_concern(any_store, at=monday - 3 * DAYS + minutes(120), standing="reviewed")
    put_concern(any_store, at=monday + minutes(20), due_at=monday + minutes(60))
    figures = telling.figures(any_store, report, HOURS, monday + minutes(30))
    assert total(figures.open) == 4
    assert total(figures.raised) == 3
    assert total(figures.raised_before) == 1
    assert total(figures.unopened_for_a_day) == 2
    assert (figures.while_closed, figures.due) == (1, 1)
    assert {(one.severity, one.opened) for one in figures.open} == {
        (Severity.URGENT, False), (Severity.HIGH, True),
    }  # fmt: skip
