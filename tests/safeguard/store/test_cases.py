"""Cases as people open, change and close them, on either engine."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.concerns import Outcome
from safeguard.core.events import first_id_at, reference_of
from safeguard.store import cases
from safeguard.store.case_changes import Act, CaseChangedError, CaseRefusedError
from safeguard.store.case_content import content
from safeguard.store.case_lists import case
from safeguard.store.cases import Opening
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import OutcomeRow
from safeguard.store.tables.people import PersonRow, SchoolRow
from safeguard.store.triage import NoteKind
from tests.safeguard.case_samples import (
    AMY,
    BEN,
    CASE,
    FIRST,
    SECOND,
    THIRD,
    act,
    lead,
    put_concern,
    put_events,
    put_people,
    search,
    small_case,
)
from tests.safeguard.samples import NOW, at


def recorded(store: Store) -> list[tuple[str, str, str, str]]:
    with store.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        return [(row.who, row.what, row.about_kind, row.about) for row in rows[1:]]


def inside(store: Store) -> list[str]:
    found = content(store, CASE)
    assert found is not None
    return [one.id for one in found.concerns if one.taken_out_at is None]


def people(store: Store) -> list[str]:
    found = content(store, CASE)
    assert found is not None
    return [one.id for one in found.people]


def test_a_case_begins_with_concerns_and_is_about_their_pupils(any_store: Store) -> None:
    by = small_case(any_store)
    found = case(any_store, CASE)
    assert found is not None
    assert (found.title, found.severity, found.state) == (
        "What Amy searched for", Severity.HIGH, "open",
    )  # fmt: skip
    assert found.reference == reference_of(CASE)
    assert (found.owner, found.opened_by, found.opened_at, found.version) == (by, by, at(3600), 1)
    assert (found.concerns, found.people, found.due_at) == (2, 2, at(86400))
    assert recorded(any_store)[0] == (f"staff:{by}", "opened", "case", CASE)


def test_a_case_may_begin_with_a_pupil_alone(any_store: Store) -> None:
    put_people(any_store)
    cases.open_case(any_store, Opening("Ben", Severity.LOW, (), [BEN]), lead(any_store), NOW, CASE)
    assert people(any_store) == [BEN]


@pytest.mark.parametrize(
    ("opening", "says"),
    [
        (Opening(" \n", Severity.LOW, [FIRST]), "title is empty"),
        (Opening("x" * 201, Severity.LOW, [FIRST]), "201 characters"),
        (Opening("x", Severity.LOW), "about nobody"),
        (Opening("x", Severity.LOW, [THIRD]), "concerns is not there"),
        (Opening("x", Severity.LOW, ["' OR 1=1"]), "concerns is not there"),
        (Opening("x", Severity.LOW, [], ["nobody"]), "people is not known"),
        (Opening("x", Severity.LOW, [FIRST], ["else"]), "more than one school"),
        (Opening("x", Severity.LOW, [FIRST] * 501), "at most 500"),
    ],
)
def test_what_no_case_can_begin_with_is_refused_in_a_sentence(
    any_store: Store, opening: Opening, says: str
) -> None:
    put_people(any_store)
    put_events(any_store, [search(1)])
    put_concern(any_store, FIRST, [search(1)])
    with any_store.writing() as session:
        session.add(SchoolRow(id=2, name="The other school"))
        session.flush()
        session.add(PersonRow(id="else", school_id=2, name="Els Else", group="secondary"))
    with pytest.raises(CaseRefusedError, match=says):
        cases.open_case(any_store, opening, lead(any_store), NOW, CASE)
    assert case(any_store, CASE) is None
    assert recorded(any_store) == []


def test_a_concern_taken_out_stays_on_record_and_can_be_put_back(any_store: Store) -> None:
    by = small_case(any_store)
    cases.take_out(any_store, act(any_store, by, at(5000)), SECOND)
    assert inside(any_store) == [FIRST]
    found = content(any_store, CASE)
    assert found is not None
    out = found.concerns[1]
    assert (out.id, out.taken_out_at, out.taken_out_by) == (SECOND, at(5000), "Lee Lead")
    cases.put_in(any_store, act(any_store, by, at(5100)), [SECOND])
    assert inside(any_store) == [FIRST, SECOND]
    found = content(any_store, CASE)
    assert found is not None
    assert [one.id for one in found.concerns] == [FIRST, SECOND, SECOND]
    assert [one[1] for one in recorded(any_store)] == ["opened", "noted", "took out", "put in"]


def test_a_concern_put_in_twice_is_there_once_and_brings_its_pupil(any_store: Store) -> None:
    by = small_case(any_store)
    cases.remove_person(any_store, act(any_store, by), BEN)
    assert people(any_store) == [AMY]
    put_events(any_store, [search(7, person=BEN)], 2)
    put_concern(any_store, THIRD, [search(7)], BEN)
    cases.put_in(any_store, act(any_store, by), [THIRD, FIRST])
    cases.put_in(any_store, act(any_store, by), [THIRD])
    assert inside(any_store) == [FIRST, SECOND, THIRD]
    assert people(any_store) == [AMY, BEN]


def test_only_what_is_in_a_case_can_be_taken_out(any_store: Store) -> None:
    by = small_case(any_store)
    for one in (THIRD, "no id"):
        with pytest.raises(CaseRefusedError, match="not in this case"):
            cases.take_out(any_store, act(any_store, by), one)


def test_of_two_people_who_change_a_case_at_once_one_is_told(any_store: Store) -> None:
    by = small_case(any_store)
    seen = act(any_store, by)
    cases.set_due(any_store, seen, at(1000))
    with pytest.raises(CaseChangedError):
        cases.set_severity(any_store, seen, Severity.LOW)
    found = case(any_store, CASE)
    assert found is not None
    assert (found.severity, found.due_at) == (Severity.HIGH, at(1000))
    assert [one[1] for one in recorded(any_store)] == ["opened", "noted", "set due"]


def test_of_many_who_change_a_case_at_the_same_moment_one_does(any_store: Store) -> None:
    by = small_case(any_store)
    seen = act(any_store, by)

    def tries(number: int) -> bool:
        try:
            cases.set_due(any_store, seen, at(number))
        except CaseChangedError:
            return False
        return True

    with ThreadPoolExecutor(8) as people:
        did = list(people.map(tries, range(8)))
    assert sum(did) == 1
    found = case(any_store, CASE)
    assert found is not None
    assert (found.version, found.due_at) == (seen.version + 1, at(did.index(True)))


def test_a_case_changes_hands_and_its_history_tells_so(any_store: Store) -> None:
    by = small_case(any_store)
    other = lead(any_store, "Dee Deputy")
    cases.give(any_store, act(any_store, by, at(5000)), other)
    cases.set_severity(any_store, act(any_store, other), Severity.URGENT)
    found = content(any_store, CASE)
    assert found is not None
    assert (found.owner, found.case.owner, found.case.severity) == (
        "Dee Deputy", other, Severity.URGENT,
    )  # fmt: skip
    assert [(one.what, one.by, one.until) for one in found.assignments] == [
        ("Lee Lead", "Lee Lead", at(5000)),
        ("Dee Deputy", "Lee Lead", None),
    ]
    gone = lead(any_store, "Gus Gone", active=False)
    for nobody in (gone, 999):
        with pytest.raises(CaseRefusedError, match="no open account"):
            cases.give(any_store, act(any_store, by), nobody)


def test_a_case_is_closed_with_what_was_concluded_and_why(any_store: Store) -> None:
    by = small_case(any_store)
    closing = act(any_store, by, at(6000))
    with pytest.raises(CaseRefusedError, match="reason is empty"):
        cases.close(any_store, closing, Outcome.ACTED, "  ", None)
    cases.close(any_store, closing, Outcome.ACTED, "Talked at home.", at(9_000_000))
    found = content(any_store, CASE)
    assert found is not None
    assert (found.case.state, found.case.closed_at, found.case.keep_until) == (
        "closed", at(6000), at(9_000_000),
    )  # fmt: skip
    (outcome,) = found.outcomes
    assert (outcome.what, outcome.text, outcome.until) == (
        "real, and acted on",
        "Talked at home.",
        None,
    )
    with any_store.reading() as session:
        assert session.scalar(select(OutcomeRow.outcome)) == "acted"
    with pytest.raises(CaseRefusedError, match="must be open"):
        cases.set_due(any_store, act(any_store, by), None)
    cases.add_note(any_store, CASE, NoteKind.NOTE, "A letter came.", by, at(7000))


def test_a_reopened_case_keeps_what_was_concluded_and_that_it_was_undone(any_store: Store) -> None:
    by = small_case(any_store)
    with pytest.raises(CaseRefusedError, match="must be closed"):
        cases.reopen(any_store, act(any_store, by))
    cases.close(any_store, act(any_store, by), Outcome.DUPLICATE, "As before.", at(9_000_000))
    cases.reopen(any_store, act(any_store, by, at(8000)))
    found = content(any_store, CASE)
    assert found is not None
    assert (found.case.state, found.case.closed_at, found.case.keep_until) == ("open", None, None)
    (undone,) = found.outcomes
    assert (undone.what, undone.until, undone.until_by) == (
        "seen elsewhere already",
        at(8000),
        "Lee Lead",
    )


def test_a_note_says_who_and_when_and_is_bounded(any_store: Store) -> None:
    by = small_case(any_store)
    found = content(any_store, CASE)
    assert found is not None
    (note,) = found.notes
    assert (note.by, note.at, note.what) == ("Lee Lead", at(4000), "action taken")
    assert note.text == "Spoke with Amy.\nShe is safe."
    for words, says in (("", "empty"), ("\0\ud800", "empty"), ("x" * 20_001, "20001")):
        with pytest.raises(CaseRefusedError, match=says):
            cases.add_note(any_store, CASE, NoteKind.NOTE, words, by, NOW)


def test_nothing_can_be_done_to_a_case_that_is_not_there(any_store: Store) -> None:
    by = lead(any_store)
    for odd in (first_id_at(NOW), "", "' OR 1=1"):
        with pytest.raises(CaseRefusedError, match="no such case"):
            cases.set_due(any_store, Act(odd, 1, by, NOW), None)
        with pytest.raises(CaseRefusedError, match="no such case"):
            cases.add_note(any_store, odd, NoteKind.NOTE, "words", by, NOW)


def test_people_are_added_by_a_person_and_must_be_known(any_store: Store) -> None:
    by = small_case(any_store)
    cases.remove_person(any_store, act(any_store, by), AMY)
    cases.add_person(any_store, act(any_store, by), AMY)
    cases.add_person(any_store, act(any_store, by), AMY)
    assert people(any_store) == [AMY, BEN]
    with pytest.raises(CaseRefusedError, match="not known"):
        cases.add_person(any_store, act(any_store, by), "nobody")


def test_a_case_has_bounds(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    by = small_case(any_store)
    put_events(any_store, [search(7)], 2)
    put_concern(any_store, THIRD, [search(7)])
    with any_store.writing() as session:
        session.add(PersonRow(id="cat", school_id=1, name="Cat Cole", group="secondary"))
    monkeypatch.setattr(cases, "MOST_IN_A_CASE", 2)
    with pytest.raises(CaseRefusedError, match="at most 2 concerns"):
        cases.put_in(any_store, act(any_store, by), [THIRD])
    with pytest.raises(CaseRefusedError, match="at most 2 people"):
        cases.add_person(any_store, act(any_store, by), "cat")


def test_what_people_wrote_is_not_readable_in_the_database(any_store: Store) -> None:
    by = small_case(any_store, "A secret title")
    cases.close(any_store, act(any_store, by), Outcome.ACTED, "A secret reason", None)
    with any_store.engine.connect() as connection:
        for table, column in (("cases", "title"), ("notes", "sealed"), ("outcomes", "reason")):
            rows = connection.exec_driver_sql(f"SELECT {column} FROM {table}").all()  # noqa: S608  our own names
            assert rows
            assert not any(b"secret" in bytes(row[0]) or b"Amy" in bytes(row[0]) for row in rows)


def test_the_audit_row_and_the_change_are_both_kept_or_neither(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = small_case(any_store)
    before = case(any_store, CASE)

    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("safeguard.store.audit.record", fails)
    with pytest.raises(RuntimeError):
        cases.set_severity(any_store, act(any_store, by), Severity.LOW)
    assert case(any_store, CASE) == before
