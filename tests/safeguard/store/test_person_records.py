"""People listed and looked at: special needs are never in a list."""

from datetime import UTC, datetime

import pytest

from safeguard.core.audit import Actor
from safeguard.core.rolls import Roll, Told
from safeguard.problems import UnusableError
from safeguard.store import people, person_records, rolls
from safeguard.store.person_records import Wanted
from safeguard.store.session import Store

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
