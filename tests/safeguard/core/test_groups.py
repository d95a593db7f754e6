"""The tree of groups: who is below whom, and what is no tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.groups import DEEPEST, Groups

TREE = Groups(
    {
        "pupils": "",
        "year 9": "pupils",
        "9B": "year 9",
        "year 10": "pupils",
        "staff": "",
        "unidentified": "",
    },
    strictest="unidentified",
)


@pytest.mark.parametrize(
    ("group", "lineage"),
    [
        ("9B", ("9B", "year 9", "pupils")),
        ("staff", ("staff",)),
        ("a class that is gone", ("unidentified",)),
    ],
)
def test_a_group_is_covered_by_those_above_it_and_an_unknown_one_is_the_strictest(
    group: str, lineage: tuple[str, ...]
) -> None:
    assert TREE.lineage(group) == lineage


def test_without_a_tree_each_group_stands_by_itself() -> None:
    assert Groups().lineage("staff") == ("staff",)
    assert Groups().known("staff") == "staff"
    assert Groups().depth("staff") == 1


def test_the_deeper_group_is_deeper() -> None:
    assert [TREE.depth(one) for one in ("pupils", "year 9", "9B")] == [1, 2, 3]


def test_below_are_the_groups_and_all_in_them() -> None:
    assert TREE.below(["year 9", "staff"]) == {"year 9", "9B", "staff"}
    assert TREE.below(["gone"]) == {"gone"}


def test_a_group_named_beside_one_above_it_adds_nobody() -> None:
    assert TREE.topmost(["9B", "pupils", "staff"]) == {"pupils", "staff"}
    assert TREE.topmost(["gone"]) == {"gone"}


@given(st.sets(st.sampled_from(sorted(TREE.above))))
def test_the_topmost_cover_the_same_people(groups: set[str]) -> None:
    assert TREE.below(TREE.topmost(groups)) == TREE.below(groups)


@pytest.mark.parametrize(
    ("above", "strictest", "says"),
    [
        ({"9B": "year 9"}, "", "'9B' is in 'year 9', which is no group"),
        ({"a": "b", "b": "a"}, "", "in a circle"),
        ({"a": "a"}, "", "in a circle"),
        (
            {str(n): str(n + 1) if n < DEEPEST else "" for n in range(DEEPEST + 1)},
            "",
            "more than 8 levels deep",
        ),
        ({"a": ""}, "b", "no group 'b' that could be the strictest"),
    ],
)
def test_what_is_no_tree_is_refused(above: dict[str, str], strictest: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Groups(above, strictest)


def test_every_group_stands_before_those_in_it_as_they_were_given() -> None:
    tree = Groups({"b": "", "b1": "b", "a": "", "b11": "b1", "b2": "b"})
    assert tree.in_order == ("b", "b1", "b11", "b2", "a")
    assert Groups().in_order == ()
