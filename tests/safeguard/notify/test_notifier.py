"""From a concern in the database to a message in a mailbox: who, when, and once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.notices import How, Step
from safeguard.keeping_settings import Retention
from safeguard.notify.notifier import Notifier, put_tests
from safeguard.settings import Settings
from safeguard.store import contacts, outbox
from safeguard.store.contacts import LadderSpec, Place, Way
from safeguard.store.retention import purge
from safeguard.store.session import Store
from safeguard.store.tables.cases import OutcomeRow
from safeguard.store.tables.notices import DeliveryRow, OutboxRow
from tests.safeguard.notify_world import (
    DEPUTY,
    LEAD,
    NOW,
    Clock,
    MailServer,
    change_concern,
    mail_server,
    put_concern,
)
from tests.safeguard.samples import reviewer

EVENING = datetime(2026, 3, 4, 21, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
HEAD = "head@school.example"


class World:
    """A school with a lead, a deputy and a head, and a clock."""

    def __init__(self, store: Store, settings: Settings, server: MailServer) -> None:
        self.store = store
        self.server = server
        self.clock = Clock()
        self.settings = server.settings(settings)
        self.notifier = Notifier(store, self.settings, self.clock, lambda: "abc123")
        self.people = {}
        for step, address in enumerate((LEAD, DEPUTY, HEAD)):
            one = contacts.add(store, address, Way.EMAIL, Place(address), "staff:1", NOW)
            contacts.put_on_ladder(store, one, step, "staff:1", NOW)
            self.people[address] = one

    def tick(self, number: float = 0, times: int = 3) -> None:
        self.clock.go(number)
        for _ in range(times):
            self.notifier.tick()
            self.notifier.sending.wait(30)

    def got(self, address: str = LEAD) -> list[str]:
        return [
            str(one["Subject"])
            for one in self.server.to(address)
            if "concern" in one["Subject"] and "Safeguard:" in one["Subject"]
        ]

    def states(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(select(OutboxRow.state).where(OutboxRow.kind == "concern")))


@pytest.fixture
def world(any_store: Store, any_settings: Settings) -> Iterator[World]:
    with mail_server() as server:
        world = World(any_store, any_settings, server)
        yield world
        world.notifier.close()


def test_an_urgent_concern_climbs_the_ladder_until_someone_opens_it(world: World) -> None:
    concern = put_concern(world.store)
    world.tick()
    assert world.got() == ["Safeguard: 1 concern, act now"]
    world.tick(29)
    assert world.got(DEPUTY) == []
    world.tick(1)
    assert world.got(DEPUTY) == ["Safeguard: 1 concern, act now"]
    change_concern(world.store, concern, opened_at=world.clock.now)
    world.tick(31)
    assert world.got(HEAD) == []
    assert world.got() == ["Safeguard: 1 concern, act now"]


def test_an_urgent_concern_that_nobody_opens_reaches_the_head(world: World) -> None:
    put_concern(world.store)
    for _ in range(3):
        world.tick(30)
    assert [len(world.got(one)) for one in (LEAD, DEPUTY, HEAD)] == [1, 1, 1]


def test_a_message_holds_no_name_and_no_words_and_leads_to_the_site(world: World) -> None:
    put_concern(world.store, why=["Typed Ada Example's secret words."])
    world.tick()
    ((_, letter),) = [
        one for one in world.server.letters if one[1]["Subject"].startswith("Safeguard: 1 concern")
    ]
    whole = letter.as_string()
    assert "Ada" not in whole
    assert "secret words" not in whole
    assert "self-harm" not in whole.lower()
    assert "https://safeguard.school.example/" in whole
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "safeguard.school.example" in letter["List-Id"]
    assert letter["Importance"] == "High"


def test_at_night_only_what_is_urgent_goes_out_and_the_rest_in_the_morning(world: World) -> None:
    world.clock.now = EVENING
    put_concern(world.store, Severity.HIGH, at=EVENING)
    world.tick()
    assert world.got() == []
    put_concern(world.store, at=EVENING)
    world.tick(1)
    assert world.got() == ["Safeguard: 1 concern, act now"]
    world.clock.now = MORNING
    world.tick()
    assert "Safeguard: 1 concern, look today" in world.got()


def test_several_at_once_are_one_message(world: World) -> None:
    for _ in range(30):
        put_concern(world.store, Severity.HIGH)
    world.tick()
    assert world.got() == ["Safeguard: 30 concerns, look today"]
    put_concern(world.store, Severity.HIGH)
    world.tick(5)
    assert len(world.got()) == 1
    world.tick(5)
    assert world.got()[1:] == ["Safeguard: 1 concern, look today"]


def test_what_comes_back_after_a_review_is_told_again(world: World) -> None:
    concern = put_concern(world.store)
    world.tick()
    lead = reviewer(world.store)
    change_concern(world.store, concern, standing="reviewed", opened_at=world.clock.now)
    with world.store.writing() as session:
        session.add(
            OutcomeRow(
                school_id=1, concern_id=concern, at=NOW, staff_id=lead, outcome="acted", reason=b""
            )
        )
    world.tick(60)
    assert len(world.got()) == 1
    change_concern(world.store, concern, standing="came back", built_at=world.clock.now)
    world.tick(1)
    assert len(world.got()) == 2


def test_what_grows_worse_is_told_again(world: World) -> None:
    concern = put_concern(world.store, Severity.HIGH)
    world.tick()
    change_concern(world.store, concern, severity=Severity.URGENT.value, opened_at=NOW)
    world.tick(1)
    assert world.got() == ["Safeguard: 1 concern, look today", "Safeguard: 1 concern, act now"]


def test_what_is_opened_while_it_waits_is_not_sent(world: World) -> None:
    put_concern(world.store, Severity.HIGH)
    world.tick()
    second = put_concern(world.store, Severity.HIGH)
    world.tick(1)
    lead = reviewer(world.store)
    change_concern(world.store, second, opened_at=world.clock.now, opened_by=lead)
    world.tick(20)
    assert len(world.got()) == 1
    with world.store.reading() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.about == second)).one()
        assert (row.state, row.cancelled_by, row.said) == ("cancelled", lead, "opened")


def test_where_no_ladder_has_anyone_everyone_is_told_of_what_is_urgent(
    any_store: Store, any_settings: Settings
) -> None:
    with mail_server() as server:
        clock = Clock()
        contacts.add(any_store, "Lee", Way.EMAIL, Place(LEAD), "staff:1", NOW)
        spec = LadderSpec("Nothing", how=How.NONE, severity=Severity.NONE, steps=(Step(()),))
        contacts.add_ladder(any_store, spec, "staff:1", NOW)
        put_concern(any_store)
        notifier = Notifier(any_store, server.settings(any_settings), clock)
        notifier.tick()
        notifier.sending.wait(30)
        notifier.close()
        assert "Safeguard: 1 concern, act now" in server.subjects()


def test_the_digest_and_the_weekly_report_come_though_there_is_nothing(world: World) -> None:
    world.clock.now = datetime(2026, 3, 2, 7, 29, tzinfo=UTC)  # a Monday
    world.tick()
    assert world.server.letters == []
    world.tick(1)
    assert sorted(str(one["Subject"]) for one in world.server.to(LEAD)) == [
        "Safeguard this week: nothing to report", "Safeguard today: nothing to report",
    ]  # fmt: skip
    assert world.server.to(DEPUTY) == []
    body = world.server.letters[0][1].as_string()
    assert "abc123" in body
    world.tick(60)
    assert len(world.server.letters) == 2


def test_a_test_arrives_once_a_minute_and_is_kept_on_record(world: World) -> None:
    assert put_tests(world.store, NOW) == 3
    assert put_tests(world.store, NOW) == 3
    world.tick()
    assert world.server.subjects().count("Safeguard: a test") == 3
    found = contacts.contact(world.store, world.people[LEAD])
    assert found is not None
    assert found.tested_at == NOW


def test_a_killed_sender_sends_the_same_message_again(world: World) -> None:
    """At least once: the receiver can tell by the Message-ID."""
    for _ in range(3):
        put_concern(world.store)
    world.notifier._tell(
        contacts.contacts(world.store), contacts.ladders(world.store), world.clock.now
    )
    (claimed,) = outbox.claim(world.store, world.clock.now)
    from safeguard.notify.composing import compose
    from safeguard.notify.message import Message

    source = world.notifier.sending.source
    lost: Message = compose(source, claimed, Place(LEAD), world.clock.now)
    put_concern(world.store)  # comes meanwhile, and is no part of the message that is sent again
    world.tick(1)
    assert len(world.got()) == 1
    world.tick(3)
    ids = [str(one["Message-ID"]) for one in world.server.to(LEAD)]
    assert f"<{lost.id}@school.example>" in ids
    assert set(world.states()) == {"sent"}


def test_a_server_that_greylists_is_tried_again_and_the_deputy_is_told_meanwhile(
    world: World,
) -> None:
    put_concern(world.store)
    world.server.to_recipient = "450 4.2.0 try again later"
    world.tick()
    assert world.states() == ["waiting"]
    world.tick(5)
    world.server.to_recipient = "250 OK"
    world.tick(5)
    assert len(world.got()) == 1
    assert len(world.got(DEPUTY)) == 1
    with world.store.reading() as session:
        said = session.scalars(select(DeliveryRow.said).order_by(DeliveryRow.id)).all()
    assert said[0] == "450 4.2.0 try again later"


def test_a_mailbox_that_is_not_there_lets_the_deputy_be_told_at_once(world: World) -> None:
    put_concern(world.store)
    world.server.refuses[LEAD] = "550 5.1.1 <lead@school.example>: no such user"
    world.tick()
    world.tick(0.5)
    world.tick(0.5)
    assert world.states() == ["failed", "sent"]
    assert len(world.got(DEPUTY)) == 1
    world.server.refuses.clear()
    put_tests(world.store, world.clock.now)
    world.tick(1)
    assert len(world.got()) == 1, "once a test arrives, what was missed follows"


def test_everyone_hears_of_messages_that_do_not_arrive(world: World) -> None:
    put_concern(world.store)
    world.server.to_recipient = "450 4.2.0 try again later"
    for _ in range(5):
        world.tick(4)
    world.server.to_recipient = "250 OK"
    world.tick(5)
    assert "Safeguard: messages are not arriving" in world.server.subjects()


def test_what_was_sent_stays_for_as_long_as_the_school_says_and_goes_then(world: World) -> None:
    put_concern(world.store)
    world.tick()
    assert world.states() == ["sent"]
    world.clock.now += timedelta(days=300)
    world.tick()
    purge(world.store, Retention(messages_days=365).periods, world.clock.now)
    assert world.states() == ["sent"]
    purge(world.store, Retention(messages_days=200).periods, world.clock.now)
    assert world.states() == []
