"""Verdict -> Event: what is kept of it, how firmly, and what is left out.

The law of this file: no more is kept than a person needs who must act. A plain allow and a
visit to help leave nothing. A URL loses its query, its fragment and its password. What a
sealed list matched reads "withheld". Words are kept only where words were judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from filter_rules.sealed import WITHHELD
from filter_rules.types import Hit, Kind, Match, Severity
from safeguard.core.identifying import confidence
from safeguard.core.passages import passages
from safeguard.core.types import Action, Channel, Reason, Subject, Target, Verdict

SCHOOL = 1  # a school that runs alone; a trust numbers its schools in the database
TALLIED = frozenset({"adverts"})
WINDOW = timedelta(minutes=10)
MOST_HOSTS = 20
MOST_PHRASES = 10
LONGEST_URL = 2048
LONGEST_WORDS = 500
# Neither vowels, so that no reference spells a word, nor characters read as each other.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
HALF = 4


class Keeping(StrEnum):
    """How firmly a verdict is kept."""

    NOTHING = "nothing is kept"
    COMMITTED = "on disk before the answer is released"
    COUNTED = "one event for a subject and category in ten minutes, with a count"
    TALLIED = "a number, without a subject"


@dataclass(frozen=True, slots=True)
class Private:
    """What is encrypted before it is written. `phrases` are quoted as they stood there.

    `scores`: of each theme. `says`: what the phrases mean. `entry`: of the list that was hit.
    """

    url: str = ""
    words: str = ""
    excerpt: str = ""
    phrases: tuple[str, ...] = ()
    scores: tuple[tuple[str, float], ...] = ()
    says: tuple[str, ...] = ()
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A verdict kept. A counted one stands for `count` of them between `at` and `last`."""

    id: str
    at: datetime
    last: datetime
    group: str
    person: str
    device: str
    address: str
    method: str
    channel: Channel
    host: str
    private: Private
    categories: tuple[str, ...]
    themes: tuple[tuple[str, Severity], ...]
    severity: Severity
    action: Action
    flagged: bool
    reason: Reason
    rule: str
    list: str
    artefact: str
    policy_version: str
    hosts: tuple[str, ...]
    kind: Kind | None = None
    count: int = 1
    school_id: int = SCHOOL
    confidence: str = ""
    identified_since: datetime | None = None
    identified_until: datetime | None = None

    @property
    def reference(self) -> str:
        return reference_of(self.id)


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event on its way to the database, its private part encrypted and left out of it."""

    event: Event
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """What a counted event has come to. Totals, not steps: applied twice they change nothing."""

    event_id: str
    count: int
    hosts: tuple[str, ...]
    last: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What one writer has counted of a category in an hour, without a subject: a total again."""

    writer: str
    hour: datetime
    category: str
    count: int
    school_id: int = SCHOOL


type Kept = SealedEvent | Growth | Tally


def kept_how(verdict: Verdict, target: Target) -> Keeping:
    """Say how firmly the verdict is kept, from what it is alone."""
    if target.channel is Channel.TESTER or verdict.reason is Reason.HELP:
        return Keeping.NOTHING
    if verdict.flagged:
        return Keeping.COMMITTED
    if not verdict.eventful:
        return Keeping.NOTHING
    if verdict.reason is Reason.WORDS or (verdict.reason is Reason.MONITORED and verdict.findings):
        return Keeping.COMMITTED
    return Keeping.TALLIED if decisive_category(verdict) in TALLIED else Keeping.COUNTED


def decisive_category(verdict: Verdict) -> str:
    """Return the category (or theme) that decided; empty where no rule did."""
    if verdict.considered and not verdict.considered[0].lost_because:
        about = verdict.considered[0].about
        return about.category if isinstance(about, Hit) else about.theme
    return verdict.hits[0].category if verdict.hits else ""


def event_of(
    verdict: Verdict, subject: Subject, target: Target, now: datetime, event_id: str
) -> Event | None:
    """Return what is kept of the verdict, or None where nothing is."""
    if kept_how(verdict, target) is Keeping.NOTHING:
        return None
    host = host_kept(verdict, target)
    return Event(
        id=event_id,
        at=now,
        last=now,
        group=clean(subject.group),
        person=subject.person,
        device=subject.device,
        address=clean(subject.address),
        method=subject.method,
        channel=target.channel,
        host=host,
        private=Private(WITHHELD, WITHHELD) if verdict.withheld else _private(verdict, target),
        categories=_categories(verdict),
        themes=tuple((one.theme, one.severity) for one in verdict.findings),
        severity=verdict.severity,
        action=verdict.action,
        flagged=verdict.flagged,
        reason=verdict.reason,
        rule=verdict.rule,
        list=_list(verdict),
        artefact=verdict.artefact,
        policy_version=verdict.policy_version,
        hosts=(host,),
        kind=target.kind,
        confidence=confidence(subject),
        identified_since=subject.since,
        identified_until=subject.until,
    )


def host_kept(verdict: Verdict, target: Target) -> str:
    """Return the host as an event may name it."""
    return WITHHELD if verdict.withheld else clean(target.host)


def without_secrets(url: str) -> str:
    """Return scheme, host, port and path: no password, no query, no fragment."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    name = f"[{host}]" if ":" in host else host
    place = f"{name}:{port}" if port else name
    return clean(f"{parts.scheme}://{place}{parts.path}" if place else "", LONGEST_URL)


def clean(text: str, longest: int = 255) -> str:
    """Return the text short enough, without what a database or a page cannot hold."""
    short = text[:longest]
    if short.isprintable():
        return short
    return "".join(
        max(character, " ") for character in short if not "\ud800" <= character <= "\udfff"
    )


def new_event_id(at: datetime, randomness: bytes) -> str:
    """Return a UUID of version 7: the ids of later events sort after those of earlier ones."""
    chance = int.from_bytes(randomness[:10])
    value = (
        _milliseconds(at) << 80
        | 0x7 << 76
        | (chance >> 68) << 64
        | 0b10 << 62
        | chance & 0x3FFF_FFFF_FFFF_FFFF
    )
    return _spelt(value)


def first_id_at(at: datetime) -> str:
    """Return an id that no event from `at` on sorts before."""
    return _spelt(_milliseconds(at) << 80)


def reference_of(event_id: str) -> str:
    """Return the short code that a block page shows, such as K7QF-3MZD."""
    number = int(event_id[-12:], 16)
    letters = ""
    for _ in range(2 * HALF):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return f"{letters[:HALF]}-{letters[HALF:]}"


def reference_from(typed: str) -> str:
    """Return the reference a person meant, however they spaced it; empty where it is none."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(letters) != 2 * HALF or any(letter not in ALPHABET for letter in letters):
        return ""
    return f"{letters[:HALF]}-{letters[HALF:]}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _spelt(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _categories(verdict: Verdict) -> tuple[str, ...]:
    """Return the categories hit, the one that decided first."""
    decided = decisive_category(verdict)
    return tuple(sorted(verdict.categories, key=lambda category: category != decided))


def _list(verdict: Verdict) -> str:
    hit = _decisive_hit(verdict)
    return hit.list if hit else ""


def _decisive_hit(verdict: Verdict) -> Hit | None:
    decided = decisive_category(verdict)
    return next((hit for hit in verdict.hits if hit.category == decided), None)


def _private(verdict: Verdict, target: Target) -> Private:
    url = without_secrets(target.url)
    hit = _decisive_hit(verdict)
    entry = clean(hit.entry) if hit else ""
    if not (verdict.findings or verdict.flagged):
        return Private(url, entry=entry)
    matches = [match for one in verdict.findings for match in one.matches]
    seconded = (word for one in verdict.findings for word in one.seconded)
    phrases = dict.fromkeys(clean(one) for one in (*(m.quote for m in matches), *seconded))
    says = dict.fromkeys(match.says for match in matches if match.says)
    return Private(
        url=url,
        words="" if target.kind is Kind.PAGE else clean(target.words, LONGEST_WORDS),
        excerpt=_excerpt(target, matches) if target.kind is Kind.PAGE else "",
        phrases=tuple(phrases)[:MOST_PHRASES],
        scores=tuple((finding.theme, finding.score) for finding in verdict.findings),
        says=tuple(says)[:MOST_PHRASES],
        entry=entry,
    )


def _excerpt(target: Target, matches: Sequence[Match]) -> str:
    """Return the page's text around the first few phrases, never the page."""
    around = passages(target.words, [(one.start, one.end) for one in matches])
    return " … ".join(" ".join(clean(one).split()) for one in around)
