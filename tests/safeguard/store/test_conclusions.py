"""What people conclude stays; it can be taken back, and concerns come back by themselves."""

import pytest
from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.concerns import Outcome, Standing
from safeguard.store import conclusions
from safeguard.store.conclusions import Conclusion, close, close_together, reopen, undo
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import NoteRow, OutcomeRow
from safeguard.store.tables.concerns import ConcernRow, FeedbackRow
from safeguard.store.triage import Act, ConcernChangedError, TriageError
from tests.safeguard.concern_samples import (
    TERMS,
    chance,
    concerns,
    flagged_event,
    gathered,
    happen,
    minutes,
    read,
    rows,
)
from tests.safeguard.samples import reviewer

RULES = TERMS.rules
LESSON = Conclusion(Outcome.LESSON)
ACTED = Conclusion(Outcome.ACTED, "spoke to them and to home")


@pytest.fixture
def lead(any_store: Store) -> int:
    return reviewer(any_store)


def act(row: ConcernRow, by: int, at: float = 60) -> Act:
    return Act(row.id, row.version, by, minutes(at))


def conclude(store: Store, lead: int, said: Conclusion = ACTED, at: float = 60) -> None:
    for row in rows(store):
        if row.standing != Standing.REVIEWED.value:
            close(store, act(row, lead, at), said, RULES, chance)


def outcomes(store: Store) -> list[tuple[str, bool]]:
    with store.reading() as session:
        query = select(OutcomeRow).order_by(OutcomeRow.id)
        return [(row.outcome, row.undone_at is not None) for row in session.scalars(query)]


def test_a_conclusion_is_kept_with_its_reason(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event())
    conclude(any_store, lead)
    (row,) = rows(any_store)
    assert (row.standing, row.closed_at, row.version) == ("reviewed", minutes(60), 2)
    assert (row.opened_at, row.opened_by) == (minutes(60), lead)
    (one,) = concerns(any_store)
    assert [(each.outcome, each.at) for each in one.reviews] == [(Outcome.ACTED, minutes(60))]
    assert one.fresh is None
    with any_store.reading() as session:
        (said,) = session.scalars(select(OutcomeRow)).all()
        assert (said.outcome, said.staff_id) == ("acted", lead)
        assert any_store.vault.unseal(said.reason) == b"spoke to them and to home"
        (fed,) = session.scalars(select(FeedbackRow)).all()
        assert (fed.verdict, fed.theme, fed.rule) == ("acted", "suicide", "Words")
        (what,) = session.scalars(select(AuditRow.what).where(AuditRow.about == row.id)).all()
        assert what == "closed"


def test_what_is_urgent_needs_words(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event(severity=Severity.URGENT))
    (row,) = rows(any_store)
    with pytest.raises(TriageError, match="Act now"):
        close(any_store, act(row, lead), Conclusion(Outcome.NOTED, "  "), RULES, chance)
    assert outcomes(any_store) == []
    conclude(any_store, lead)
    assert outcomes(any_store) == [("acted", False)]


def test_what_nobody_has_seen_is_not_concluded(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event())
    (row,) = rows(any_store)
    happen(any_store, flagged_event(minutes(5)))
    with pytest.raises(ConcernChangedError):
        close(any_store, act(row, lead), ACTED, RULES, chance)
    assert rows(any_store)[0].standing == "new"


def test_a_conclusion_is_made_once(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event())
    conclude(any_store, lead)
    with pytest.raises(TriageError, match="already"):
        close(any_store, act(rows(any_store)[0], lead), ACTED, RULES, chance)
    assert outcomes(any_store) == [("acted", False)]


def test_a_reviewed_concern_reopens_by_what_is_new_and_keeps_its_review(
    any_store: Store, lead: int
) -> None:
    happen(any_store, flagged_event(minutes(0)))
    conclude(any_store, lead)
    before = concerns(any_store)[0].reviews
    happen(any_store, flagged_event(minutes(10), words="something else"))
    (row,) = rows(any_store)
    assert (row.standing, row.closed_at, row.opened_at) == ("came back", None, None)
    assert row.why[0].startswith("Came back: reviewed on 16 November at 11:00 (real, and acted on)")
    assert concerns(any_store)[0].reviews == before
    assert outcomes(any_store) == [("acted", False)]


def test_the_same_page_once_more_does_not_reopen(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event(minutes(0)))
    conclude(any_store, lead)
    happen(any_store, flagged_event(minutes(2)))
    assert [(row.standing, row.events) for row in rows(any_store)] == [("reviewed", 2)]


def test_a_later_spell_follows_the_reviewed_one(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event(minutes(0)))
    conclude(any_store, lead)
    happen(any_store, flagged_event(minutes(300)))
    first, second = rows(any_store)
    assert (second.standing, second.follows) == ("came back", first.id)
    assert first.standing == "reviewed"


def test_an_event_hours_late_extends_a_review_and_does_not_rewrite_it(
    any_store: Store, lead: int
) -> None:
    happen(any_store, flagged_event(minutes(30)))
    conclude(any_store, lead)
    seen = concerns(any_store)[0].reviews
    happen(any_store, flagged_event(minutes(10), words="earlier words"), now=minutes(600))
    (row,) = rows(any_store)
    assert (row.started_at, row.standing) == (minutes(10), "came back")
    assert concerns(any_store)[0].reviews == seen


def test_a_conclusion_is_taken_back_and_stays_on_record(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event())
    before = concerns(any_store)
    conclude(any_store, lead, LESSON)
    undo(any_store, act(rows(any_store)[0], lead, 70), RULES, chance)
    assert concerns(any_store) == before
    assert outcomes(any_store) == [("lesson", True)]
    with any_store.reading() as session:
        assert session.scalars(select(FeedbackRow.undone_at)).all() == [minutes(70)]
    with pytest.raises(TriageError, match="Nothing was concluded"):
        undo(any_store, act(rows(any_store)[0], lead, 71), RULES, chance)
    conclude(any_store, lead, ACTED, 80)
    assert outcomes(any_store) == [("lesson", True), ("acted", False)]


def test_a_concern_is_opened_again_for_a_reason(any_store: Store, lead: int) -> None:
    happen(any_store, flagged_event())
    conclude(any_store, lead)
    with pytest.raises(TriageError, match="why"):
        reopen(any_store, act(rows(any_store)[0], lead), " ", RULES, chance)
    reopen(any_store, act(rows(any_store)[0], lead, 70), "home rang back", RULES, chance)
    assert rows(any_store)[0].standing == "new"
    with any_store.reading() as session:
        (note,) = session.scalars(select(NoteRow)).all()
        assert any_store.vault.unseal(note.sealed) == b"home rang back"


def test_a_class_is_concluded_for_each_pupil_and_undone_for_each(
    any_store: Store, lead: int
) -> None:
    happen(any_store, *(read(minutes(number), f"pupil-{number}") for number in range(6)))
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    close(any_store, act(line, lead), LESSON, RULES, chance)
    assert {row.standing for row in rows(any_store)} == {"reviewed"}
    assert outcomes(any_store) == [("lesson", False)] * 7
    assert {one.reviews[0].outcome for one in concerns(any_store)} == {Outcome.LESSON}
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    undo(any_store, act(line, lead, 70), RULES, chance)
    assert outcomes(any_store) == [("lesson", True)] * 7
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    assert (line.standing, line.closed_at) == ("new", None)
    assert len(gathered(any_store)) == 6


def test_a_pupil_more_after_the_conclusion_brings_the_class_back(
    any_store: Store, lead: int
) -> None:
    happen(any_store, *(read(minutes(number), f"pupil-{number}") for number in range(6)))
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    close(any_store, act(line, lead), LESSON, RULES, chance)
    happen(any_store, read(minutes(8), "late"))
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    assert (line.standing, line.subjects, line.closed_at) == ("came back", 7, None)
    assert gathered(any_store) == ["late"]
    close(any_store, act(line, lead), LESSON, RULES, chance)
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    undo(any_store, act(line, lead, 90), RULES, chance)
    (line,) = [row for row in rows(any_store) if row.subject_kind == "group"]
    assert line.standing == "came back"


def test_a_class_that_cannot_be_opened_is_not_concluded(any_store: Store, lead: int) -> None:
    happen(any_store, *(read(minutes(number), f"pupil-{number}") for number in range(6)))
    with any_store.writing() as session:
        for row in session.scalars(select(ConcernRow)):
            row.facts = b"another key's"
    for row in rows(any_store):
        with pytest.raises(TriageError, match="another key"):
            close(any_store, act(row, lead), LESSON, RULES, chance)
    assert outcomes(any_store) == []


def test_many_are_concluded_together_without_the_urgent_ones(any_store: Store, lead: int) -> None:
    happen(
        any_store,
        flagged_event(minutes(0), "ada"),
        flagged_event(minutes(1), "ben", severity=Severity.URGENT),
        flagged_event(minutes(2), "cal"),
        flagged_event(minutes(3), "dan"),
        *(read(minutes(5 + number), f"pupil-{number}") for number in range(6)),
    )
    chosen = [act(row, lead) for row in rows(any_store) if row.standing == "new"]
    happen(any_store, flagged_event(minutes(4), "dan"))
    done = close_together(any_store, chosen, LESSON, "Group: secondary", RULES, chance)
    assert (done.closed, done.urgent, done.changed) == (3, 1, 1)
    still = {row.subject for row in rows(any_store) if row.standing == "new"}
    assert still == {"ben", "dan"}
    opened = conclusions.undo_together(any_store, done.batch, lead, minutes(70), RULES, chance)
    assert opened == 9
    assert all(undone for _, undone in outcomes(any_store))
    assert {row.standing for row in rows(any_store)} == {"new", "in a class's line"}
    assert conclusions.undo_together(any_store, "", lead, minutes(71), RULES, chance) == 0
