"""Modes: nobody says means the strictest, and of two values one is the stricter."""

import pytest

from safeguard.core.modes import STRICTEST_MODES, SafeSearch, YouTube, strictness


def test_where_nobody_says_the_modes_are_the_strictest() -> None:
    assert STRICTEST_MODES.safe_search is max(SafeSearch, key=strictness)
    assert STRICTEST_MODES.youtube is max(YouTube, key=strictness)


@pytest.mark.parametrize(
    "from_lax_to_strict",
    [
        list(SafeSearch),
        list(YouTube),
        [(), ("a.example", "b.example"), ("a.example",)],
        [("a.example",), ("b.example",)],  # neither is, but one must win whatever the order
    ],
)
def test_values_of_a_mode_go_from_lax_to_strict(
    from_lax_to_strict: list[SafeSearch | YouTube | tuple[str, ...]],
) -> None:
    from_strict_to_lax = from_lax_to_strict[::-1]
    assert sorted(from_strict_to_lax, key=strictness) == from_lax_to_strict
