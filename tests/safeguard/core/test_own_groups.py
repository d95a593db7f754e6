"""Groups of the school's own below those of the policy: one that does not fit opens nothing."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.groups import DEEPEST
from safeguard.core.own_groups import OwnGroup, fitting, joined, keeps, refusal
from safeguard.core.policy_tables import described_groups, parse_policy

TABLES = tomllib.loads(Path("safeguard/data/policy.toml").read_text(encoding="utf-8"))
TREE = {"primary": "", "secondary": "", "unidentified": ""}
YEAR = OwnGroup("year-7", "Pupils in year 7.", "secondary")
CLASS = OwnGroup("7b", "The class 7B.", "year-7")


def test_a_group_is_below_its_own_whatever_order_they_come_in() -> None:
    policy = parse_policy(joined(TABLES, [CLASS, YEAR]))
    assert policy.groups.lineage("7b") == ("7b", "year-7", "secondary")
    assert {"7b", "year-7"} <= policy.monitored
    assert described_groups(joined(TABLES, [CLASS, YEAR]))["7b"] == "The class 7B."


def test_what_does_not_fit_is_left_out_and_judged_as_unidentified() -> None:
    broken = [
        OwnGroup("lost", "", "nowhere"),
        OwnGroup("a", "", "b"),
        OwnGroup("b", "", "a"),
        OwnGroup("top", "", ""),
        OwnGroup("staff", "", "primary"),
        OwnGroup("below", "", "unidentified"),
        OwnGroup("No Word", "", "primary"),
    ]
    policy = parse_policy(joined(TABLES, broken))
    assert set(policy.groups.above) == set(TABLES["groups"])
    assert policy.groups.known("lost") == "unidentified"
    assert policy.groups.lineage("staff") == ("staff",)


def test_no_tree_grows_deeper_than_it_may() -> None:
    line = [OwnGroup("g0", "", "primary")]
    line += [OwnGroup(f"g{one}", "", f"g{one - 1}") for one in range(1, 20)]
    assert len(fitting(TREE, line)) == DEEPEST - 1


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (YEAR, ""),
        (OwnGroup("Year 7", "", "secondary"), "small letters"),
        (OwnGroup("primary", "", "secondary"), "already"),
        (OwnGroup("x", "", "nowhere"), "choose from primary, secondary, unidentified"),
        (OwnGroup("x", "", "unidentified"), "nobody knows"),
    ],
)
def test_why_a_group_cannot_be_added_is_said(one: OwnGroup, says: str) -> None:
    said = refusal(one, TREE)
    assert bool(said) == bool(says)
    assert says in said


def test_a_group_at_the_bottom_takes_none() -> None:
    line = {f"g{one}": f"g{one - 1}" if one else "" for one in range(DEEPEST)}
    assert "levels deep" in refusal(OwnGroup("x", "", f"g{DEEPEST - 1}"), line)


def test_a_group_with_others_in_it_or_with_rules_stays() -> None:
    tree = TREE | {"year-7": "secondary", "7b": "year-7"}
    assert "7b is in year-7" in keeps("year-7", tree, ())
    assert "A rule is for 7b" in keeps("7b", tree, {"7b"})
    assert keeps("7b", tree, {"year-7"}) == ""


WORDS = st.sampled_from(["a", "b", "c", "staff", "primary", "unidentified", "", "No"])


@given(st.lists(st.builds(OwnGroup, WORDS, st.just(""), WORDS), max_size=8))
def test_whatever_groups_there_are_the_policy_is_read_and_none_is_freer(
    own: list[OwnGroup],
) -> None:
    policy, shipped = parse_policy(joined(TABLES, own)), parse_policy(TABLES)
    for group in policy.groups.above:
        top = policy.groups.lineage(group)[-1]
        assert top in shipped.groups.above
        assert (group in policy.monitored) == (top in shipped.monitored)
        assert (group in policy.private_groups) == (top in shipped.private_groups)
