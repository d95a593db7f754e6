"""People listed and looked at: special needs are never in a list."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from safeguard.core.audit import Actor
from safeguard.core.rolls import Roll, Told
from safeguard.problems import UnusableError
from safeguard.store import erasure, people, person_records, rolls, subject_access
from safeguard.store.person_records import Wanted
from safeguard.store.session import Store
from safeguard.store.tables.people import PersonRow
from tests.safeguard.samples import reviewer
from tests.safeguard.store.keeping_samples import PERSON, case, pupil

ACTOR = Actor("command:test", datetime(2026, 11, 22, 10, tzinfo=UTC))
ADA = Told("Ada Example", "secondary", "1", "1", "aexample", "7", "7B", needs=("eal",))
BEN = Told("Ben Other", "primary", "2", "2")


def test_people_are_found_by_text_group_and_whether_they_left(any_store: Store) -> None:
    rolls.carry_out(any_store, Roll("file", (ADA, BEN)), ACTOR)

    def names(wanted: Wanted, limit: int = 9, offset: int = 0) -> list[str]:
        return [one.name for one in person_records.people(any_store, wanted, limit, offset)]

    assert names(Wanted()) == ["Ada Example", "Ben Other"]
    assert names(Wanted(), 1, 1) == ["Ben Other"]
    assert names(Wanted("OTHER")) == ["Ben Other"]
    assert names(Wanted("%")) == []
    assert names(Wanted(group="secondary")) == ["Ada Example"]
    ben = people.find_by_name(any_store, "Ben Other")[0]
    rolls.leave(any_store, ben.id, ACTOR, "left")
    assert names(Wanted()) == ["Ada Example"]
    assert names(Wanted(left=True)) == ["Ben Other"]


def test_one_person_is_shown_with_devices_and_needs(any_store: Store) -> None:
    rolls.carry_out(any_store, Roll("file", (ADA,)), ACTOR)
    ada = people.find_by_name(any_store, "Ada Example")[0]
    people.add_device(any_store, "10.0.0.5", "Tablet", ada.id)
    found = person_records.record(any_store, ada.id)
    assert (found.year, found.form, found.devices, found.needs) == (
        "7", "7B", ("10.0.0.5",), ("eal",),
    )  # fmt: skip
    with pytest.raises(UnusableError, match="Nobody"):
        person_records.record(any_store, "nobody")


def test_the_births_of_those_whom_a_case_is_about_are_told(any_store: Store) -> None:
    staff = reviewer(any_store)
    pupil(any_store)
    key = case(any_store, 3, 1, staff=staff)
    assert person_records.births(any_store, key) == [None]
    with any_store.writing() as session:
        row = session.get(PersonRow, PERSON)
        assert row is not None
        row.born = date(2014, 9, 3)
    assert person_records.births(any_store, key) == [date(2014, 9, 3)]


def test_all_that_is_known_is_in_what_is_told_to_the_person_and_goes_with_them(
    any_store: Store,
) -> None:
    rolls.carry_out(any_store, Roll("file", (replace(ADA, born=date(2014, 9, 3)),)), ACTOR)
    ada = people.find_by_name(any_store, "Ada Example")[0].id
    (row,) = subject_access.everything(any_store, ada).tables["person"]
    assert (row["year"], row["form"], row["login"], row["needs"], row["born"], row["source"]) == (
        "7", "7B", "aexample", ["eal"], "2014-09-03", "file",
    )  # fmt: skip
    erasure.erase(any_store, ada, "staff:1", "asked for", ACTOR.at)
    with any_store.reading() as session:
        assert session.get(PersonRow, ada) is None
