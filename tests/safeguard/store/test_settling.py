"""What a person says of one concern reaches the others that it matters to."""

import pytest

from safeguard.store.session import Store
from safeguard.store.settling import beside, opened
from safeguard.store.triage import TriageError
from tests.safeguard.concern_samples import TERMS, flagged_event, happen, minutes, rows


def test_beside_a_concern_stand_its_subjects_of_two_months(any_store: Store) -> None:
    day = 24 * 60.0
    happen(
        any_store,
        *(flagged_event(minutes(at * day)) for at in (0, 30, 200)),
        flagged_event(minutes(0), "ben"),
    )
    with any_store.reading() as session:
        one = opened(session, rows(any_store)[0].id)
        found = beside(session, one.concern, TERMS.rules)
        both = beside(
            session, one.concern, TERMS.rules, opened(session, rows(any_store)[1].id).concern.who
        )
    assert {each.concern.who.id for each in found} == {one.concern.who.id}
    assert len(found) <= len(both) == 3


def test_what_cannot_be_opened_says_whom_to_ask(any_store: Store) -> None:
    with any_store.reading() as session, pytest.raises(TriageError, match="technician"):
        opened(session, flagged_event().id)
