"""Events that wait -> concerns that a lead sees, and what was around them, kept going for ever.

An event that cannot be folded must not keep back those behind it: it is set aside, stays in the
list of events, and is said in the log. Where one after another cannot be, the fault is not theirs:
then they wait, which Health says, and are tried again. What cannot be copied is tried again at the next sweep.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from safeguard import logs
from safeguard.core.concern_rules import ConcernRules
from safeguard.policy_in_force import InForce, shipped_document, take_up
from safeguard.settings import Settings
from safeguard.store import concern_building, evidence
from safeguard.store.concern_building import BATCH, Built, Terms
from safeguard.store.session import AwayError, Store

SWEEP = timedelta(minutes=5)
COPIED_AT_ONCE = 50
MOST_ASIDE = 3  # in a row

log = logs.logger("safeguard.concern_watch")


class SchoolTerms:
    """By what concerns are made in this school: its hours, and whose words its policy reads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._rules = ConcernRules(settings.school.hours)
        self._store = store
        self._held: InForce | None = None

    def __call__(self) -> Terms:
        zone = self._rules.hours.tz
        self._held = take_up(self._store, zone, self._held)
        document = self._held.document or shipped_document(zone)
        return Terms(self._rules, document.policy.monitored)


class ConcernWatch:
    """Makes concerns of events, and copies what was around them."""

    def __init__(
        self,
        store: Store,
        terms: Callable[[], Terms],
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._store = store
        self._terms = terms
        self._randomness = randomness
        self._most = BATCH
        self._aside = 0
        self._most_copied = COPIED_AT_ONCE
        self._to_copy: dict[str, None] = {}  # the oldest first
        self._swept: datetime | None = None

    def fold(self, now: datetime) -> bool:
        """Fold a batch of events; say whether there may be more."""
        try:
            built = self._build(now)
        except AwayError:
            raise
        except Exception as error:  # whatever one event does, the others are folded
            if self._most > 1:
                self._most //= 2
                return True
            if self._aside == MOST_ASIDE:
                raise
            self._aside += 1
            self._set_aside(type(error).__name__)
            built = Built(1)
        else:
            self._aside = 0
        more = built.events == self._most
        self._most = min(BATCH, 2 * self._most)
        self._to_copy |= dict.fromkeys(built.ids)
        return more

    def copy(self, now: datetime) -> bool:
        """Copy what was around some of the concerns that are due; say whether there are more."""
        # A clock that was set back does not stop the looking.
        if self._swept is None or not timedelta() <= now - self._swept < SWEEP:
            self._to_copy |= dict.fromkeys(evidence.due(self._store, now))
            self._swept = now
        ids = list(self._to_copy)[: self._most_copied]
        try:
            evidence.copy(self._store, ids, now)
        except AwayError:
            raise
        except Exception as error:  # noqa: BLE001  whatever one does, the others are copied
            if len(ids) > 1:
                self._most_copied = len(ids) // 2
                return True
            self._say_uncopied(ids[0], type(error).__name__)
        for one in ids:
            del self._to_copy[one]
        self._most_copied = min(COPIED_AT_ONCE, 2 * self._most_copied)
        return bool(self._to_copy)

    def _build(self, now: datetime) -> Built:
        terms = self._terms()
        return concern_building.build(self._store, terms, now, self._randomness, self._most)

    def _set_aside(self, trouble: str) -> None:
        event = concern_building.set_aside(self._store)
        log.error("an event is in no concern: look at it in the list of events",
                  event_id=event, trouble=trouble)  # fmt: skip

    def _say_uncopied(self, concern: str, trouble: str) -> None:
        log.error("what was around a concern was not copied: it is tried again later",
                  concern_id=concern, trouble=trouble)  # fmt: skip
