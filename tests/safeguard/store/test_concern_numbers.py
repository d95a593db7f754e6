"""The numbers of today: each thing that waits is counted where it belongs, to a bound."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from filter_rules.types import Severity
from safeguard.core.concerns import Outcome
from safeguard.store import concern_numbers, triage
from safeguard.store.concern_numbers import today
from safeguard.store.conclusions import Conclusion, close
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.triage import Act
from tests.safeguard.concern_samples import (
    MONDAY,
    TERMS,
    chance,
    flagged_event,
    happen,
    minutes,
    rows,
)
from tests.safeguard.samples import reviewer


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
    monkeypatch.setattr(concern_numbers, "COUNTED_TO", 3)
    with school.writing() as session:
        session.execute(update(ConcernRow).values(due_at=None))
    assert today(school, minutes(9), MONDAY).open == 3
