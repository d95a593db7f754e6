"""Verdict -> Visit: what the access log keeps of a request or a DNS answer that was judged.

The law of this file: who (an id, never a name), which host, by which path, and what was done.
Never the query of an address. What the policy keeps private (help, banking, health; guests)
leaves nothing here, and what a sealed list matched names no site.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from safeguard.core.events import SCHOOL, clean, decisive_category, host_kept
from safeguard.core.policy import Policy
from safeguard.core.types import Channel, Reason, Subject, Target, Verdict

MERGED = timedelta(minutes=1)  # repeats within it are one visit with a count
LONGEST_PATH = 256
CHANCE_BITS = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Visit(NamedTuple):
    """Someone and a host within a minute. `path` is the first one's, encrypted; empty: none.

    The id sorts by time; with the subject it is one visit's alone, so that a visit that is
    brought to the database twice is there once.
    """

    id: int
    person: str
    device: str
    address: str
    group: str
    host: str
    path: bytes
    channel: str
    action: str
    category: str
    times: int

    @property
    def at(self) -> datetime:
        return at_of(self.id)


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits on their way to the database."""

    visits: tuple[Visit, ...]
    school_id: int = SCHOOL


def is_logged(subject: Subject, target: Target, verdict: Verdict, policy: Policy) -> bool:
    """Say whether the access log may know of it."""
    if target.channel is Channel.TESTER or verdict.reason is Reason.HELP:
        return False
    if subject.group in policy.private_groups:
        return False
    if verdict.withheld:
        return True  # names no site
    return not any(
        hit.category in policy.private_categories or hit.category in policy.help
        for hit in verdict.hits
    )


def visit_of(subject: Subject, target: Target, verdict: Verdict, visit_id: int) -> Visit:
    """Return the visit, its path left out: `path_of` says it, and it must be encrypted."""
    return Visit(
        id=visit_id,
        person=subject.person,
        device=subject.device,
        address=clean(subject.address),
        group=clean(subject.group),
        host=host_kept(verdict, target),
        path=b"",
        channel=target.channel.value,
        action=verdict.action.value,
        category=decisive_category(verdict),
        times=1,
    )


def path_of(target: Target, verdict: Verdict) -> str:
    """Return the path of the address without its query; empty for the root, and where withheld."""
    if verdict.withheld:
        return ""
    address = target.url.partition("?")[0].partition("#")[0]
    _, slash, path = address.partition("://")[2].partition("/")
    return clean(slash + path, LONGEST_PATH) if path else ""


def visit_id(at: datetime, randomness: bytes) -> int:
    """Return an id that sorts by time and differs from others of the same millisecond."""
    chance = int.from_bytes(randomness) & ((1 << CHANCE_BITS) - 1)
    return first_visit_id_at(at) | chance


def first_visit_id_at(at: datetime) -> int:
    """Return an id that no visit from `at` on sorts before."""
    return ((at - EPOCH) // MILLISECOND) << CHANCE_BITS


def at_of(visit_id: int) -> datetime:
    return EPOCH + (visit_id >> CHANCE_BITS) * MILLISECOND


def day_of(visit_id: int) -> date:
    """Return the day, in UTC, whose file or partition the visit is in."""
    return at_of(visit_id).date()
