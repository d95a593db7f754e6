"""Documents of policies, and staff and pupils who ask, for the tests of what is kept of them."""

import copy
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from safeguard.core.audit import Actor
from safeguard.core.overrides import Override
from safeguard.core.policy import Who
from safeguard.core.policy_documents import Document, read
from safeguard.core.types import Subject
from safeguard.store import audit_search
from safeguard.store.audit_search import Told, WantedRows
from safeguard.store.session import Store

NOW = datetime(2026, 9, 7, 9, 20, tzinfo=UTC)  # a Monday, in period 1
BELL = datetime(2026, 9, 7, 10, tzinfo=UTC)
ANN = Actor("staff:1", NOW)
BEN = Actor("staff:2", NOW)
PUPIL = Subject("secondary", "10.0.0.7", "pupil-7", "tablet-7", "device")
OTHER = Subject("secondary", "10.0.0.8", "pupil-8", "tablet-8", "device")
SHIPPED: dict[str, Any] = tomllib.loads(
    Path("safeguard/data/policy.toml").read_text(encoding="utf-8")
)
LESSONS = {"period 1": "09:00-10:00", "period 2": "10:00-11:00"}


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def by(actor: Actor, minutes: float) -> Actor:
    """The same person, later."""
    return actor._replace(at=later(minutes))


def tables(**changes: Any) -> dict[str, Any]:
    """The shipped document with lessons, and with these sections changed."""
    made = copy.deepcopy(SHIPPED)
    made["calendar"] = {"lessons": dict(LESSONS)}
    return made | changes


def with_rule(action: str, category: str, group: str = "secondary") -> dict[str, Any]:
    made = tables()
    rule = {
        "name": f"{action} {category}",
        "action": action,
        "categories": [category],
        "groups": [group],
        "reason": "as the school wants it",
    }
    made["rule"].append(rule)
    return made


def document(**changes: Any) -> Document:
    return read(tables(**changes))


def override(**changes: Any) -> Override:
    """An override as a teacher asks for one: games for the secondary pupils, until the bell."""
    given: dict[str, Any] = {
        "id": 0,
        "who": Who(frozenset({"secondary"})),
        "since": NOW,
        "until": BELL,
        "by": "staff:1",
        "reason": "a lesson about game design",
        "categories": frozenset({"games"}),
    }
    return Override(**given | changes)


def audited(store: Store, kind: str) -> tuple[Told, ...]:
    """What the audit tells of this kind, the newest first."""
    return audit_search.search(store, WantedRows(about_kind=kind)).rows
