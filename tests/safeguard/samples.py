"""Verdicts as the engine gives them, for the tests of what is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from filter_rules.types import Finding, Hit, Kind, Match, Severity
from safeguard.core.events import Event, event_of, new_event_id
from safeguard.core.types import (
    Action,
    Channel,
    Considered,
    Reason,
    Scope,
    Subject,
    Target,
    Verdict,
)
from safeguard.store import staff
from safeguard.store.session import Store

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
PUPIL = Subject("primary", "10.0.0.7", "pupil-7", "tablet-7", "device")
SEARCH = Target(
    "search.example",
    "https://user:sesame@search.example:8443/find?q=so+sad#top",
    "why am i so sad today",
    Kind.SEARCH,
)
PLACE = Target("casino.example", "https://casino.example/table/4?session=abc")
ADVERT = Target("ads.example", "https://ads.example/pixel")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def finding(quote: str = "so sad", start: int = 9, theme: str = "low-mood") -> Finding:
    match = Match(quote, quote, 3.0, start, start + len(quote))
    return Finding(theme, Severity.HIGH, 3.0, (match,))


def blocked(category: str = "gambling", *, flagged: bool = False) -> Verdict:
    hit = Hit(category, "starter", f"{category}.example")
    decisive = Considered(f"No {category}", Action.BLOCK, Scope.EVERYONE, hit)
    return Verdict(
        Action.BLOCK,
        Reason.RULE,
        flagged=flagged,
        rule=decisive.rule,
        hits=(hit,),
        considered=(decisive,),
        policy_version="v1",
        artefact="a1",
    )


def flagged() -> Verdict:
    return Verdict(Action.BLOCK, Reason.WORDS, flagged=True, rule="Words", findings=(finding(),))


def sealed() -> Verdict:
    hit = Hit("illegal", "sealed list", "do not keep this")
    return Verdict(Action.BLOCK, Reason.SEALED, flagged=True, hits=(hit,))


ALLOWED = Verdict(Action.ALLOW, Reason.DEFAULT)
HELPED = Verdict(Action.ALLOW, Reason.HELP, hits=(Hit("help", "starter", "help.example"),))
TESTED = Target("casino.example", channel=Channel.TESTER)


def stored_event(number: int, moment: datetime = NOW, **changes: Any) -> Event:
    """An event as it would come out of a spool."""
    event = event_of(blocked(), PUPIL, PLACE, moment, new_event_id(moment, number.to_bytes(10)))
    assert event is not None
    return replace(event, **changes)


def reviewer(store: Store) -> int:
    columns = {
        "email": "lead@school.example",
        "name": "Lee Lead",
        "password": "a hash",
        "active": True,
        "fs_uniquifier": "u",
        "roles": ("lead",),
        "created_at": NOW,
    }
    return staff.create(store, columns).id
