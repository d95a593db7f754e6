"""Where a subject is, as far as rules speak of it."""

import pytest

from safeguard.core.places import Places
from safeguard.core.rules import Who
from safeguard.core.types import Subject

PLACES = Places(
    [
        Who(rooms=frozenset({"Library"})),
        Who(rooms=frozenset({"Hall"})),
        Who(networks=frozenset({"10.20.0.0/16", "10.20.3.0/24"})),
        Who(networks=frozenset({"2001:db8::/32"})),
        Who(frozenset({"9B"})),
    ]
)


@pytest.mark.parametrize(
    ("subject", "places"),
    [
        (Subject("9B"), set[str]()),
        (Subject("9B", room="Library"), {"ROOM:Library"}),
        (Subject("9B", room="Gym"), set[str]()),
        (Subject("9B", "10.20.9.1"), {"NETWORK:10.20.0.0/16"}),
        (Subject("9B", "10.20.3.1"), {"NETWORK:10.20.0.0/16", "NETWORK:10.20.3.0/24"}),
        (Subject("9B", "2001:db8::1", room="Hall"), {"ROOM:Hall", "NETWORK:2001:db8::/32"}),
        (Subject("9B", "192.0.2.1"), set[str]()),
        (Subject("9B", "no address"), set[str]()),
    ],
)
def test_a_subject_is_in_the_room_and_the_networks_that_some_rule_names(
    subject: Subject, places: set[str]
) -> None:
    assert set(PLACES.of(subject)) == places


def test_where_no_rule_names_a_network_the_address_is_not_looked_at() -> None:
    rooms = Places([Who(rooms=frozenset({"Library"}))])
    assert rooms.of(Subject("9B", "no address", room="Library")) == ("ROOM:Library",)
