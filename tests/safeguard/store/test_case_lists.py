"""Cases as staff find them, on either engine."""

from sqlalchemy import update

from filter_rules.types import Severity
from safeguard.core.concerns import Outcome
from safeguard.core.events import new_event_id, reference_of
from safeguard.store import cases
from safeguard.store.case_changes import Act
from safeguard.store.case_lists import CasePage, WantedCases, by_reference, case
from safeguard.store.case_lists import cases as listed
from safeguard.store.cases import Opening
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseRow
from tests.safeguard.case_samples import AMY, BEN, CASE, FIRST, act, lead, put_people, small_case
from tests.safeguard.samples import at


def number(n: int) -> str:
    return new_event_id(at(n), n.to_bytes(10))


def put(store: Store) -> tuple[int, int]:
    """Five cases of Amy, the even ones of Ben too; the last one closed, the first one given on."""
    put_people(store)
    by, other = lead(store), lead(store, "Dee Deputy")
    for n in range(1, 6):
        people = [AMY] if n % 2 else [AMY, BEN]
        opening = Opening(f"Case {n}", Severity.LOW, (), people, at(100 * n))
        cases.open_case(store, opening, by, at(n), number(n))
    cases.close(store, Act(number(5), 1, by, at(50)), Outcome.NOTED, "Nothing.", None)
    cases.give(store, Act(number(1), 1, by, at(60)), other)
    return by, other


def numbers(page: CasePage) -> list[str]:
    return [one.title.removeprefix("Case ") for one in page.cases]


def test_cases_are_found_by_state_owner_person_and_date(any_store: Store) -> None:
    by, other = put(any_store)
    for wanted, found in (
        (WantedCases(), "54321"),
        (WantedCases(state="open"), "4321"),
        (WantedCases(state="closed"), "5"),
        (WantedCases(owner=other), "1"),
        (WantedCases(owner=by, state="open"), "432"),
        (WantedCases(person=BEN), "42"),
        (WantedCases(person="nobody"), ""),
        (WantedCases(due_by=at(250)), "21"),
    ):
        assert "".join(numbers(listed(any_store, wanted))) == found, wanted


def test_pages_go_on_where_the_last_one_ended(any_store: Store) -> None:
    put(any_store)
    first = listed(any_store, WantedCases(), limit=2)
    assert (numbers(first), first.older) == (["5", "4"], number(4))
    second = listed(any_store, WantedCases(), first.older, 3)
    assert (numbers(second), second.older) == (["3", "2", "1"], "")
    assert numbers(listed(any_store, WantedCases(), "no id", 1)) == ["5"]


def test_a_case_says_how_many_stand_in_it(any_store: Store) -> None:
    by = small_case(any_store)
    found = by_reference(any_store, reference_of(CASE).lower().replace("-", " "))
    assert found is not None
    assert found == case(any_store, CASE)
    assert (found.concerns, found.people) == (2, 2)
    cases.remove_person(any_store, act(any_store, by), BEN)
    cases.take_out(any_store, act(any_store, by), FIRST)
    found = case(any_store, CASE)
    assert found is not None
    assert (found.concerns, found.people) == (1, 1)


def test_what_is_no_case_is_none(any_store: Store) -> None:
    for odd in ("", "' OR 1=1", number(9)):
        assert case(any_store, odd) is None
        assert by_reference(any_store, odd) is None


def test_a_title_of_another_key_is_said_to_be_unreadable(any_store: Store) -> None:
    small_case(any_store)
    with any_store.writing() as session:
        session.execute(update(CaseRow).values(title=b"of another key"))
    found = case(any_store, CASE)
    assert found is not None
    assert (found.title, found.readable) == ("", False)
