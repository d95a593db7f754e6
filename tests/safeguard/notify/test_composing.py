"""What a contact reads is made when it is sent, and is true then."""

from dataclasses import replace

import pytest

from filter_rules.types import Severity
from safeguard.core.notices import Told
from safeguard.notify.composing import Source, compose
from safeguard.settings import Settings
from safeguard.store import contacts
from safeguard.store.contacts import Place, Way
from safeguard.store.outbox import Parcel, Waiting
from safeguard.store.session import Store
from safeguard.store.tables.people import PersonRow
from tests.safeguard.notify_world import put_concern
from tests.safeguard.samples import NOW

PLACE = Place("l@x.example")


@pytest.fixture
def source(any_store: Store, any_settings: Settings) -> Source:
    return Source(any_store, any_settings, lambda: "0a1b2c", lambda _: ["The disk is full."])


def waiting(kind: str, about: str, told: Told | None = None, number: int = 1) -> Waiting:
    return Waiting(
        number, f"{kind}:{about}", kind, about, 1, "email", 0, urgent=False, made_at=NOW, attempts=1,
        told=told,
    )  # fmt: skip


def parcel(*messages: Waiting) -> Parcel:
    return Parcel(messages, NOW)


def test_of_several_concerns_the_worst_is_said_and_the_id_stays(source: Source) -> None:
    both = parcel(
        waiting("concern", "a", Told(1, Severity.HIGH, NOW), 1),
        waiting("concern", "b", Told(1, Severity.URGENT, NOW), 2),
    )
    made = compose(source, both, PLACE, NOW)
    assert (made.count, made.severity, made.kind) == (2, "act now", "concern")
    turned = Parcel(both.messages[::-1], NOW)
    assert compose(source, turned, PLACE, NOW).id == made.id
    assert compose(source, parcel(both.messages[0]), PLACE, NOW).id != made.id


def test_initials_are_there_only_for_who_may_see_them(source: Source, any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(PersonRow(id="pupil-7", school_id=1, name="Ada Example", group="primary"))
    one = parcel(waiting("concern", put_concern(any_store), Told(1, Severity.HIGH, NOW)))
    assert "A. E." not in compose(source, one, PLACE, NOW).text
    assert "A. E." in compose(source, one, replace(PLACE, initials=True), NOW).text


@pytest.mark.parametrize(
    ("kind", "about", "says"),
    [
        ("digest", "2026-03-04", "Seal of the audit record, to keep: 0a1b2c"),
        ("weekly", "2026-03-02", "Seal of the audit record, to keep: 0a1b2c"),
        ("alarm", "2026-03-04", "The disk is full."),
        ("test", "x", "This is a test"),
    ],
)
def test_each_kind_says_its_own(source: Source, kind: str, about: str, says: str) -> None:
    made = compose(source, parcel(waiting(kind, about)), PLACE, NOW)
    assert says in made.text
    assert made.kind == kind


def test_the_digest_counts_what_is_its_contacts(source: Source, any_store: Store) -> None:
    lead = contacts.add(any_store, "Lee", Way.EMAIL, PLACE, "staff:1", NOW)
    assert lead == 1
    put_concern(any_store)
    one = parcel(waiting("digest", "2026-03-04"))
    assert "nothing to report" in compose(source, one, PLACE, NOW).subject
    contacts.put_on_ladder(any_store, lead, 0, "staff:1", NOW)
    assert compose(source, one, PLACE, NOW).subject == "Safeguard today: 1 concern open"


def test_word_of_roles_is_told_one_by_one(source: Source) -> None:
    made = compose(source, parcel(waiting("staff", "glass:3")), PLACE, NOW)
    assert made.subject == "Safeguard: a technician broke the glass"
    assert "end it now" in made.text
