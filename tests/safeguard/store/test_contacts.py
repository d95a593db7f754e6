"""Contacts and ladders as staff make them."""

from datetime import timedelta

from sqlalchemy import select, text

from filter_rules.types import Severity
from safeguard.core.notices import How, OutOfHours, Step
from safeguard.store import contacts
from safeguard.store.contacts import LadderSpec, Place, Way
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.notices import ContactRow
from tests.safeguard.samples import NOW

LEAD = Place("lead@school.example", initials=True)


def test_a_contact_is_kept_with_its_address_sealed(any_store: Store) -> None:
    made = contacts.add(any_store, "Lee", Way.EMAIL, LEAD, "staff:1", NOW)
    (found,) = contacts.contacts(any_store)
    assert (found.id, found.name, found.way, found.place) == (made, "Lee", Way.EMAIL, LEAD)
    assert (found.active, found.tested_at) == (True, None)
    with any_store.reading() as session:
        sealed = session.scalars(select(ContactRow.address)).one()
    assert b"lead@school" not in sealed


def test_an_address_that_cannot_be_unsealed_is_no_address(any_store: Store) -> None:
    made = contacts.add(any_store, "Lee", Way.EMAIL, LEAD, "staff:1", NOW)
    with any_store.writing() as session:
        session.execute(text("UPDATE contacts SET address = :junk"), {"junk": b"junk"})
    found = contacts.contact(any_store, made)
    assert found is not None
    assert found.place is None


def test_a_contact_is_switched_off_and_on_and_tested(any_store: Store) -> None:
    made = contacts.add(any_store, "Lee", Way.EMAIL, LEAD, "staff:1", NOW)
    for active in (False, True):
        assert contacts.set_active(any_store, made, "staff:1", NOW, active=active)
        found = contacts.contact(any_store, made)
        assert found is not None
        assert found.active is active
    contacts.note_test(any_store, made, NOW)
    found = contacts.contact(any_store, made)
    assert found is not None
    assert found.tested_at == NOW
    assert not contacts.set_active(any_store, 99, "staff:1", NOW, active=False)
    assert contacts.contact(any_store, 99) is None


def test_contacts_on_steps_make_the_ladder_for_everyone(any_store: Store) -> None:
    people = [contacts.add(any_store, name, Way.EMAIL, LEAD, "staff:1", NOW) for name in "abcd"]
    for one, step in zip(people, (0, 1, 2, 5), strict=True):
        contacts.put_on_ladder(any_store, one, step, "staff:1", NOW)
    contacts.put_on_ladder(any_store, people[0], 0, "staff:1", NOW)
    (ladder,) = contacts.ladders(any_store)
    assert (ladder.severity, ladder.how) == (Severity.HIGH, How.INSTANT)
    after = [timedelta(minutes=each) for each in (0, 30, 60, 60)]
    assert ladder.steps == tuple(
        Step((one,), wait) for one, wait in zip(people, after, strict=True)
    )


def test_a_ladder_is_kept_as_it_is_written_and_can_be_removed(any_store: Store) -> None:
    one = contacts.add(any_store, "a", Way.EMAIL, LEAD, "staff:1", NOW)
    two = contacts.add(any_store, "b", Way.WEBHOOK, Place("https://x/", "s"), "staff:1", NOW)
    late, early = timedelta(minutes=40), timedelta(minutes=20)
    spec = LadderSpec(
        "Year 7",
        ("primary",),
        ("bullying", "hate"),
        Severity.MEDIUM,
        How.DIGEST,
        OutOfHours.SEND,
        (Step((one, two)), Step((one,), late), Step((two,), early)),
    )
    made = contacts.add_ladder(any_store, spec, "staff:1", NOW)
    (ladder,) = contacts.ladders(any_store)
    assert (ladder.id, ladder.groups, ladder.families) == (
        made, frozenset({"primary"}), frozenset({"bullying", "hate"}),
    )  # fmt: skip
    assert (ladder.severity, ladder.how) == (Severity.MEDIUM, How.DIGEST)
    assert ladder.out_of_hours is OutOfHours.SEND
    # No step before the one below it.
    assert ladder.steps == (Step((one, two)), Step((one,), late), Step((two,), late))
    assert contacts.remove_ladder(any_store, made, "staff:1", NOW)
    assert not contacts.remove_ladder(any_store, made, "staff:1", NOW)
    assert contacts.ladders(any_store) == []


def test_a_ladder_that_is_set_again_is_replaced_whole(any_store: Store) -> None:
    one = contacts.add(any_store, "a", Way.EMAIL, LEAD, "staff:1", NOW)
    first = LadderSpec("Year 7", ("primary",), steps=(Step((one,)), Step((one,))))
    made = contacts.set_ladder(any_store, first, "staff:1", NOW)
    other = LadderSpec("Year 8", steps=(Step((one,)),))
    beside = contacts.set_ladder(any_store, other, "staff:1", NOW)
    again = LadderSpec("Year 7", (), ("hate",), Severity.LOW, How.DIGEST, steps=(Step((one,)),))
    assert contacts.set_ladder(any_store, again, "staff:1", NOW) == made
    assert contacts.named_ladders(any_store) == {made: again, beside: other}


def test_every_change_is_audited(any_store: Store) -> None:
    one = contacts.add(any_store, "Lee", Way.EMAIL, LEAD, "staff:1", NOW)
    contacts.put_on_ladder(any_store, one, 0, "staff:1", NOW)
    contacts.set_active(any_store, one, "staff:1", NOW, active=False)
    (ladder,) = contacts.ladders(any_store)
    contacts.remove_ladder(any_store, ladder.id, "staff:1", NOW)
    with any_store.reading() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.who == "staff:1").order_by(AuditRow.id)
        ).all()
        assert [(row.what, row.about_kind) for row in rows] == [
            ("added", "contact"), ("added", "ladder"), ("changed", "ladder"),
            ("switched off", "contact"), ("removed", "ladder"),
        ]  # fmt: skip
