"""What a sign-in to the network, or a lease, claims: firmly where it names one, else of nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from safeguard.core.identifying import Claim, resolve
from safeguard.identity.roster import Roster
from safeguard.identity_feeds.accounting_sessions import Session
from safeguard.identity_feeds.claiming import Claiming
from safeguard.store.people import Device, Person

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=1)
AT = "10.1.2.3"
LAPTOP, TROLLEY, STRANGE = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:99"
ROSTER = Roster(
    [Person("p1", "Jo", "y7", login="jo"), Person("p2", "Max", "y8", login="max")],
    [
        Device("d1", "10.0.0.1", "laptop", person="p1", mac=LAPTOP),
        Device("d2", "10.0.0.2", "trolley", person="p2", mac=TROLLEY, shared=True),
    ],
)
CLAIMING = Claiming(ROSTER, {"school"})


def session(name: str, mac: str) -> Session:
    return Session("ap", "a1", NOW, NOW, timedelta(minutes=10), name, mac, (AT,))


def who(claims: list[Claim], address: str = AT) -> tuple[str, str, str]:
    """Return whom the engine would find by these claims and the register: person, group, method."""
    said = [done for one in claims for done in ROSTER.completed(one)]
    found = resolve([*said, *ROSTER.claims_at(address)], NOW, address)
    return found.person, found.group, found.method


@pytest.mark.parametrize(
    ("name", "mac", "found"),
    [
        ("jo", LAPTOP, ("p1", "y7", "radius")),
        ("max", LAPTOP, ("p2", "y8", "radius")),  # on Jo's laptop, and says so
        ("max", TROLLEY, ("p2", "y8", "radius")),
        ("nobody", LAPTOP, ("", "unidentified", "radius")),
        ("jo@elsewhere", LAPTOP, ("", "unidentified", "radius")),
        ("host/laptop", LAPTOP, ("p1", "y7", "device")),
        ("host/trolley", TROLLEY, ("", "unidentified", "ambiguous")),
        ("host/strange", STRANGE, ("", "unidentified", "none")),
    ],
)
def test_a_sign_in_names_who_signed_in(name: str, mac: str, found: tuple[str, str, str]) -> None:
    assert who(list(CLAIMING.of_session(session(name, mac), AT, UNTIL))) == found


@pytest.mark.parametrize(
    ("mac", "address", "found"),
    [
        (LAPTOP, AT, ("p1", "y7", "device")),
        (LAPTOP, "10.0.0.1", ("p1", "y7", "device")),
        (STRANGE, AT, ("", "unidentified", "none")),
        (STRANGE, "10.0.0.1", ("", "unidentified", "ambiguous")),
        ("", "10.0.0.1", ("p1", "y7", "device")),
    ],
)
def test_a_lease_names_its_device(mac: str, address: str, found: tuple[str, str, str]) -> None:
    assert who(list(CLAIMING.of_device(mac, address, NOW, UNTIL)), address) == found
