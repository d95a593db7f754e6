"""What signing in at the page comes to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from safeguard.identity.credentials import UnreachableError
from safeguard.identity.portal import Outcome, Portal
from safeguard.identity_settings import Identity
from safeguard.settings import load
from safeguard.store import people, schema
from safeguard.store.session import Store

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HERE = "10.5.0.9"
SETTINGS = Identity(portal_networks=("10.5.0.0/16", "2001:db8::/48"), portal_hours=2)


class Passwords:
    """One person with one password; nobody can be asked about `away`."""

    def __init__(self, person: str) -> None:
        self.person = person

    def check(self, login: str, password: str) -> str:
        if login == "away":
            raise UnreachableError
        return self.person if (login, password) == ("ada", "right") else ""


@pytest.fixture
def store() -> Iterator[Store]:
    opened = schema.prepare(load())
    yield opened
    opened.close()


@pytest.fixture
def portal(store: Store) -> Portal:
    return Portal(SETTINGS, store, Passwords(people.add_person(store, "Ada", "primary").id))


@pytest.mark.parametrize(
    ("login", "password", "agreed", "outcome"),
    [
        ("ada", "right", True, Outcome.SIGNED_IN),
        ("ada", "right", False, Outcome.UNREAD),
        ("ada", "wrong", True, Outcome.WRONG),
        ("away", "right", True, Outcome.AWAY),
    ],
)
def test_what_comes_of_it(
    portal: Portal, login: str, password: str, agreed: object, outcome: Outcome
) -> None:
    assert portal.sign_in(login, password, HERE, NOON, agreed=bool(agreed)) is outcome
    there = portal.at(HERE, NOON)
    assert (there is not None) == (outcome is Outcome.SIGNED_IN)
    assert there is None or there.name == "Ada"


def test_the_notice_need_not_be_agreed_to_again_until_its_words_change(
    store: Store, portal: Portal
) -> None:
    portal.sign_in("ada", "right", HERE, NOON, agreed=True)
    assert portal.sign_in("ada", "right", HERE, NOON, agreed=False) is Outcome.SIGNED_IN
    more = SETTINGS.model_copy(update={"portal_notice": "Phones are off in lessons."})
    changed = Portal(more, store, Passwords(people.people(store)[0].id))
    assert changed.notice == (*portal.notice, "Phones are off in lessons.")
    assert changed.sign_in("ada", "right", HERE, NOON, agreed=False) is Outcome.UNREAD


def test_guests_are_let_in_only_where_the_school_says_so(store: Store, portal: Portal) -> None:
    assert portal.go_on_as_guest(HERE, NOON, agreed=True) is Outcome.WRONG
    let = Portal(SETTINGS.model_copy(update={"portal_guests": True}), store, Passwords(""))
    assert let.go_on_as_guest(HERE, NOON, agreed=False) is Outcome.UNREAD
    assert let.go_on_as_guest(HERE, NOON, agreed=True) is Outcome.SIGNED_IN
    there = let.at(HERE, NOON)
    assert there is not None
    assert there.name == ""


def test_one_address_has_one_spelling(portal: Portal) -> None:
    portal.sign_in("ada", "right", "::ffff:10.5.0.9", NOON, agreed=True)
    assert portal.at(HERE, NOON) is not None
    assert portal.sign_out("::ffff:10.5.0.9", NOON)
    assert portal.at(HERE, NOON) is None


def test_it_lasts_no_longer_than_the_settings_say(portal: Portal) -> None:
    portal.sign_in("ada", "right", HERE, NOON, agreed=True)
    assert portal.at(HERE, NOON + timedelta(minutes=59)) is not None
    assert portal.at(HERE, NOON + timedelta(minutes=60)) is None


@pytest.mark.parametrize(
    ("address", "served"),
    [
        (HERE, True),
        ("::ffff:10.5.0.9", True),
        ("2001:db8::5", True),
        ("10.6.0.9", False),
        ("127.0.0.1", False),
        ("", False),
        ("no address", False),
    ],
)
def test_only_the_networks_of_the_settings_are_served(
    portal: Portal, address: str, *, served: bool
) -> None:
    assert portal.serves(address) is served
