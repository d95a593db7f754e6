"""Taking values out of TOML: what fits comes through, what does not is said in a sentence."""

from typing import Any

import pytest

from filter_rules.toml_values import headers, line_of, one_of, only, table_of, texts, value, weight


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "must be a number"),
        ({"w": True}, "must be a number"),
        ({"w": "1"}, "must be a number"),
        ({"w": -1}, "between 0 and 100"),
        ({"w": float("nan")}, "between 0 and 100"),
    ],
)
def test_a_weight_is_a_number_within_bounds(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        weight(row, "w")


def test_what_fits_is_returned() -> None:
    assert weight({"w": 3}, "w") == 3
    assert weight({}, "w", 2) == 2
    assert value({"n": 1}, "n", int) == 1
    assert one_of({"c": "a"}, "c", ("a", "b")) == "a"
    assert texts({"t": ["a"]}, "t") == ["a"]
    assert texts({}, "t") == []


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match="n must be given as a number"):
        value({"n": True}, "n", int)
    with pytest.raises(ValueError, match="c must be one of a, b"):
        one_of({"c": "x"}, "c", ("a", "b"))
    with pytest.raises(ValueError, match="t must hold texts"):
        texts({"t": [1]}, "t")
    with pytest.raises(ValueError, match="'y' is not known here: use x"):
        only({"y": 1}, frozenset("x"))


@pytest.mark.parametrize(("text", "line"), [("\n\na = ?", 3), ("a = ", 1), ("\na = [", 2)])
def test_what_is_not_toml_has_its_line(text: str, line: int) -> None:
    with pytest.raises(ValueError, match="not TOML") as caught:
        table_of(text)
    assert line_of(caught.value, text) in {line, line + 1}


def test_what_is_toml_but_unusable_stands_at_the_first_line() -> None:
    assert line_of(ValueError("x"), "a\nb") == 1


def test_headers_are_lines() -> None:
    assert headers("a\n[[p]]\n [[p]] \n[[q]]", "p") == [2, 3]
