"""Flagged events become concerns in the database, once, in any order and in any batches."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from filter_rules.types import Kind, Severity
from safeguard.core.concerns import Standing
from safeguard.core.types import Channel, Reason
from safeguard.store import class_lines
from safeguard.store.concern_building import build, events_of
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow
from safeguard.store.tables.events import EventRow
from tests.safeguard.concern_samples import (
    MONDAY,
    TERMS,
    chance,
    concerns,
    flagged_event,
    fold_all,
    happen,
    keep,
    minutes,
    rows,
)


def members(store: Store) -> set[tuple[str, str]]:
    with store.reading() as session:
        query = select(ConcernEventRow.concern_id, ConcernEventRow.event_id)
        return {(one, event) for one, event in session.execute(query)}


def test_events_of_one_spell_are_one_concern(any_store: Store) -> None:
    first, second = flagged_event(minutes(0)), flagged_event(minutes(9), words="others")
    built = happen(any_store, first, second)
    assert built.events == 2
    (row,) = rows(any_store)
    assert built.ids == (row.id,)
    assert (row.subject_kind, row.subject, row.family) == ("pupil", "ada", "self-harm")
    assert (row.severity, row.standing, row.version) == (Severity.HIGH, "new", 1)
    assert (row.started_at, row.last_at) == (minutes(0), minutes(9))
    assert (row.events, row.count, row.subjects) == (2, 2, 1)
    assert (row.rules, row.identity, row.group) == (("Words",), "likely", "secondary")
    assert row.why[0] == "Typed into a search at 10:00, once more since."
    assert (row.artefact, row.policy_version, row.context_due_at) == ("a1", "v1", MONDAY)
    assert members(any_store) == {(row.id, first.id), (row.id, second.id)}


def test_nothing_is_folded_twice(any_store: Store) -> None:
    happen(any_store, flagged_event())
    before = concerns(any_store)
    assert fold_all(any_store).events == 0
    assert concerns(any_store) == before


def test_what_is_not_flagged_makes_no_concern(any_store: Store) -> None:
    assert happen(any_store, flagged_event(flagged=False)).events == 0
    assert rows(any_store) == []


def test_a_batch_that_fails_leaves_nothing_behind(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(any_store, flagged_event())

    def fails(*_: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(class_lines, "settle", fails)
        with pytest.raises(RuntimeError):
            build(any_store, TERMS, MONDAY, chance)
    assert rows(any_store) == []
    assert fold_all(any_store).events == 1
    assert len(rows(any_store)) == 1


def test_batches_of_any_size_come_to_the_same(any_store: Store) -> None:
    made = [flagged_event(minutes(5 * number), f"pupil-{number % 3}") for number in range(20)]
    keep(any_store, *made)
    fold_all(any_store, most=3)
    by_threes = {(one.who, one.facts, one.severity) for one in concerns(any_store)}
    with any_store.writing() as session:
        session.execute(delete(ConcernRow))
        session.execute(update(EventRow).values(folded=False))
    fold_all(any_store)
    assert {(one.who, one.facts, one.severity) for one in concerns(any_store)} == by_threes


def test_a_late_event_makes_one_concern_of_two(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0)))
    happen(any_store, flagged_event(minutes(50)))
    first, second = rows(any_store)
    happen(any_store, flagged_event(minutes(25)))
    (row,) = rows(any_store)
    assert row.id == first.id
    assert (row.events, row.started_at, row.last_at) == (3, minutes(0), minutes(50))
    assert {one for one, _ in members(any_store)} == {first.id}
    assert len(members(any_store)) == 3
    assert second.id != first.id


def test_an_unknown_user_is_the_device_then_the_address(any_store: Store) -> None:
    happen(
        any_store,
        flagged_event(person="", device="tablet-7", confidence="none"),
        flagged_event(person="", confidence="none"),
    )
    assert {(row.subject_kind, row.subject, row.identity) for row in rows(any_store)} == {
        ("device", "tablet-7", "none"),
        ("address", "10.0.0.5", "none"),
    }


def test_staff_have_no_concerns_except_what_is_sealed(any_store: Store) -> None:
    happen(
        any_store,
        flagged_event(group="staff"),
        flagged_event(group="staff", person="", reason=Reason.SEALED),
        flagged_event(channel=Channel.TESTER, reason=Reason.SEALED),
    )
    (row,) = rows(any_store)
    assert (row.family, row.severity) == ("unlawful", Severity.HIGH)
    with any_store.reading() as session:
        left = session.scalar(select(func.count()).where(EventRow.folded.is_(False)))
    assert left == 0


def test_what_phrases_say_makes_a_combination(any_store: Store) -> None:
    happen(
        any_store,
        flagged_event(minutes(0), says=("Does not want to go on living.",)),
        flagged_event(
            minutes(5), says=("Asks about a means, as a person might who plans it.",), words="x"
        ),
    )
    (row,) = rows(any_store)
    assert row.severity == Severity.URGENT
    assert "The wish and a means on the same day: this weighs more." in row.why


def test_the_same_words_are_one_page_and_others_are_not(any_store: Store) -> None:
    happen(
        any_store,
        flagged_event(minutes(0), words="Typed  Words"),
        flagged_event(minutes(1), words="typed words"),
        flagged_event(minutes(2), words="other words"),
    )
    (one,) = concerns(any_store)
    assert len(one.facts.lines) == 2


def test_what_is_kept_beside_the_columns_cannot_be_read_in_the_database(any_store: Store) -> None:
    happen(any_store, flagged_event())
    (row,) = rows(any_store)
    assert b"search.example" not in row.facts
    assert b"search.example" in any_store.vault.unseal(row.facts)


def test_a_concern_that_cannot_be_opened_stays_and_another_is_made_beside_it(
    any_store: Store,
) -> None:
    happen(any_store, flagged_event(minutes(0)))
    with any_store.writing() as session:
        session.execute(update(ConcernRow).values(facts=b"not of this key"))
    happen(any_store, flagged_event(minutes(1)))
    assert [row.events for row in rows(any_store)] == [1, 1]


def test_an_event_that_cannot_be_opened_still_counts(any_store: Store) -> None:
    one = flagged_event(kind=Kind.PAGE)
    keep(any_store, one)
    with any_store.writing() as session:
        session.execute(update(EventRow).values(sealed=b"not of this key"))
    fold_all(any_store)
    assert [row.events for row in rows(any_store)] == [1]
    with any_store.reading() as session:
        (found,) = events_of(session, [one.id], TERMS.rules)
    assert (found.id, found.page, found.phrases) == (one.id, "", ())


def test_events_are_found_hours_late(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(600)))
    happen(any_store, flagged_event(minutes(0)), now=MONDAY + timedelta(hours=12))
    assert [row.started_at for row in rows(any_store)] == [minutes(0), minutes(600)]
    assert {one.standing for one in concerns(any_store)} == {Standing.NEW}
