"""Looks whom to tell, puts it into the outbox, and has it sent. One tick a second, in jobs.

Planning is pure (safeguard.core.notices) and has no memory of its own: a process that dies
anywhere in a tick is followed by one that plans the same, under the same keys.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from filter_rules.types import Severity
from safeguard import logs
from safeguard.core.digests import recipients, reports_due
from safeguard.core.notices import How, Ladder, due_notices, is_needless, spaced
from safeguard.notify.composing import Source
from safeguard.notify.sending import Sending
from safeguard.notify.troubles import troubles
from safeguard.settings import Settings
from safeguard.store import contacts, outbox, outbox_reading, telling
from safeguard.store.contacts import Contact
from safeguard.store.outbox import ALARM, CONCERN, TEST, NewMessage
from safeguard.store.session import Store

NEW = timedelta(minutes=2)  # clocks of nodes may differ by less
ALL_EVERY = timedelta(seconds=5)
REPORT_EVERY = timedelta(seconds=20)
ALARM_EVERY = timedelta(minutes=10)

log = logs.logger("safeguard.notify")


class Notifier:
    """Tells staff of concerns. `head` returns the audit chain's head hash, which digests hold."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Callable[[], datetime],
        head: Callable[[], str] = lambda: "",
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._hours = settings.school.hours
        self._digest_at = time.fromisoformat(settings.notify.digest_at)
        self.sending = Sending(Source(store, settings, head, self._troubles), clock)
        self._done: dict[str, datetime] = {}

    def _troubles(self, now: datetime) -> list[str]:
        return [one.says for one in troubles(self._store, self._settings, now)]

    def tick(self) -> None:
        """Plan and start what is due. It waits for no server; AwayError is the caller's."""
        now = self._clock()
        people = [one for one in contacts.contacts(self._store) if one.active]
        if people:
            ladders = contacts.ladders(self._store)
            self._tell(people, ladders, now)
            if self._is_time("report", REPORT_EVERY, now):
                self._report(people, ladders, now)
            if self._is_time("alarm", ALARM_EVERY, now):
                self._alarm(people, now)
        self.sending.tick()

    def close(self) -> None:
        self.sending.close()

    def _tell(self, people: Sequence[Contact], ladders: Sequence[Ladder], now: datetime) -> None:
        instant = [one.severity for one in ladders if one.how is How.INSTANT]
        # New ones at each look; who is to be told next of the others, now and then.
        back = telling.TOLD_OF if self._is_time("all", ALL_EVERY, now) else NEW
        concerns = telling.open_concerns(self._store, min([*instant, Severity.URGENT]), now - back)
        told = outbox_reading.told(self._store, [one.id for one in concerns])
        active = {one.id for one in people}
        notices = due_notices(concerns, told, ladders, active, self._hours, now)
        if notices:
            ways = {one.id: one.way for one in people}
            outbox.put(
                self._store,
                [
                    NewMessage(
                        one.key, CONCERN, one.about, one.contact, ways[one.contact].value,
                        one.due_at, one.step, one.urgent,
                    )
                    for one in spaced(notices, outbox_reading.latest_slots(self._store), now)
                ],
                now,
            )  # fmt: skip
        self._take_back(now)

    def _take_back(self, now: datetime) -> None:
        """Cancel what waits and nobody needs any more: it was opened, or reviewed."""
        waiting = outbox_reading.waiting_concerns(self._store, now)
        if not waiting:
            return
        about = [one.about for one in waiting]
        still = {one.id: one for one in telling.concerns_of(self._store, about)}
        needless = [
            one
            for one in waiting
            if one.told is not None and is_needless(one.told, one.step, still.get(one.about))
        ]
        who = telling.openers(self._store, [one.about for one in needless])
        alike: dict[tuple[int | None, str], list[int]] = {}
        for one in needless:
            why = "opened" if one.about in still else "reviewed"
            alike.setdefault((who.get(one.about), why), []).append(one.id)
        for (by, why), ids in alike.items():
            outbox.cancel(self._store, ids, now, by, why)

    def _report(self, people: Sequence[Contact], ladders: Sequence[Ladder], now: datetime) -> None:
        told_first = set(recipients(ladders))
        messages = [
            NewMessage(
                report.key(one.id), report.kind.value, report.day.isoformat(), one.id,
                one.way.value, now,
            )
            for report in reports_due(self._hours, now, self._digest_at)
            for one in people
            if one.id in told_first
        ]  # fmt: skip
        known = outbox_reading.known_keys(self._store, [one.key for one in messages])
        outbox.put(self._store, [one for one in messages if one.key not in known], now)

    def _alarm(self, people: Sequence[Contact], now: datetime) -> None:
        """Tell everyone, once a day, that something does not arrive: one of them may get it."""
        late = outbox_reading.undelivered(self._store, now - ALARM_EVERY, now - ALARM_EVERY * 2)
        if not late:
            return
        day = self._hours.local(now).date().isoformat()
        log.error("messages do not arrive", contacts=len({one.contact for one in late}))
        outbox.put(
            self._store,
            [
                NewMessage(f"alarm:{day}:{one.id}", ALARM, day, one.id, one.way.value, now)
                for one in people
            ],
            now,
        )

    def _is_time(self, what: str, every: timedelta, now: datetime) -> bool:
        last = self._done.get(what)
        # A clock that was set back does not stop it.
        if last is not None and timedelta() <= now - last < every:
            return False
        self._done[what] = now
        return True


def put_tests(store: Store, now: datetime) -> int:
    """Put a test for each contact into the outbox, once a minute at most; say for how many."""
    people = [one for one in contacts.contacts(store) if one.active]
    minute = now.replace(second=0, microsecond=0).isoformat()
    messages = [
        NewMessage(f"test:{minute}:{one.id}", TEST, "", one.id, one.way.value, now, urgent=True)
        for one in people
    ]
    outbox.put(store, messages, now)
    return len(people)
