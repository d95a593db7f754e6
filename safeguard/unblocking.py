"""Asking for a blocked page, judged first: what was not blocked, or cannot be opened, is not taken.

The block page and whoever answers come here, so that both are told the same by the same judge.
"""

from datetime import datetime

from safeguard.core.types import Subject
from safeguard.core.unblocking import not_askable
from safeguard.engine import Engine
from safeguard.problems import UnusableError
from safeguard.store import unblock_requests
from safeguard.store.session import Store
from safeguard.store.unblock_requests import Asking, Request


def ask(
    engine: Engine, store: Store, subject: Subject, address: str, reason: str, now: datetime
) -> Request:
    """Take a request where there is something to ask for; UnusableError says why not."""
    target = engine.target_of(address)
    if target is None:
        raise UnusableError("This is no address of a page.")
    verdict = engine.judge(subject, target)
    if sentence := not_askable(verdict):
        raise UnusableError(sentence)
    asking = Asking(subject, target.host, target.url, verdict.categories, reason)
    return unblock_requests.ask(store, asking, now)


def about(engine: Engine, host: str) -> frozenset[str]:
    """Return what the lists say of a host now: they may say more than when it was asked for."""
    rules = engine.snapshot.rules
    if rules is None:
        raise UnusableError("The filter has no rules to judge by, so nothing can be approved.")
    return frozenset(hit.category for hit in rules.match(host))
