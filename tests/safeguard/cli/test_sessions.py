"""`safeguard sessions`."""

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.core.identifying import Claim, Method
from safeguard.identity.credentials import OwnPasswords
from safeguard.settings import load
from safeguard.store import audit_search, people, sessions
from safeguard.store.session import Store, open_store
from safeguard.store.tables.people import PersonRow
from tests.safeguard.cli.conftest import Ran

HOUR = timedelta(hours=1)
type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    opened = open_store(load(school))
    yield opened
    opened.close()


@pytest.fixture
def ada(store: Store) -> str:
    """Ada, who signed in an hour ago."""
    ada = people.add_person(store, "Ada Example", "secondary")
    with store.writing() as session:
        row = session.get(PersonRow, ada.id)
        assert row is not None
        row.login = "ada"
    now = datetime.now(UTC)
    claim = Claim(
        "10.1.2.3", Method.RADIUS, now - HOUR, now + HOUR, ada.id, mac="02:00:00:00:00:01"
    )
    sessions.put(store, claim, "radius", secrets.token_hex(4), now)
    return ada.id


def test_who_is_at_an_address_is_told_with_what_says_so_and_audited(
    safeguard: Run, store: Store, ada: str
) -> None:
    ran = safeguard("sessions", "list", "::ffff:10.1.2.3")
    assert "Ada Example, group secondary (radius, sure)" in ran.out
    assert "radius (radius): Ada Example, 02:00:00:00:00:01" in ran.out
    wanted = audit_search.WantedRows(about_kind="sessions", naming=frozenset({ada}))
    (entry,) = audit_search.search(store, wanted).rows
    assert (entry.what, entry.details["address"]) == ("viewed", "10.1.2.3")


@pytest.mark.usefixtures("ada")
def test_it_is_told_as_json_too(safeguard: Run) -> None:
    lines = [
        json.loads(line)
        for line in safeguard("sessions", "list", "10.1.2.3", "--json").out.splitlines()
    ]
    assert lines[0]["person"] == lines[1]["person"] == "Ada Example"
    assert (lines[0]["confidence"], lines[1]["source"]) == ("sure", "radius")


@pytest.mark.usefixtures("ada")
def test_at_another_time_it_was_nobody(safeguard: Run) -> None:
    then = (datetime.now(UTC) - 3 * HOUR).isoformat()
    ran = safeguard("sessions", "list", "10.1.2.3", "--at", then)
    assert "nobody who is known, group unidentified (none, none)" in ran.out
    assert "No source says anything" in ran.out


@pytest.mark.usefixtures("ada")
def test_ending_needs_a_reason_and_makes_the_address_nobodys(safeguard: Run) -> None:
    assert safeguard("sessions", "end", "10.1.2.3", "--reason", " ").status == 2
    ran = safeguard("sessions", "end", "10.1.2.3", "--reason", "a lent tablet")
    assert ran.out == "1 sessions at 10.1.2.3 were ended.\n"
    assert "nobody who is known" in safeguard("sessions", "list", "10.1.2.3").out


@pytest.mark.usefixtures("ada")
def test_a_session_that_was_ended_is_told_with_why(safeguard: Run) -> None:
    before = (datetime.now(UTC) - timedelta(minutes=30)).isoformat()
    safeguard("sessions", "end", "10.1.2.3", "--reason", "a lent tablet")
    assert "by order" in safeguard("sessions", "list", "10.1.2.3", "--at", before).out


def test_a_password_opens_the_sign_in_page_until_it_is_taken_away(
    safeguard: Run, store: Store, ada: str
) -> None:
    ran = safeguard("sessions", "password", "Ada", stdin="violet harbour nine\n")
    assert (ran.status, ran.out) == (0, "The password is set.\n")
    assert OwnPasswords(store).check("ada", "violet harbour nine") == ada
    assert "removed" in safeguard("sessions", "password", "ada", "--remove").out
    assert "There was no password" in safeguard("sessions", "password", "ada", "--remove").out
    assert OwnPasswords(store).check("ada", "violet harbour nine") == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("list", "10.1.2"), "is not an IP address"),
        (("list", "10.1.2.3", "--at", "noon"), "is no time"),
        (("list", "10.1.2.3", "--at", "2026-03-04T10:30"), "has no time zone"),
        (("password", "nobody"), "Nobody, or more than one"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    safeguard: Run, arguments: tuple[str, ...], says: str
) -> None:
    ran = safeguard("sessions", *arguments)
    assert ran.status == 2
    assert says in ran.err


@pytest.mark.usefixtures("ada")
def test_a_short_password_is_refused(safeguard: Run) -> None:
    ran = safeguard("sessions", "password", "ada", stdin="short\n")
    assert ran.status == 2
    assert "at least 12" in ran.err
