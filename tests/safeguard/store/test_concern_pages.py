"""The list of concerns: what comes first, page by page, and whose."""

from typing import Any

import pytest
from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.audit import Actor
from safeguard.core.concerns import Outcome
from safeguard.store import triage
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.concern_pages import (
    ConcernPage,
    Order,
    WantedConcerns,
    by_id,
    earlier,
    listed,
)
from safeguard.store.conclusions import Conclusion, close
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
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
from tests.safeguard.store.keeping_samples import concern

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


ANY_ID = "01a1e3fa-63c0-7117-9637-0822d79c4275"


@pytest.mark.parametrize(
    "odd",
    ["x", "4.5", "4.x.y", "9" * 30, "1.1.' OR 1", f"4.{'9' * 30}.z", f"{'9' * 30}.1.{ANY_ID}"],
)
def test_an_odd_place_is_the_beginning(school: Store, odd: str) -> None:
    page = listed(school, WantedConcerns(), minutes(9), LEAD, odd)
    assert len(page.concerns) == 4
    far = f"4.{'9' * 30}.{page.concerns[0].id}"
    assert len(listed(school, WantedConcerns(), minutes(9), LEAD, far).concerns) == 4


@pytest.mark.parametrize("order", list(Order))
def test_a_place_beyond_the_last_of_what_is_wanted_has_nothing_after_it(
    school: Store, order: Order
) -> None:
    whole = listed(school, WantedConcerns(), minutes(9), LEAD, limit=3, order=order)
    wanted = WantedConcerns(severity=Severity.URGENT)
    assert not listed(school, wanted, minutes(9), LEAD, whole.more, order=order).concerns


@pytest.mark.parametrize("order", list(Order))
def test_pages_of_one_pupil_go_on_as_well(any_store: Store, order: Order) -> None:
    happen(any_store, *(flagged_event(minutes(100 * number), "ada") for number in range(3)))
    happen(any_store, flagged_event(minutes(5), "ada", theme="gambling", severity=Severity.LOW))
    happen(any_store, flagged_event(minutes(5), "ben"))
    wanted = WantedConcerns(subject="ada")
    whole = listed(any_store, wanted, minutes(900), LEAD, order=order).concerns
    assert len(whole) == 4
    first = listed(any_store, wanted, minutes(900), LEAD, limit=2, order=order)
    then = listed(any_store, wanted, minutes(900), LEAD, first.more, 2, order)
    assert (first.concerns + then.concerns, then.more) == (whole, "")


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


def test_a_reader_of_some_groups_finds_theirs_alone_and_it_is_recorded(any_store: Store) -> None:
    for number, group in enumerate(("9B", "primary"), 1):
        concern(any_store, number, 1, subject=f"pupil-{number}", group=group)
    assert look(any_store, within=frozenset({"9B", "year-9"})) == ["pupil-1"]
    assert look(any_store, within=frozenset({"9B"}), subject="pupil-2") == []
    assert look(any_store, within=frozenset()) == []
    assert len(look(any_store)) == 2
    told = search(any_store, WantedRows(what="listed", about_kind="concerns")).rows
    assert told[-1].details["filter"] == {"within": "9B, year-9", "school_id": "1"}
