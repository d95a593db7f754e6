"""What a list would do, before it is taken in."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from safeguard.building import compile_alone
from safeguard.core.policy import PolicyRule, Who
from safeguard.core.types import Action
from safeguard.loading import shipped_policy
from safeguard.previewing import (
    Difference,
    Named,
    blocked_for,
    by_category,
    difference,
    imported,
    named,
    popular_hosts,
    popular_sites,
    source_of,
)
from safeguard.problems import UnusableError
from safeguard.sources import Source

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def taken(tmp_path: Path, text: str, name: str = "a", fmt: Format = Format.ADBLOCK) -> Source:
    (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    (tmp_path / name).mkdir()
    return source_of(tmp_path / name, tmp_path / f"{name}.txt", fmt, "games", NOW)


@pytest.mark.parametrize(
    "text",
    [
        "popular.example\nEXAMPLE.org.\npopular.example\n\n",
        "1,popular.example\n2,example.org\n",
        '{"description": "x", "list": ["popular.example", "example.org"]}',
    ],
)
def test_popular_sites_are_read_in_their_order(tmp_path: Path, text: str) -> None:
    (tmp_path / "popular").write_text(text, encoding="utf-8")
    assert popular_hosts(tmp_path / "popular") == ["popular.example", "example.org"]


@pytest.mark.parametrize("text", ["", "{", "{}", '{"list": 1}', None])
def test_what_names_no_site_is_said_with_the_mend(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "popular").write_text(text, encoding="utf-8")
    with pytest.raises(UnusableError, match="one site a line"):
        popular_hosts(tmp_path / "popular")


def test_what_earlier_files_or_more_files_name_is_better_known(tmp_path: Path) -> None:
    alphabetical = [f"a{number:02}.example" for number in range(30)]
    for name, hosts in {
        "ranked": ["search.example", "a20.example"],
        "sorted": alphabetical,
        "more": ["a10.example", "x.example", "b.example"],
    }.items():
        (tmp_path / name).write_text("\n".join(hosts), encoding="utf-8")
    found = popular_sites([tmp_path / name for name in ("ranked", "sorted", "more")])
    assert found.hosts[:4] == ("search.example", "a20.example", "a10.example", "a00.example")
    assert found.hosts[-2:] == ("x.example", "b.example")
    assert [(Path(name).name, len(hosts)) for name, hosts in found.files] == [
        ("ranked", 2),
        ("sorted", 30),
        ("more", 3),
    ]
    assert found.unranked == (str(tmp_path / "sorted"),)


GROUPS = ("primary", "secondary", "staff", "guest")


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([], ""),
        ([(Action.ALLOW, ())], ""),
        ([(Action.BLOCK, ())], "everyone"),
        ([(Action.BLOCK, GROUPS)], "everyone"),
        ([(Action.BLOCK, ("primary", "secondary", "guest"))], "all but staff"),
        ([(Action.BLOCK, ("primary",)), (Action.BLOCK, ("secondary",))], "all but staff, guest"),
        ([(Action.BLOCK, ("guest",))], "guest"),
    ],
)
def test_whom_the_policy_blocks_a_category_for(
    rules: list[tuple[Action, tuple[str, ...]]], says: str
) -> None:
    made = [
        PolicyRule("a rule", action, frozenset({"games"}), Who(frozenset(groups)))
        for action, groups in rules
    ]
    policy = replace(shipped_policy(), rules=tuple(made))
    assert blocked_for(policy, "games", GROUPS) == says


def test_a_list_names_popular_sites_as_it_would_in_force(tmp_path: Path) -> None:
    source = taken(tmp_path, "||popular.example^\n||other.example^\n@@||kind.popular.example^\n")
    work = tmp_path / "work"
    work.mkdir()
    rules = compile_alone(source, work, lambda *_: None)
    hosts = ["fine.example", "www.popular.example", "kind.popular.example", "127.0.0.1"]
    found = named(rules, hosts)
    assert found == [Named("www.popular.example", ("games",))]
    assert by_category(found) == {"games": ["www.popular.example"]}


def test_a_real_list_is_weighed_against_real_popular_sites(
    tmp_path: Path, shared_data: Path
) -> None:
    lists = shared_data / "lists"
    path = lists / "formats" / "shrink-replay" / "gambling.1-before.txt"
    source = source_of(tmp_path, path, Format.HOSTS, "gambling", NOW)
    found = named(
        compile_alone(source, tmp_path, lambda *_: None),
        popular_hosts(lists / "benign" / "tranco10k" / "list.json"),
    )
    assert 0 < len(found) < 200


def test_copies_of_a_list_are_compared_entry_by_entry(tmp_path: Path) -> None:
    before = taken(tmp_path, "||one.example^\n||two.example^\n||same.example^\n", "before")
    after = taken(tmp_path, "||same.example^\n||same.example^\n||new.example^\n", "after")
    assert difference(before, after) == Difference(added=1, removed=2, same=1)


def test_a_list_without_anything_usable_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="Nothing in"):
        taken(tmp_path, "%%%\n", fmt=Format.DOMAINS)


def test_a_list_that_was_taken_in_is_found_by_its_name(tmp_path: Path) -> None:
    taken(tmp_path, "||one.example^\n")
    assert imported(tmp_path / "a", "preview")
    assert imported(tmp_path / "a", "other") is None
