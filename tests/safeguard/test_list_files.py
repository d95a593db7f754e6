"""The files of a list on disk: what is found, how it is read, and what is left alone."""

import gzip
import io
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.formats.trees import ListFile
from filter_rules.types import Problem
from safeguard import list_files
from safeguard.list_files import (
    files_below,
    lines_of,
    pack,
    planned,
    unpacked,
    with_included,
    write_whole,
)
from safeguard.problems import UnusableError

KNOWN = {"games": "games", "child": "education"}


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_files_are_found_and_hidden_ones_are_not(tmp_path: Path) -> None:
    write(tmp_path, b="", games__domains="")
    write(tmp_path / ".git", config="")
    write(tmp_path, **{".hidden": ""})
    assert files_below(tmp_path) == (["b", "games/domains"], [])


def test_links_are_passed_over_and_reported_where_they_lead_away(tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", games__domains="")
    secret = write(tmp_path, secret="")
    (tree / "alias").symlink_to("games")
    (tree / "games" / "urls").symlink_to(secret / "secret")
    (tree / "out").symlink_to("../..")
    (tree / "nowhere").symlink_to("missing")
    paths, problems = files_below(tree)
    assert paths == ["games/domains"]
    assert sorted(problem.file for problem in problems) == ["games/urls", "nowhere", "out"]


def test_a_folder_of_too_many_files_is_no_folder_of_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "MOST_FILES", 1)
    with pytest.raises(UnusableError, match="more than 1 files"):
        files_below(write(tmp_path, a="", b=""))


def test_a_packed_file_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(gzip.compress(b"example.com\n"))
    (tmp_path / "plain.gz").write_bytes(b"example.org\n")
    for name, text in (("list", b"example.com\n"), ("plain.gz", b"example.org\n")):
        with unpacked(tmp_path / name) as stream:
            assert stream.read() == text


def test_lines_are_text_whatever_they_are_encoded_in() -> None:
    raw = "é.example\n".encode() + "é.example\n".encode("latin-1") + b"last"
    assert list(lines_of(io.BytesIO(raw))) == ["é.example\n", "é.example\n", "last"]


def test_a_line_without_end_is_cut_and_the_next_is_whole() -> None:
    raw = b"a" * 100_000 + b"\nexample.com\n" + b"b" * (4 * 4096) + b"\nlast\n"
    lines = list(lines_of(io.BytesIO(raw)))
    assert [line[:12].strip() for line in lines] == ["a" * 12, "example.com", "b" * 12, "last"]
    assert len(lines[0]) > 4096


def test_a_list_packs_the_same_each_time(tmp_path: Path) -> None:
    write(tmp_path, plain="example.com\n")
    (tmp_path / "packed").write_bytes(gzip.compress(b"example.com\n"))
    digests = [pack(tmp_path / "plain", tmp_path / "1"), pack(tmp_path / "packed", tmp_path / "2")]
    assert digests[0] == digests[1]
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_list_that_unpacks_without_end_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "MOST_BYTES", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"a" * (2 << 20)))
    with pytest.raises(UnusableError, match="larger than"):
        pack(tmp_path / "bomb.gz", tmp_path / "out")


def test_a_list_takes_in_others_but_only_from_its_own_folder(tmp_path: Path) -> None:
    root = write(
        tmp_path / "lists",
        bannedsitelist=(
            ".Include</etc/e2guardian/lists/blacklists/games/domains>\n"
            "example.com\n"
            ".Include<nested>\n"
            ".Include<../../secret>\n"
            ".Include</etc/passwd>\n"
        ),
        blacklists__games__domains=".Include<more>\n",
        blacklists__games__more=".Include<domains>\n",
        nested=".Include<bannedsitelist>\n",
    )
    write(tmp_path, secret="")
    found, problems = with_included(root, "bannedsitelist")
    assert sorted(found) == [
        "bannedsitelist",
        "bannedsitelist/blacklists/games/domains",
        "bannedsitelist/blacklists/games/more",
        "bannedsitelist/nested",
    ]
    assert problems == [
        Problem("bannedsitelist", 4, "../../secret is not in this folder"),
        Problem("bannedsitelist", 5, "/etc/passwd is not in this folder"),
    ]


def test_a_file_is_one_list_of_the_given_category(tmp_path: Path) -> None:
    write(tmp_path, list="")
    plan = planned(tmp_path / "list", Format.HOSTS, "games", "mine", KNOWN)
    assert plan.files == [(tmp_path / "list", ListFile("list", Format.HOSTS, "games", "mine"))]


def test_a_ut1_tree_brings_its_own_categories(tmp_path: Path) -> None:
    write(tmp_path, games__domains="", games__usage="white", child__urls="", child__usage="white")
    write(tmp_path, sect__domains="", global_usage="")
    plan = planned(tmp_path, Format.AUTO, "adult", "ut1", KNOWN)
    assert [(file.path, file.category, file.list) for _, file in plan.files] == [
        ("child/urls", "education", "ut1/child"),
        ("games/domains", "ut1-games", "ut1/games"),
        ("sect/domains", "ut1-sect", "ut1/sect"),
    ]
    assert "CC BY-SA" in plan.licence
    assert plan.notes == ["“adult” was not used: each folder has a category of its own"]


def test_a_tree_without_the_common_usage_file_names_no_licence(tmp_path: Path) -> None:
    plan = planned(write(tmp_path, games__domains=""), Format.UT1, "", "ut1", KNOWN)
    assert (plan.licence, plan.notes) == ("", [])


def test_one_folder_of_a_ut1_tree_is_one_list(tmp_path: Path) -> None:
    write(tmp_path, domains="", urls="", usage="black")
    plan = planned(tmp_path, Format.AUTO, "gambling", "mine", KNOWN)
    assert [(file.path, file.format, file.category) for _, file in plan.files] == [
        ("domains", Format.UT1, "gambling"),
        ("urls", Format.UT1, "gambling"),
    ]


def test_an_e2guardian_folder_is_one_list_with_all_it_takes_in(tmp_path: Path) -> None:
    write(tmp_path, bannedsitelist=".Include<x>\n.Include<y>\n", x="", exceptionsitelist="")
    plan = planned(tmp_path, Format.AUTO, "games", "mine", KNOWN)
    assert [file.path for _, file in plan.files] == [
        "bannedsitelist",
        "bannedsitelist/x",
        "exceptionsitelist",
    ]
    assert plan.problems == [Problem("bannedsitelist", 2, "y is not in this folder")]


def test_lists_of_an_e2guardian_folder_that_are_none_of_sites_are_reported(tmp_path: Path) -> None:
    write(tmp_path, bannedsitelist="a.example\n", weightedphraselist="", greysitelist="")
    plan = planned(tmp_path, Format.AUTO, "games", "mine", KNOWN)
    assert [file.path for _, file in plan.files] == ["bannedsitelist"]
    assert [one.file for one in plan.problems] == ["greysitelist", "weightedphraselist"]


def test_a_folder_that_another_machine_names_is_looked_for_here(tmp_path: Path) -> None:
    write(tmp_path, bannedsitelist=".Define LISTDIR <x>\n.include<__LISTDIR__/y>\n", y="")
    plan = planned(tmp_path, Format.E2GUARDIAN, "games", "mine", KNOWN)
    assert [file.path for _, file in plan.files] == ["bannedsitelist", "bannedsitelist/y"]
    assert plan.problems == []


@pytest.mark.parametrize(
    ("path", "category", "says"),
    [
        ("missing", "games", "does not exist"),
        ("list", "", "--category"),
        (".", "", "--category"),
        ("list", "Not A Slug", "is no category"),
    ],
)
def test_what_cannot_be_planned_is_said(
    tmp_path: Path, path: str, category: str, says: str
) -> None:
    write(tmp_path, list="")
    with pytest.raises(UnusableError, match=says):
        planned(tmp_path / path, Format.DOMAINS, category, "mine", KNOWN)


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    file = tmp_path / "pointer"
    write_whole(file, "old")
    before = file.open(encoding="utf-8")
    write_whole(file, "new")
    with before:
        assert before.read() == "old"
    assert file.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [file]
