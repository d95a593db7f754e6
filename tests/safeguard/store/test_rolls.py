"""Rolls carried out on a real database: whole or not at all, told in the audit, quick enough."""

import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from safeguard.core.audit import Actor
from safeguard.core.rolls import Field, Plan, Roll, Told
from safeguard.problems import UnusableError
from safeguard.store import audit, generation, people, rolls
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.store.tables.people import PersonRow

ACTOR = Actor("command:test", datetime(2026, 11, 22, 10, tzinfo=UTC))
ADA = Told(
    "Ada Example", "secondary", "1", "1", "aexample", "7", "7B", date(2014, 9, 3), ("eal",), 2
)
BEN = Told("Ben Example", "primary", "2", "2", "bexample", line=3)


def done(store: Store, *told: Told, whole: bool = False, force: bool = False) -> Plan:
    return rolls.carry_out(store, Roll("file", told, whole=whole), ACTOR, force=force, why="term")


def rows(store: Store) -> dict[str, PersonRow]:
    with store.reading() as session:
        found = session.scalars(select(PersonRow)).all()
        session.expunge_all()
    return {one.name: one for one in found}


def told(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    """What the audit says beyond its beginning."""
    query = (
        select(AuditRow.what, AuditRow.about, AuditPayloadRow.payload)
        .join(AuditPayloadRow, AuditPayloadRow.id == AuditRow.id)
        .order_by(AuditRow.id)
    )
    with store.reading() as session:
        found = session.execute(query).all()
    return [
        (row.what, row.about, json.loads(audit.opened(store.vault, row.payload)))
        for row in found[1:]
    ]


def test_people_are_added_with_all_that_is_told_and_their_needs_are_sealed(
    any_store: Store,
) -> None:
    before = generation.current(any_store)
    assert len(done(any_store, ADA, BEN).added) == 2
    ada = rows(any_store)["Ada Example"]
    assert (ada.group, ada.reference, ada.login, ada.year, ada.form, ada.born, ada.source) == (
        "secondary", "1", "aexample", "7", "7B", date(2014, 9, 3), "file",
    )  # fmt: skip
    assert ada.needs is not None
    assert b"eal" not in ada.needs
    assert rolls.needs_in(any_store.vault, ada.needs) == ("eal",)
    assert generation.current(any_store) == before + 1
    assert rolls.ids(any_store, "file") == {"1", "2"}


def test_the_same_again_changes_nothing_and_tells_nothing(any_store: Store) -> None:
    done(any_store, ADA, BEN)
    before, count = told(any_store), generation.current(any_store)
    assert done(any_store, ADA, BEN, whole=True).unchanged == 2
    assert (told(any_store), generation.current(any_store)) == (before, count)


def test_a_plan_changes_nothing(any_store: Store) -> None:
    assert len(rolls.plan(any_store, Roll("file", (ADA,))).added) == 1
    assert rows(any_store) == {}


def test_changes_leavers_and_those_who_return_keep_their_own_ids(any_store: Store) -> None:
    school = [replace(BEN, id=str(one), name=f"P {one}", login="") for one in range(10, 20)]
    done(any_store, ADA, *school)
    first = rows(any_store)
    assert len(done(any_store, *school, whole=True).left) == 1
    gone = rows(any_store)["Ada Example"]
    assert gone.left_at == ACTOR.at
    assert "Ada Example" not in {one.name for one in people.everyone(any_store)[0]}
    again = done(any_store, replace(ADA, year="8", needs=()), whole=False)
    assert (again.returned, again.changed[0].person) == (1, first["Ada Example"].id)
    ada = rows(any_store)["Ada Example"]
    assert (ada.left_at, ada.year, ada.needs) == (None, "8", None)


def test_too_many_leavers_change_nothing_unless_somebody_insists(any_store: Store) -> None:
    done(any_store, ADA, BEN)
    before = told(any_store)
    assert done(any_store, BEN, whole=True).loses_too_many
    assert rows(any_store)["Ada Example"].left_at is None
    assert told(any_store) == before
    done(any_store, BEN, whole=True, force=True)
    assert rows(any_store)["Ada Example"].left_at == ACTOR.at


def test_a_line_that_cannot_be_changes_nothing(any_store: Store) -> None:
    done(any_store, ADA)
    assert done(any_store, BEN, replace(BEN, line=4)).wrong[0].line == 4
    assert set(rows(any_store)) == {"Ada Example"}


def test_numbers_may_change_hands(any_store: Store) -> None:
    done(any_store, Told("Ada Example", "primary"), Told("Ben Example", "primary"))
    done(any_store, ADA, BEN)
    ids = {one.name: one.id for one in rows(any_store).values()}
    done(any_store, replace(ADA, login="bexample"), replace(BEN, login="aexample"))
    assert {one.name: one.id for one in rows(any_store).values()} == ids
    assert rows(any_store)["Ada Example"].login == "bexample"


def test_what_a_roll_does_not_speak_of_stays(any_store: Store) -> None:
    done(any_store, ADA)
    says = frozenset({Field.NAME, Field.GROUP})
    rolls.carry_out(any_store, Roll("file", (Told("Ada Example", "primary", "1"),), says), ACTOR)
    ada = rows(any_store)["Ada Example"]
    assert (ada.group, ada.year, ada.login) == ("primary", "7", "aexample")
    assert rolls.needs_in(any_store.vault, ada.needs) == ("eal",)


def test_the_audit_tells_of_ids_and_groups_and_of_no_name_or_need(any_store: Store) -> None:
    done(any_store, ADA)
    done(any_store, replace(ADA, name="Ada Other", group="staff", needs=("sen-e",)))
    ada = rows(any_store)["Ada Other"].id
    changed = next(payload for what, _, payload in told(any_store) if what == "changed")
    assert changed["people"] == {
        ada: {"group": ["secondary", "staff"], "name": "changed", "needs": "changed"}
    }
    assert changed["why"] == "term"
    everything = json.dumps(told(any_store))
    for word in ("Example", "Other", "aexample", "eal", "sen-e", "2014"):
        assert word not in everything


def test_needs_of_a_lost_key_are_written_anew(any_store: Store) -> None:
    done(any_store, ADA)
    with any_store.writing() as session:
        row = session.scalars(select(PersonRow)).one()
        row.needs = b"\0" * 60
    assert len(done(any_store, ADA).changed) == 1
    assert rolls.needs_in(any_store.vault, rows(any_store)["Ada Example"].needs) == ("eal",)


def test_one_person_leaves_and_returns_with_a_reason(any_store: Store) -> None:
    done(any_store, ADA)
    ada = rows(any_store)["Ada Example"].id
    rolls.leave(any_store, ada, ACTOR, "moved away")
    with pytest.raises(UnusableError, match="away already"):
        rolls.leave(any_store, ada, ACTOR, "again")
    rolls.bring_back(any_store, ada, ACTOR, "a mistake")
    with pytest.raises(UnusableError, match="here already"):
        rolls.bring_back(any_store, ada, ACTOR, "again")
    assert [(what, about) for what, about, _ in told(any_store)][-2:] == [
        ("left", ada),
        ("returned", ada),
    ]
    with pytest.raises(UnusableError, match="Nobody of that id"):
        rolls.leave(any_store, "nobody", ACTOR, "why")


def test_nobody_returns_to_a_login_that_is_somebody_elses_now(any_store: Store) -> None:
    done(any_store, ADA)
    ada = rows(any_store)["Ada Example"].id
    rolls.leave(any_store, ada, ACTOR, "left")
    done(any_store, replace(BEN, login="aexample"))
    with pytest.raises(UnusableError, match="somebody else's now"):
        rolls.bring_back(any_store, ada, ACTOR, "back")


def test_five_thousand_pupils_are_taken_in_within_five_seconds(any_store: Store) -> None:
    school = tuple(
        replace(ADA, id=str(one), reference=str(one), name=f"Pupil {one}", login=f"p{one}")
        for one in range(5000)
    )
    begun = time.process_time()  # ours alone: this machine may be busy with other tests
    assert len(done(any_store, *school).added) == 5000
    assert time.process_time() - begun < 5
    assert all(len(json.dumps(payload)) < audit.MOST_BYTES for _, _, payload in told(any_store))
    up = tuple(replace(one, year="8", form="8B") for one in school)
    assert len(done(any_store, *up, whole=True).changed) == 5000
    assert not any("cut" in payload for _, _, payload in told(any_store))
