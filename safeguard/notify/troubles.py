"""What keeps people from being told, in words: for the page "Health", the digest and the command."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from safeguard.core.notice_words import how_many
from safeguard.core.notices import Ladder
from safeguard.settings import Settings
from safeguard.store import contacts, outbox_reading
from safeguard.store.concern_building import waiting_since
from safeguard.store.contacts import Contact, Way
from safeguard.store.outbox import WAITING
from safeguard.store.outbox_reading import Undelivered
from safeguard.store.session import Store

LATE = timedelta(minutes=5)
LOST = timedelta(days=7)
UNTOLD = timedelta(minutes=1)
WEEK = timedelta(days=8)
TEST = "Mend it, then run: safeguard notify test"
ADD = "Run: safeguard notify add"
FOLD = (
    "Is the jobs process running? safeguard run starts it. If it runs, its log says what keeps it "
    "(“a duty was not done”)."
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, and its mend."""

    says: str
    mend: str


def troubles(store: Store, settings: Settings, now: datetime) -> list[Trouble]:
    """Return what keeps people from being told; nothing where all is well."""
    people = [one for one in contacts.contacts(store) if one.active]
    return [
        *_nobody(people, contacts.ladders(store)),
        *_not_set(people, settings),
        *_unfolded(store, now, settings.school.hours.tz),
        *_untold(store, now),
        *(
            _undelivered(one, settings.school.hours.tz)
            for one in outbox_reading.undelivered(store, now - LATE, now - LOST)
        ),
        *_no_report(store, people, now),
    ]


def _nobody(people: list[Contact], ladders: list[Ladder]) -> Iterator[Trouble]:
    if not people:
        yield Trouble("Nobody is told of urgent concerns: there is no contact.", ADD)
        return
    active = {one.id for one in people}
    first = {one for ladder in ladders for step in ladder.steps for one in step.contacts}
    if not active & first:
        says = "No ladder names anyone who can be told: only urgent concerns are, to everyone."
        yield Trouble(says, ADD)


def _not_set(people: list[Contact], settings: Settings) -> Iterator[Trouble]:
    if any(one.way is Way.EMAIL for one in people) and not settings.notify.mails:
        says = "There are contacts with e-mail, and no mail server is set."
        yield Trouble(says, "Give notify.smtp_host and notify.mail_from in the settings.")
    for one in people:
        if one.place is None:
            says = f"The address of {one.name} cannot be unsealed with this content key."
            yield Trouble(says, "Add the contact again.")


def _unfolded(store: Store, now: datetime, tz: tzinfo) -> Iterator[Trouble]:
    since = waiting_since(store)
    if since is not None and now - since > LATE:
        says = (
            f"Events have waited since {_day_and_time(since, tz)} to become concerns: nobody is "
            "told of them."
        )
        yield Trouble(says, FOLD)


def _untold(store: Store, now: datetime) -> Iterator[Trouble]:
    count = outbox_reading.untold(store, now - UNTOLD, now - LOST)
    if count:
        says = f"{how_many(count, 'urgent concern')}: nobody has been told."
        yield Trouble(says, "Is the jobs process running? safeguard run starts it.")


def _undelivered(one: Undelivered, tz: tzinfo) -> Trouble:
    urgent = "urgent message" if one.urgent else "message"
    many = how_many(one.count, urgent)
    became = "waiting to be sent" if one.state == WAITING else "given up"
    said = f" Last answer: {one.said}." if one.said else ""
    since = _day_and_time(one.since, tz)
    return Trouble(f"{one.contact}: {many} {became} since {since}.{said}", TEST)


def _day_and_time(at: datetime, tz: tzinfo) -> str:
    there = at.astimezone(tz)
    return f"{there.day} {there:%B, %H:%M}"


def _no_report(store: Store, people: list[Contact], now: datetime) -> Iterator[Trouble]:
    last = outbox_reading.last_sent(store, "weekly")
    if people and last is not None and now - last > WEEK:
        yield Trouble(f"No weekly report has arrived since {last:%Y-%m-%d}.", TEST)
