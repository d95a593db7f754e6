"""The list of concerns: what comes first, page by page, and the numbers of today."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from filter_rules.types import Severity
from safeguard.core.audit import Actor
from safeguard.core.concerns import Outcome
from safeguard.store import concern_pages, triage
from safeguard.store.concern_pages import (
    ConcernPage,
    Order,
    WantedConcerns,
    by_id,
    earlier,
    listed,
    today,
)
from safeguard.store.conclusions import Conclusion, close
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.triage import Act
from tests.safeguard.concern_samples import (
    MONDAY,
    TERMS,
    chance,
    flagged_event,
    happen,
    minutes,
    read,
    rows,
)
from tests.safeguard.samples import reviewer

LEAD = Actor("staff:1", MONDAY)


def subjects(page: ConcernPage) -> list[str]:
    return [one.subject for one in page.concerns]


def look(store: Store, now: float = 100, **wanted: Any) -> list[str]:
    return subjects(listed(store, WantedConcerns(**wanted), minutes(now), LEAD))


@pytest.fixture
def school(any_store: Store) -> Store:
    happen(
        any_store,
        flagged_event(minutes(0), "ada"),
        flagged_event(minutes(1), "ben", severity=Severity.URGENT),
        flagged_event(minutes(2), "cal", theme="gambling", severity=Severity.LOW, group="primary"),
        flagged_event(minutes(3), "dan"),
    )
    return any_store


def test_the_most_severe_come_first_then_the_latest(school: Store) -> None:
    assert look(school) == ["ben", "dan", "ada", "cal"]
    newest = listed(school, WantedConcerns(), minutes(9), LEAD, order=Order.NEWEST)
    assert subjects(newest) == ["dan", "cal", "ben", "ada"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"severity": Severity.HIGH}, ["ben", "dan", "ada"]),
        ({"group": "primary"}, ["cal"]),
        ({"family": "gambling"}, ["cal"]),
        ({"subject": "ada"}, ["ada"]),
        ({"since": minutes(2)}, ["dan", "cal"]),
        ({"until": minutes(1)}, ["ada"]),
        ({"standing": ("reviewed",)}, []),
        ({"school_id": 2}, []),
        ({"owner": 1}, []),
        ({"unowned": True}, ["ben", "dan", "ada", "cal"]),
    ],
)
def test_a_list_is_narrowed(school: Store, wanted: dict, found: list[str]) -> None:
    assert look(school, **wanted) == found


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("limit", [1, 3])
def test_pages_go_on_where_the_last_one_ended(any_store: Store, order: Order, limit: int) -> None:
    lead = reviewer(any_store)
    same = [flagged_event(minutes(5), f"pupil-{number}") for number in range(5)]
    happen(any_store, *same, flagged_event(minutes(0), "ada"))
    (ada,) = [row for row in rows(any_store) if row.subject == "ada"]
    act = Act(ada.id, ada.version, lead, minutes(6))
    close(any_store, act, Conclusion(Outcome.NOTED), TERMS.rules, chance)
    happen(any_store, flagged_event(minutes(7), "ada", words="new"))  # came back: another standing
    whole = listed(any_store, WantedConcerns(), minutes(9), LEAD, order=order)
    found: list[str] = []
    after = ""
    while True:
        page = listed(any_store, WantedConcerns(), minutes(9), LEAD, after, limit, order)
        found += [one.id for one in page.concerns]
        after = page.more
        if not after:
            break
    assert found == [one.id for one in whole.concerns]
    assert len(found) == 6


@pytest.mark.parametrize("odd", ["x", "4.5", "4.x.y", "9" * 30, "1.1.' OR 1", f"4.{'9' * 30}.z"])
def test_an_odd_place_is_the_beginning(school: Store, odd: str) -> None:
    page = listed(school, WantedConcerns(), minutes(9), LEAD, odd)
    assert len(page.concerns) == 4
    far = f"4.{'9' * 30}.{page.concerns[0].id}"
    assert len(listed(school, WantedConcerns(), minutes(9), LEAD, far).concerns) == 4


def test_a_snoozed_one_waits_in_a_list_of_its_own(school: Store) -> None:
    lead = reviewer(school)
    (ada,) = [row for row in rows(school) if row.subject == "ada"]
    triage.snooze(school, Act(ada.id, ada.version, lead, minutes(5)), minutes(200))
    assert look(school) == ["ben", "dan", "cal"]
    assert look(school, snoozed=True) == ["ada"]
    assert look(school, now=200) == ["ben", "dan", "ada", "cal"]
    triage.assign(school, Act(ada.id, ada.version + 1, lead, minutes(6)), lead)
    assert look(school, now=200, owner=lead) == ["ada"]


def test_who_looked_at_which_page_is_recorded(school: Store) -> None:
    look(school, severity=Severity.URGENT)
    with school.reading() as session:
        (row,) = session.scalars(select(AuditRow).where(AuditRow.about_kind == "concerns"))
        assert (row.who, row.what) == ("staff:1", "listed")


def test_pupils_who_wait_behind_a_class_are_not_listed(any_store: Store) -> None:
    happen(any_store, *(read(minutes(number), f"pupil-{number}") for number in range(6)))
    (line,) = listed(any_store, WantedConcerns(), minutes(9), LEAD).concerns
    assert (line.subject_kind, line.subject, line.subjects, line.requests) == (
        "group", "secondary", 6, 6,
    )  # fmt: skip


def test_earlier_ones_of_a_pupil_come_latest_first(any_store: Store) -> None:
    happen(
        any_store,
        flagged_event(minutes(0), "ada"),
        flagged_event(minutes(100), "ada"),
        flagged_event(minutes(200), "ada"),
        flagged_event(minutes(0), "ben"),
    )
    with any_store.reading() as session:
        last = by_id(session, [rows(any_store)[-1].id])[0]
        found = earlier(session, last)
    assert [one.started_at for one in found] == [minutes(100), minutes(0)]
    assert {one.subject for one in found} == {"ada"}


def test_the_numbers_of_today(school: Store) -> None:
    lead = reviewer(school)
    ada, ben, cal, dan = rows(school)
    close(school, Act(ada.id, 1, lead, minutes(5)), Conclusion(Outcome.NOTED), TERMS.rules, chance)
    triage.looked_at(school, ben.id, lead, minutes(5))
    triage.follow_up(school, Act(cal.id, 1, lead, minutes(5)), minutes(60))
    triage.snooze(school, Act(dan.id, 1, lead, minutes(5)), MONDAY + timedelta(days=2))
    midnight = MONDAY.replace(hour=0)
    found = today(school, minutes(10), midnight)
    assert (found.urgent, found.open, found.due, found.snoozed, found.reviewed) == (1, 2, 1, 1, 1)
    assert found.unopened == 0
    later = today(school, MONDAY + timedelta(days=1, minutes=1), midnight + timedelta(days=1))
    assert (later.unopened, later.reviewed) == (2, 0)


def test_counting_stops_where_nobody_counts_on(
    school: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concern_pages, "COUNTED_TO", 3)
    with school.writing() as session:
        session.execute(update(ConcernRow).values(due_at=None))
    assert today(school, minutes(9), MONDAY).open == 3
