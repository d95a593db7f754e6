"""Sending beside all else: one slow server holds up nobody but its own contact."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from safeguard.notify.composing import Source
from safeguard.notify.message import Reply
from safeguard.notify.sending import AGAIN, URGENT_AGAIN, Sending, again_at
from safeguard.settings import Settings
from safeguard.store import contacts, outbox, outbox_reading
from safeguard.store.contacts import Place, Way
from safeguard.store.outbox import CLAIM, ROOM, NewMessage, Parcel, Waiting
from safeguard.store.session import AwayError, Store
from safeguard.store.tables.notices import DeliveryRow, OutboxRow
from tests.safeguard.notify_world import LEAD, MailServer, mail_server, receiver, waits
from tests.safeguard.samples import NOW, at

REFUSED = Reply(accepted=False, said="450")
LASTING = Reply(accepted=False, said="550", lasting=True)


class Post:
    """An outbox, and what sends it."""

    def __init__(self, store: Store, settings: Settings, server: MailServer) -> None:
        self.store, self.server = store, server
        self.settings = server.settings(settings)
        self.sending = Sending(
            Source(store, self.settings, str, lambda _: []), lambda: datetime.now(UTC)
        )
        self.number = 0

    def add(self, way: Way, address: str) -> int:
        place = Place(address, "known to two")
        return contacts.add(self.store, address, way, place, "staff:1", NOW)

    def put(self, contact: int, way: Way = Way.EMAIL, *, urgent: bool = True) -> None:
        self.number += 1
        key = f"test:{self.number}"
        one = NewMessage(key, "test", "", contact, way.value, NOW, 0, urgent)
        outbox.put(self.store, [one], datetime.now(UTC))

    def send(self) -> None:
        self.sending.tick()
        self.sending.wait(20)

    def rows(self) -> list[tuple[str, str]]:
        with self.store.reading() as session:
            query = select(OutboxRow.state, OutboxRow.said).order_by(OutboxRow.id)
            return [(state, said) for state, said in session.execute(query)]


@pytest.fixture
def post(any_store: Store, any_settings: Settings) -> Iterator[Post]:
    with mail_server() as server:
        made = Post(any_store, any_settings, server)
        yield made
        server.stopped.set()
        made.sending.close()


def test_each_way_is_sent_by_its_own_sender(post: Post) -> None:
    with receiver() as told:
        post.put(post.add(Way.EMAIL, LEAD))
        post.put(post.add(Way.WEBHOOK, told.address), Way.WEBHOOK)
        service = told.address.replace("http://", "json://")
        post.put(post.add(Way.APPRISE, service), Way.APPRISE)
        post.send()
        assert len(told.requests) == 2
    assert len(post.server.letters) == 1
    assert [state for state, _ in post.rows()] == ["sent"] * 3


def test_a_receiver_that_hangs_holds_up_nobody_else(post: Post) -> None:
    with receiver() as told:
        told.hangs = True
        slow = [post.add(Way.WEBHOOK, f"{told.address}{n}") for n in range(ROOM["webhook"] + 2)]
        for one in slow:
            post.put(one, Way.WEBHOOK)
        began = time.monotonic()
        post.sending.tick()
        assert time.monotonic() - began < 2
        lead = post.add(Way.EMAIL, LEAD)
        post.put(lead)
        post.sending.tick()
        assert waits(lambda: len(post.server.letters) == 1)
        assert waits(lambda: len(told.requests) == ROOM["webhook"]), "so many at once, and no more"
        post.put(lead)
        assert waits(lambda: bool(post.sending.tick()))
        told.stopped.set()
        post.sending.wait(20)


def test_a_contact_that_was_switched_off_is_sent_nothing(post: Post) -> None:
    lead = post.add(Way.EMAIL, LEAD)
    contacts.set_active(post.store, lead, "staff:1", NOW, active=False)
    post.put(lead, urgent=False)
    post.send()
    assert post.rows() == [("failed", "the contact was switched off")]
    assert post.server.letters == []


def test_an_address_that_cannot_be_unsealed_is_said_and_tried_again(post: Post) -> None:
    post.put(post.add(Way.EMAIL, LEAD))
    with post.store.writing() as session:
        session.execute(text("UPDATE contacts SET address = :junk"), {"junk": b"junk"})
    post.send()
    ((state, said),) = post.rows()
    assert state == "waiting"
    assert "cannot be unsealed" in said


def test_a_database_that_goes_away_meanwhile_leaves_it_for_later(
    post: Post, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    post.put(post.add(Way.EMAIL, LEAD))

    def away(*_: object) -> None:
        raise AwayError("gone")

    def broken(*_: object) -> None:
        raise RuntimeError(LEAD)

    for fault in (away, broken):
        monkeypatch.setattr("safeguard.notify.sending.deliver", fault)
        post.send()
        assert [state for state, _ in post.rows()] == ["waiting"]
        with post.store.writing() as session:
            session.execute(text("UPDATE outbox SET held_until = NULL"))
    said = "".join(capfd.readouterr())
    assert said.count("sent again later") == 2
    assert LEAD not in said
    monkeypatch.undo()
    post.send()
    assert [state for state, _ in post.rows()] == ["sent"]


def test_what_came_of_each_try_is_kept(post: Post) -> None:
    post.server.to_recipient = "450 4.2.0 later"
    post.put(post.add(Way.EMAIL, LEAD))
    post.send()
    with post.store.reading() as session:
        row = session.scalars(select(DeliveryRow)).one()
        assert (row.accepted, row.said) == (False, "450 4.2.0 later")
        assert row.took_ms >= 0
    assert outbox_reading.counts(post.store) == {"waiting": 1}


DIES = """
import sys
from datetime import UTC, datetime
from safeguard.notify.composing import Source
from safeguard.notify.sending import Sending
from safeguard.settings import load
from safeguard.store.session import open_store

settings = load()
source = Source(open_store(settings), settings, str, lambda _: [])
sending = Sending(source, lambda: datetime.now(UTC))
print(sending.tick(), flush=True)
sending.wait(60)
"""


def test_killed_between_sending_and_marking_the_same_message_goes_out_again(post: Post) -> None:
    """At least once, and whoever reads can tell: the Message-ID is the same."""
    post.put(post.add(Way.EMAIL, LEAD))
    post.server.hangs_after = True
    notify = {
        "MAIL_FROM": "safeguard@school.example",
        "SMTP_HOST": post.server.host,
        "SMTP_PORT": str(post.server.port),
        "SMTP_SECURITY": "none",
        "SITE": post.settings.notify.site,
    }
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path.cwd()),
        "SAFEGUARD_DATA": str(post.settings.data),
        "SAFEGUARD_DATABASE__URL": post.settings.database.url,
        **{f"SAFEGUARD_NOTIFY__{key}": value for key, value in notify.items()},
    }
    with subprocess.Popen([sys.executable, "-c", DIES], env=environment) as process:
        assert waits(lambda: len(post.server.letters) == 1, 30)
        process.kill()
    assert [state for state, _ in post.rows()] == ["waiting"]
    post.server.hangs_after = False
    post.server.stopped.set()
    post.sending.clock = lambda: datetime.now(UTC) + CLAIM
    post.send()
    assert [state for state, _ in post.rows()] == ["sent"]
    first, second = (letter["Message-ID"] for _, letter in post.server.letters)
    assert first == second


def tried(times: int, *, urgent: bool = True) -> Parcel:
    one = Waiting(1, "k", "concern", "c", 1, "email", 0, urgent=urgent, made_at=NOW, attempts=times)
    return Parcel((one,), NOW)


@pytest.mark.parametrize(
    ("parcel", "reply", "seconds"),
    [
        (tried(1), REFUSED, URGENT_AGAIN[0]),
        (tried(2), REFUSED, URGENT_AGAIN[1]),
        (tried(99), REFUSED, URGENT_AGAIN[-1]),
        (tried(1, urgent=False), REFUSED, AGAIN[0]),
        (tried(99, urgent=False), REFUSED, AGAIN[-1]),
        (tried(1), Reply(accepted=False, said="503", wait=500), 500),
        (tried(1), LASTING, URGENT_AGAIN[0]),
        (tried(3), LASTING, None),
        (tried(1, urgent=False), LASTING, None),
    ],
)
def test_it_is_tried_again_later_and_later(
    parcel: Parcel, reply: Reply, seconds: float | None, tmp_path: Path
) -> None:
    again = again_at(parcel, reply, at(5), Settings(data=tmp_path))
    assert again == (None if seconds is None else at(5 + seconds))


def test_after_a_day_it_is_given_up(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert again_at(tried(50), REFUSED, NOW + timedelta(hours=24), settings) is None
    assert again_at(tried(50), REFUSED, NOW + timedelta(hours=23), settings) is not None
