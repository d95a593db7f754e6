"""Strings at a named place of what was sent, and all of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.leaves import MOST_VALUES, at, literals, may_be_json, parsed, strings

TREE = {
    "m": [
        {"r": "u", "c": "one"},
        {"r": "a", "c": "two"},
        {"c": "three"},
        {"r": "u", "c": ["four"]},
    ],
    "x.y": ["z", {"text": "t", "value": "v"}],
    "in": '{"deep": ["five", {"six": "seven"}]}',
    "bad": "{not json",
    "number": "12",
    "count": [12],
}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("m[0].c", ["one"]),
        ("m[-1].c", ["four"]),
        ("m[9].c", []),
        ("m[].c", ["one", "two", "three", "four"]),
        ("m.c", ["one", "two", "three", "four"]),
        ("m[r=u].c", ["one", "four"]),
        ("m[r=u|][-1].c", ["four"]),
        ("m[r=|][].c", ["three"]),
        ("m[r=x][-1].c", []),
        ("'x.y'[0]", ["z"]),
        ("'x.y'", ["z", "t", "v"]),
        ("in.deep[0]", ["five"]),
        ("in**.six", ["seven"]),
        ("bad.x", []),
        ("bad[0]", []),
        ("number.x", []),
        ("nothing", []),
        ("count", []),
    ],
)
def test_a_place_leads_to_strings(place: str, found: list[str]) -> None:
    assert at(TREE, place) == found


def test_numbers_stay_as_written_however_long() -> None:
    assert parsed(f"[{'1' * 5000}, 1e999, NaN]") == ["1" * 5000, "1e999", "NaN"]


def test_json_nested_too_deep_is_none() -> None:
    with pytest.raises(ValueError, match="deep"):
        parsed("[" * 200_000)


def test_every_string_is_found_with_its_names() -> None:
    tree = {"a": ["b", {"c": "d"}], "e": '["f", "{\\"g\\": \\"h\\"}"]', "n": None, "i": '{"j": "k'}
    found = [(leaf.names, leaf.text) for leaf in strings(tree)]
    assert found == [
        (("a",), "b"), (("a", "c"), "d"), (("e",), "f"), (("e", "g"), "h"), (("i", "j"), "k"),
    ]  # fmt: skip


def test_what_is_broken_is_read_by_its_literals() -> None:
    assert [leaf.text for leaf in strings(['["one", "two", 3'])] == ["one", "two"]


def test_a_field_is_named_by_what_it_says_of_itself() -> None:
    (named, value) = strings({"name": "comment", "value": "x"})
    assert (named.names, value.names) == (("name",), ("value", "comment"))
    wide = {"name": "comment", **dict.fromkeys("abcdefgh", ""), "value": "x"}
    assert list(strings(wide))[-1].names == ("value",)


def test_json_in_json_in_json_ends_somewhere() -> None:
    text = "deep"
    for _ in range(10):
        text = json.dumps([text])
    (leaf,) = strings(text)
    assert leaf.text.count("[") == 6


def test_work_is_bounded() -> None:
    assert len(list(strings(["x"] * (MOST_VALUES * 2)))) < MOST_VALUES
    nested: object = "x"
    for _ in range(MOST_VALUES + 10):
        nested = [nested]
    assert at(nested, "**.a") == []
    assert list(strings(nested)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r'["b\u0021", "\q", "open', ["b!", r"\q", "open"]),
        ('"a": "b", "c": {"d": ["e", "f"], "g', [{"a": "b"}, {"c.d": "e"}, {"c.d": "f"}, {"c.d": "g"}]),
        ('"open\\', ["open"]),
        ("none", []),
    ],
)  # fmt: skip
def test_literals_are_unescaped_and_stand_under_their_names(text: str, found: list) -> None:
    assert list(literals(text)) == found


@pytest.mark.parametrize(
    ("text", "may"), [('{"a":1}', True), (" [1]", True), ("{}", False), ("a", False)]
)
def test_json_is_known_by_its_beginning(text: str, may: bool) -> None:  # noqa: FBT001  a column of the table
    assert may_be_json(text) is may


JSON = st.recursive(
    st.text() | st.none() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_every_string_of_a_tree_is_one_of_its_own(tree: object) -> None:
    text = json.dumps(tree, ensure_ascii=False)
    for leaf in strings(tree):
        assert json.dumps(leaf.text, ensure_ascii=False)[1:-1] in text or may_be_json(text)
