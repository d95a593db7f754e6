"""A school for the tests of the staff site: its cast, its rules, and events to look at."""

import os
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin_web.app import create_app
from filter_rules.types import Kind, Severity
from safeguard.core.audit import Actor
from safeguard.core.events import Event, Private, SealedEvent, new_event_id
from safeguard.core.staff_rights import BOXED, SCOPED, Role
from safeguard.core.staff_roles import Grant
from safeguard.core.types import Action, Channel, Reason
from safeguard.engine import Engine, open_engine
from safeguard.settings import Settings, load
from safeguard.store import grants, people, schema, staff
from safeguard.store.intake import Batch, take_in
from safeguard.store.people_records import PersonRecord
from safeguard.store.session import Store

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

PRIYA = ("priya@school.test", "green kettle waltz nine", ("lead",))
TOM = ("tom@school.test", "seven purple otters run", ("technician",))
OSCAR = ("oscar@school.test", "oscar has no role here", ())
CAST = {"Priya Patel": PRIYA, "Tom Fielding": TOM, "Oscar Outsider": OSCAR}


@dataclass(slots=True)
class Clock:
    """The time, as the test sets it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class School:
    """The site with everything behind it real; only the time is set."""

    settings: Settings
    store: Store
    engine: Engine
    clock: Clock
    app: Flask
    position: int = field(default=0)

    def keep(self, event: Event) -> Event:
        """Put an event into the database, as the jobs process does."""
        self.position += 1
        sealed = self.store.vault.seal(msgspec.msgpack.encode(event.private))
        kept = SealedEvent(replace(event, private=Private()), sealed)
        take_in(self.store, Batch("test", "test", self.position, [kept]))
        return event

    def visitor(self) -> "Visitor":
        return Visitor(self.app.test_client())

    def as_(self, who: tuple[str, str, tuple[str, ...]]) -> "Visitor":
        visitor = self.visitor()
        assert visitor.sign_in(who[0], who[1]).status_code == 302
        return visitor


class Visitor:
    """Someone with a browser that has no scripts."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, buffered=True)  # which closes files as well

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.get_data(as_text=True)

    def token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).get_data(as_text=True))
        assert found, f"no form on {path}"
        return found[1]

    def send(self, path: str, form: dict[str, Any], page: str = "") -> TestResponse:
        """Fill in the form that `page` (the same path, where not said) shows, and send it."""
        filled = {**form, "csrf_token": self.token(page or path)}
        return self.client.post(path, data=filled)

    def sign_in(self, email: str, password: str, **more: str) -> TestResponse:
        return self.send("/login", {"email": email, "password": password, **more})


def open_school(data: Path) -> School:
    """A school in an empty data folder, or one where rules are built already: the settings are the default."""
    settings = load(data, None)
    store = schema.prepare(settings)
    engine = open_engine(settings)
    clock = Clock()
    app = create_app(settings, engine, store, store.vault, clock)
    return School(settings, store, engine, clock, app)


def hire(school: School) -> None:
    """The cast signs its contracts: a lead, a technician, and Oscar, who has no role."""
    with school.app.app_context():
        from admin_web.fields import hashed

        for name, (email, password, roles) in CAST.items():
            staff.create(
                school.store,
                {
                    "email": email,
                    "name": name,
                    "password": hashed(password),
                    "active": True,
                    "fs_uniquifier": os.urandom(8).hex(),
                    "roles": roles,
                    "created_at": NOW,
                },
            )


def employ(school: School, email: str, role: str, *groups: str) -> int:
    """Give someone a role that counts at once: what is proposed, the lead confirms."""
    account = staff.by_email(school.store, email)
    lead = staff.by_email(school.store, PRIYA[0])
    assert account is not None
    assert lead is not None
    wanted = Grant(
        Role(role),
        1,
        NOW - timedelta(minutes=1),
        NOW + timedelta(days=30) if Role(role) in BOXED else None,
        frozenset(groups or {"secondary"}) if Role(role) in SCOPED else frozenset(),
    )
    by_hand = Actor("command:test", NOW)
    given = grants.give(school.store, account.id, wanted, "for the test", None, by_hand)
    if given.waits:
        grants.confirm(school.store, given.id, lead.id, Actor(f"staff:{lead.id}", NOW))
    return given.id


def an_event(number: int = 0, **changes: Any) -> Event:
    """A flagged search by nobody known; each number gives another, a minute earlier."""
    at = changes.pop("at", NOW - timedelta(minutes=number + 1))
    plain = Event(
        id=new_event_id(at, number.to_bytes(10)),
        at=at,
        last=at,
        group="unidentified",
        person="",
        device="",
        address="10.0.0.5",
        method="none",
        channel=Channel.WEB,
        host="search.test",
        private=Private("https://search.test/search", "words that were typed", "", ("typed",)),
        categories=(),
        themes=(("suicide", Severity.HIGH),),
        severity=Severity.HIGH,
        action=Action.BLOCK,
        flagged=True,
        reason=Reason.WORDS,
        rule="words: high",
        list="",
        artefact="0123456789abcdef",
        policy_version="1.1",
        hosts=("search.test",),
        kind=Kind.SEARCH,
    )
    return replace(plain, **changes)


def enrol(school: School, name: str, group: str, address: str, device: str) -> tuple[str, str]:
    """A pupil with a device; their ids."""
    people.import_people(school.store, [PersonRecord(1, name, group, address, device)])
    person = people.people(school.store, name)[0]
    return person.id, people.devices(school.store, address)[0].id


def a_case(lead: "Visitor", person: str, title: str = "Worried") -> str:
    """A case about a pupil, opened on the site; its id."""
    answer = lead.send(f"/cases/open?person={person}", {"title": title, "severity": "3"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location.rpartition("/")[2]


def endpoints(school: School) -> set[str]:
    return {rule.endpoint for rule in school.app.url_map.iter_rules()}


def methods_of(school: School, endpoint: str) -> set[str]:
    rules = school.app.url_map.iter_rules(endpoint)
    return {method for rule in rules for method in rule.methods or ()}


def address_of(school: School, endpoint: str, event_id: str = "") -> str:
    """An address of the page, with something for each part that it asks for."""
    parts: dict[str, Any] = {
        "event_id": event_id,
        "rule_id": 1,
        "staff_id": 1,
        "grant_id": 1,
        "glass_id": 1,
        "device_id": "x",
        "case_id": "00000000-0000-0000-0000-000000000001",
        "paper_id": 1,
        "search_id": 1,
        "person_id": "x",
        "deed": "note",
        "token": "x",
        "filename": "style.css",
    }
    rule = next(school.app.url_map.iter_rules(endpoint))
    with school.app.test_request_context():
        return school.app.url_for(endpoint, **{name: parts[name] for name in rule.arguments})
