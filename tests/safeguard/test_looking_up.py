"""What is found out about a target before it is judged."""

import pytest

from filter_rules.types import Hit
from safeguard.looking_up import PRIVATE, Reachable

HOME = Hit(PRIVATE, "built-in", "127.0.0.1")


@pytest.mark.parametrize(
    ("networks", "entry", "left"),
    [
        ((), "127.0.0.1", True),
        (("127.0.0.0/8",), "127.0.0.1", False),
        (("127.0.0.0/8",), "localhost", False),
        (("10.0.0.0/8",), "127.0.0.1", True),
        (("10.0.0.0/8",), "10.1.2.3", False),
    ],
)
def test_a_private_address_counts_unless_the_settings_let_it_be_reached(
    networks: tuple[str, ...], entry: str, *, left: bool
) -> None:
    hit = Hit(PRIVATE, "built-in", entry)
    assert Reachable(networks).left_out((hit,)) == ((hit,) if left else ())


def test_other_hits_are_never_left_out() -> None:
    games = Hit("games", "a list", "127.0.0.1")
    assert Reachable(("127.0.0.0/8",)).left_out((games, HOME)) == (games,)
