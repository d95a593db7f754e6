"""Sends what the outbox holds, each parcel in a thread of its own.

A tick never waits for a server: one that is slow holds up its own contact alone. A parcel whose
sender died is claimed again when its claim has run out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, Thread
from time import monotonic

from safeguard import logs
from safeguard.notify import mail, webhook
from safeguard.notify.composing import Source, compose
from safeguard.notify.message import Message, Reply
from safeguard.settings import Settings
from safeguard.store import contacts, outbox
from safeguard.store.contacts import Contact, Place, Way
from safeguard.store.outbox import TEST, Parcel, Try
from safeguard.store.session import AwayError

URGENT_AGAIN = (10, 20, 30, 60, 120, 300)  # seconds; the last one again and again
AGAIN = (60, 120, 300, 600, 1800, 3600)
LEAST_TRIES = 3  # of what is urgent, however sure a refusal sounds
GRACE = 2.0
REVIVED = timedelta(days=7)

log = logs.logger("safeguard.notify")


@dataclass
class Sending:
    """The threads that send. `clock` says what time it is."""

    source: Source
    clock: Callable[[], datetime]
    _threads: dict[tuple[int, bool], tuple[Thread, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def tick(self) -> int:
        """Start sending what is due; return how many messages that is."""
        with self._lock:
            busy = {key: way for key, (_, way) in self._threads.items()}
        ways = list(busy.values())
        room = {way: most - ways.count(way) for way, most in outbox.ROOM.items()}
        parcels = outbox.claim(self.source.store, self.clock(), set(busy), room)
        for parcel in parcels:
            self._start(parcel)
        return sum(len(parcel.messages) for parcel in parcels)

    def close(self) -> None:
        """Wait a moment for what is being sent; what is cut off is sent again."""
        self.wait(GRACE)

    def wait(self, seconds: float) -> None:
        """Wait until nothing is being sent, so long at most."""
        until = monotonic() + seconds
        for thread in self._running():
            thread.join(max(0.0, until - monotonic()))

    def _running(self) -> list[Thread]:
        with self._lock:
            return [thread for thread, _ in self._threads.values()]

    def _start(self, parcel: Parcel) -> None:
        key = (parcel.first.contact, parcel.first.urgent)
        thread = Thread(target=self._send, args=(key, parcel), daemon=True)
        with self._lock:
            self._threads[key] = (thread, parcel.first.channel)
        thread.start()

    def _send(self, key: tuple[int, bool], parcel: Parcel) -> None:
        try:
            deliver(self.source, parcel, self.clock)
        except AwayError as error:
            log.warning("a message is sent again later: the database is away", trouble=str(error))
        except Exception as error:  # noqa: BLE001  a thread has nobody else to tell
            log.error("a message is sent again later", trouble=type(error).__name__)  # noqa: TRY400  a trace may name people
        finally:
            with self._lock:
                del self._threads[key]


def deliver(source: Source, parcel: Parcel, clock: Callable[[], datetime]) -> Reply:
    """Send a parcel and keep what came of it."""
    began = clock()
    to = contacts.contact(source.store, parcel.first.contact)
    reply = _refusal(to)
    if reply is None and to is not None and to.place is not None:
        message = compose(source, parcel, to.place, began)
        reply = send(source.settings, to.way, to.place, message)
    reply = reply or Reply(accepted=False, said="there is no such contact", lasting=True)
    now = clock()
    took = int((now - began) / timedelta(milliseconds=1))
    again = None if reply.accepted else again_at(parcel, reply, now, source.settings)
    outbox.settle(source.store, parcel, Try(now, reply.accepted, reply.said, max(0, took), again))
    if not reply.accepted:
        log.warning("a message was not taken", contact=parcel.first.contact, said=reply.said)
    elif parcel.first.kind == TEST:
        contacts.note_test(source.store, parcel.first.contact, now)
        outbox.revive(source.store, parcel.first.contact, now - REVIVED, now)
    return reply


def send(settings: Settings, way: Way, place: Place, message: Message) -> Reply:
    """Hand a message to the sender of its way."""
    notify = settings.notify
    match way:
        case Way.EMAIL:
            return mail.send(mail.server_of(notify), place.address, message)
        case Way.WEBHOOK:
            hook = webhook.Hook(
                place.address, place.secret, notify.webhook_ca, notify.timeout_seconds
            )
            return webhook.send(hook, message)
        case Way.APPRISE:
            from safeguard.notify import services  # noqa: PLC0415  a third of a second to load

            return services.send(place.address, message, notify.timeout_seconds)


def again_at(parcel: Parcel, reply: Reply, now: datetime, settings: Settings) -> datetime | None:
    """Return when to try again; None where it is given up."""
    first = parcel.first
    waits = URGENT_AGAIN if first.urgent else AGAIN
    tries = max(one.attempts for one in parcel.messages)
    if now - first.made_at >= timedelta(hours=settings.notify.give_up_hours):
        return None
    if reply.lasting and (not first.urgent or tries >= LEAST_TRIES):
        return None
    wait = waits[min(tries, len(waits)) - 1]
    return now + timedelta(seconds=max(wait, reply.wait))


def _refusal(to: Contact | None) -> Reply | None:
    """Say why nothing can be sent to a contact, if so."""
    if to is None or not to.active:
        return Reply(accepted=False, said="the contact was switched off", lasting=True)
    if to.place is None:
        said = "its address cannot be unsealed: add the contact again"
        return Reply(accepted=False, said=said)
    return None
