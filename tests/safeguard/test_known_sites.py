"""The well-known sites: real names, and the policy that is shipped does with them as expected."""

from pathlib import Path

from filter_rules.hosts import canonical_host
from safeguard.core.groups import Groups
from safeguard.core.types import Subject, Target
from safeguard.engine import open_engine
from safeguard.known_sites import EVERYONE, Known, known_sites
from safeguard.loading import shipped_groups
from safeguard.settings import load

TREE = Groups({"pupils": "", "9B": "pupils", "staff": ""})


def test_there_are_hundreds_each_a_host_and_of_groups_that_are() -> None:
    sites = known_sites()
    assert len(sites) >= 300
    assert all(canonical_host(host) == host for host in sites)
    groups = {group for one in sites.values() for group in one.open_to | one.not_for}
    assert groups <= {EVERYONE, *shipped_groups()}
    assert not [host for host, one in sites.items() if one.open_to & one.not_for]


def test_the_shipped_policy_does_with_them_as_expected(school: Path) -> None:
    engine = open_engine(load(school))
    tree = engine.snapshot.policy.groups
    wrong = [
        (host, group)
        for host, known in known_sites().items()
        for group in tree.above
        for blocked in [engine.judge(Subject(group), Target(host, f"https://{host}/")).blocked]
        if (known.should_open(group, tree) and blocked)
        or (known.should_block(group, tree) and not blocked)
    ]
    engine.close()
    assert wrong == []


def test_what_is_for_a_group_is_for_those_below_it() -> None:
    known = Known("x", frozenset({"pupils"}), frozenset({"staff"}))
    assert (known.should_open("9B", TREE), known.should_open("staff", TREE)) == (True, False)
    assert (known.should_block("9B", TREE), known.should_block("staff", TREE)) == (False, True)
    assert Known("x", frozenset({EVERYONE}), frozenset()).should_open("staff", TREE)
