"""What is asked of the database for an assessment, and numbers that tell of no pupil."""

from safeguard.core.small_counts import Count
from safeguard.store import impact
from safeguard.store.session import Store
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.keeping_samples import concern


def test_roles_are_counted_and_rows_and_no_names(any_store: Store) -> None:
    reviewer(any_store)
    assert impact.staff(any_store, NOW) == {"lead": 1}
    assert dict(impact.rows(any_store))["staff"] == 1
    assert impact.contacts(any_store) == {}


def test_what_few_pupils_make_up_is_not_told(any_store: Store) -> None:
    for number in range(6):
        concern(any_store, number + 1, 1, subject=f"pupil-{number}")
    concern(any_store, 9, 1, subject="pupil-0")
    for number in range(4):
        concern(any_store, number + 20, 60, subject=f"pupil-{number}")
    assert impact.counts(any_store) == [
        Count("2026-01", "primary", "mood", None, None),
        Count("2026-03", "primary", "mood", 7, 6),
    ]


def test_what_is_kept_of_pupils_says_what_it_is_for() -> None:
    found = dict(impact.fields())
    for table in ("people", "events", "concerns", "cases", "notes", "evidence", "word_tokens"):
        silent = {name for name, comment in found[table] if not comment}
        assert silent <= {"id", "at", "school_id", "event_id", "category"}, table
