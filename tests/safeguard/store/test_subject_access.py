"""All that is kept about one person, opened."""

import json
from dataclasses import replace

import pytest

from safeguard.core.audit import Actor
from safeguard.core.concerns import Outcome
from safeguard.core.policy import Who
from safeguard.core.types import Subject
from safeguard.store import audit, contacts, outbox, subject_access
from safeguard.store.contacts import Place, Way
from safeguard.store.outbox import CONCERN, NewMessage
from safeguard.store.overrides import lift
from safeguard.store.session import Store
from safeguard.store.unblock_requests import Asking, ask
from safeguard.vault import Vault
from tests.safeguard.policy_samples import document, override
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.keeping_samples import PERSON, case, concern, event, pupil
from tests.safeguard.store.test_retention import bring_visits

ASKER = Subject("primary", "10.0.0.7", PERSON)


def ask_and_lift(store: Store) -> None:
    """The person and another one ask for a site, and for each something is lifted."""
    asking = Asking(ASKER, "games.example", "https://games.example/", ("games",), "for chess")
    ask(store, asking, NOW)
    ask(store, replace(asking, subject=replace(ASKER, person="pupil-8")), NOW)
    for people in ({PERSON}, {"pupil-8"}):
        lifted = override(who=Who(people=frozenset(people)))
        lift(store, lifted, document(), Actor("staff:1", NOW))


def test_every_table_that_knows_of_the_person_is_told_and_opened(any_store: Store) -> None:
    staff = reviewer(any_store)
    pupil(any_store)
    pupil(any_store, "pupil-8", "Ben Baker")
    one = event(any_store, 1, 0, words="so sad")
    event(any_store, 2, 0, person="pupil-8")
    key = concern(any_store, 1, 1, one, closed=Outcome.ACTED.code, staff=staff)
    concern(any_store, 2, 1, subject="pupil-8")
    case(any_store, 3, 1, key, staff=staff)
    ask_and_lift(any_store)
    with any_store.writing() as session:
        audit.record(session, NOW, "staff:1", "viewed", "person", PERSON, {"why": "a look"})
        audit.record(session, NOW, "staff:1", "viewed", "person", "pupil-8")
        for kind, about in (("event", one.id), ("concern", key)):
            audit.record(session, NOW, "staff:1", "viewed", kind, about)
    lead = contacts.add(any_store, "Lee", Way.EMAIL, Place("l@x.example"), "staff:1", NOW)
    told = NewMessage(f"concern:{key}:0:4:{lead}", CONCERN, key, lead, "email", NOW)
    outbox.put(any_store, [told], NOW)
    found = subject_access.everything(any_store, PERSON)
    assert found.names == ("Ben Baker",)
    tables = found.tables
    assert {name: len(rows) for name, rows in tables.items() if rows} == {
        "person": 1, "events": 1, "concerns": 1, "cases": 1, "case_people": 1, "notes": 1,
        "outcomes": 2, "audit": 3, "messages": 1, "unblock_requests": 1, "overrides": 1,
    }  # fmt: skip
    assert tables["person"][0]["name"] == "Ada Abel"
    assert tables["events"][0]["sealed"]["words"] == "so sad"
    assert tables["concerns"][0]["facts"] == {"count": 3}
    (note,) = tables["notes"]
    assert (note["sealed"], note["staff_id"]) == ("Ben Baker was with her.", "Lee Lead")
    assert {one["outcome"] for one in tables["outcomes"]} == {"real, and acted on"}
    assert "a look" in tables["audit"][0]["payload"]
    asked, lifted = tables["unblock_requests"][0], tables["overrides"][0]
    # Others may be among the people that something was lifted for.
    assert (asked["reason"], lifted["categories"], "people" in lifted) == (
        "for chess",
        ["games"],
        False,
    )
    assert json.loads(json.dumps(tables)) == tables


def test_what_no_key_opens_is_said_to_be_so(any_store: Store) -> None:
    event(any_store, 1, 0)
    any_store.vault = Vault(bytes(32))
    (row,) = subject_access.everything(any_store, PERSON).tables["events"]
    assert row["sealed"] == subject_access.UNREADABLE


def test_the_visits_of_every_day_are_told_the_newest_first(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_visits(any_store, *((past, PERSON) for past in (0, 0.001, 0.002, 1, 5)), (0, "pupil-8"))
    monkeypatch.setattr(subject_access, "PAGE", 2)
    found = list(subject_access.visits(any_store, PERSON))
    assert len(found) == 5
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    assert {one["path"] for one in found} == {"/x"}
