"""One concern in full, and that nobody reads it unseen."""

import pytest
from sqlalchemy import select, update

from safeguard.core.audit import Actor
from safeguard.core.concerns import Outcome
from safeguard.store import evidence, triage
from safeguard.store.concerns import whole
from safeguard.store.conclusions import Conclusion, close, undo
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import NoteRow
from safeguard.store.tables.concerns import ConcernRow, EvidenceRow
from safeguard.store.triage import Act, NoteKind
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


def test_all_that_is_known_of_it(any_store: Store) -> None:
    lead = reviewer(any_store)
    first, second = flagged_event(minutes(0)), flagged_event(minutes(100), words="others")
    happen(any_store, first, second, flagged_event(minutes(103), flagged=False))
    evidence.copy(any_store, evidence.due(any_store, minutes(105)), minutes(105))
    row = rows(any_store)[-1]
    triage.assign(any_store, Act(row.id, 1, lead, minutes(110)), lead)
    triage.add_note(any_store, row.id, NoteKind.NOTE, "rang home", lead, minutes(111))
    said = Conclusion(Outcome.ACTED, "with the form tutor")
    close(any_store, Act(row.id, 2, lead, minutes(112)), said, TERMS.rules, chance)
    undo(any_store, Act(row.id, 3, lead, minutes(113)), TERMS.rules, chance)
    found = whole(any_store, row.id, LEAD)
    assert found is not None
    assert found.concern is not None
    assert (found.listed.id, found.listed.standing) == (row.id, "new")
    assert found.events == (second.id,)
    assert [line.host for line in found.lines] == ["search.example"]
    assert [(one.at, one.ours) for one in found.around] == [
        (minutes(103), False), (minutes(100), True),
    ]  # fmt: skip
    assert [(one.what, one.text, one.undone_at) for one in found.done] == [
        ("assigned", "Lee Lead", None),
        ("note", "rang home", None),
        ("real, and acted on", "with the form tutor", minutes(113)),
    ]
    assert {one.name for one in found.done} == {"Lee Lead"}
    assert [one.started_at for one in found.earlier] == [minutes(0)]
    assert found.members == ()


def test_a_class_shows_who_waits_behind_it(any_store: Store) -> None:
    happen(any_store, *(read(minutes(number), f"pupil-{number}") for number in range(6)))
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    found = whole(any_store, line.id, LEAD)
    assert found is not None
    assert {one.subject for one in found.members} == {f"pupil-{number}" for number in range(6)}
    assert (found.concern, found.lines, found.earlier) == (None, (), ())
    with any_store.writing() as session:
        session.execute(update(ConcernRow).values(facts=b"another key's"))
    found = whole(any_store, line.id, LEAD)
    assert found is not None
    assert found.members == ()


def test_what_another_key_sealed_says_so_and_hides_nothing_else(any_store: Store) -> None:
    lead = reviewer(any_store)
    happen(any_store, flagged_event())
    evidence.copy(any_store, evidence.due(any_store, minutes(5)), minutes(5))
    (row,) = rows(any_store)
    triage.add_note(any_store, row.id, NoteKind.NOTE, "x", lead, minutes(1))
    with any_store.writing() as session:
        session.execute(update(ConcernRow).values(facts=b"another key's"))
        session.execute(update(NoteRow).values(sealed=b"another key's"))
        session.execute(update(EvidenceRow).values(sealed=b"another key's"))
    found = whole(any_store, row.id, LEAD)
    assert found is not None
    assert found.concern is None
    assert [one.readable for one in found.around] == [False]
    assert found.done[0].text == "(sealed with another key)"
    assert found.listed.why


def test_every_look_is_recorded(any_store: Store) -> None:
    happen(any_store, flagged_event())
    (row,) = rows(any_store)
    whole(any_store, row.id, LEAD)
    with any_store.reading() as session:
        said = session.execute(
            select(AuditRow.who, AuditRow.what).where(AuditRow.about == row.id)
        ).all()
    assert said == [("staff:1", "viewed")]


@pytest.mark.parametrize("odd", ["", "x", "01920000-0000-7000-8000-000000000000"])
def test_what_is_not_there_is_none(any_store: Store, odd: str) -> None:
    assert whole(any_store, odd, LEAD) is None
