"""Templates are filled as they stand, and what is filled in is never a place itself."""

import pytest

from proxy_addons.moulds import mould


@pytest.mark.parametrize(
    ("text", "filling", "filled"),
    [
        ("plain", {}, "plain"),
        ("$a", {"a": "x"}, "x"),
        ("<b>$a</b> $b $a", {"a": "1", "b": "$a"}, "<b>1</b> $a 1"),
        ("{ --ink: #111 } $a", {"a": "{x}"}, "{ --ink: #111 } {x}"),
    ],
)
def test_each_place_is_filled(text: str, filling: dict[str, str], filled: str) -> None:
    assert mould(text)(**filling) == filled


def test_a_place_that_nobody_fills_is_an_error() -> None:
    with pytest.raises(KeyError):
        mould("$a")(b="x")
