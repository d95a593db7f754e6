"""Taking lists in: kept as they came, in place of the copy before, or not at all."""

import gzip
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.types import Entry, Part, Problem, Reach
from safeguard.importing import import_source, shrunk
from safeguard.problems import UnusableError
from safeguard.sources import (
    imported_sources,
)
from tests.safeguard.list_samples import NOW, a_list, bring, entries


def test_an_import_says_what_came_of_it(tmp_path: Path) -> None:
    made = bring(tmp_path, a_list(tmp_path, "example.com\nexample.org\nbad..example\n"))
    assert made.name == "mine"
    assert made.counts == {"games": 2}
    assert made.problems == [Problem("list.txt", 3, "“bad..example” is no host name")]
    assert made.problem_count == 1
    assert made.notes == [
        "list.txt is read as domains: 3 of the first 3 lines look like one name a line"
    ]


def test_an_imported_list_is_kept_as_it_came(tmp_path: Path) -> None:
    text = "# License: MIT\n0.0.0.0 example.com\n"
    bring(tmp_path, a_list(tmp_path, text))
    (source,) = imported_sources(tmp_path)
    assert (source.name, source.licence, source.imported) == (
        "mine",
        "MIT",
        "2026-09-01T08:30:00+00:00",
    )
    assert [(file.format, file.category, file.list) for file in source.files] == [
        (Format.HOSTS, "games", "mine")
    ]
    assert gzip.decompress((source.root / "list.txt.gz").read_bytes()).decode() == text
    assert entries(tmp_path) == [Entry(Part.HOST, "example.com", Reach.EXACT)]


def test_a_packed_list_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "list.gz").write_bytes(gzip.compress(b"example.com\n"))
    assert bring(tmp_path, tmp_path / "list.gz").counts == {"games": 1}


def test_an_import_of_the_same_name_replaces_the_one_before(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "example.com\n"))
    bring(tmp_path, a_list(tmp_path, "example.org\n"))
    assert entries(tmp_path) == [Entry(Part.HOST, "example.org")]
    assert len(list((tmp_path / "sources" / "mine").iterdir())) == 2  # its copy, and what it is


def test_the_same_list_may_be_imported_again(tmp_path: Path) -> None:
    for _ in range(2):
        bring(tmp_path, a_list(tmp_path, "example.com\n"))
    assert entries(tmp_path) == [Entry(Part.HOST, "example.com")]


@pytest.mark.parametrize("text", ["", "# nothing\n", "<html>\nexample.com\n", "..\n", "\0\1\n"])
def test_a_list_of_nothing_usable_leaves_the_one_before(tmp_path: Path, text: str) -> None:
    bring(tmp_path, a_list(tmp_path, "example.com\n"))
    assert bring(tmp_path, a_list(tmp_path, text)).counts == {}
    assert entries(tmp_path) == [Entry(Part.HOST, "example.com")]


def test_of_many_problems_the_first_hundred_are_kept_and_all_counted(tmp_path: Path) -> None:
    made = bring(tmp_path, a_list(tmp_path, "example.com\n" + "bad..example\n" * 250))
    assert (len(made.problems), made.problem_count) == (100, 250)


def test_a_packed_list_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "example.com\n"))
    (tmp_path / "half.gz").write_bytes(gzip.compress(b"example.org\n" * 9999)[:50])
    with pytest.raises(UnusableError, match="could not be taken in"):
        bring(tmp_path, tmp_path / "half.gz")
    assert entries(tmp_path) == [Entry(Part.HOST, "example.com")]


def test_an_import_that_stopped_half_way_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    half = tmp_path / "sources" / "mine" / "incoming-x" / "files"
    half.mkdir(parents=True)
    assert imported_sources(tmp_path) == []
    bring(tmp_path, a_list(tmp_path, "example.com\n"))
    assert not half.exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("My List.txt", "my-list"),
        ("ads.txt.gz", "ads"),
        ("noextension", "noextension"),
        ("gambling/domains", "gambling"),
    ],
)
def test_a_list_is_named_after_its_file(tmp_path: Path, path: str, name: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("example.com\n", encoding="utf-8")
    assert bring(tmp_path, tmp_path / path, name="").name == name


@pytest.mark.parametrize("name", ["safeguard", "school", "///"])
def test_a_name_that_is_ours_or_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableError, match="--name"):
        bring(tmp_path, a_list(tmp_path, "example.com\n"), name=name)


def test_what_a_list_is_about_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="--category"):
        bring(tmp_path, a_list(tmp_path, "example.com\n"), category="")


@pytest.mark.parametrize("fmt", ["auto", "csv"])
def test_a_table_says_itself_what_each_row_is_about(tmp_path: Path, fmt: str) -> None:
    text = "domain,category\na.example,Games\nb.example,porn\nb.example,Quilts\n"
    made = bring(tmp_path, a_list(tmp_path, text), fmt=fmt, category="")
    assert made.counts == {"adult": 1, "games": 1, "quilts": 1}
    assert entries(tmp_path) == [
        Entry(Part.HOST, "a.example", category="games"),
        Entry(Part.HOST, "b.example", category="adult"),
        Entry(Part.HOST, "b.example", category="quilts"),
    ]


def test_the_category_given_for_a_table_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    made = bring(
        tmp_path, a_list(tmp_path, "host,category\na.example,games\n..,x\n"), category="chat"
    )
    assert made.counts == {"games": 1}
    assert made.problem_count == 1
    assert made.notes[-1] == "“chat” was not used: each row says what it is about"


def test_a_list_that_turns_out_to_be_no_table_needs_to_be_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="--category"):
        bring(tmp_path, a_list(tmp_path, "a.example\n"), category="")
    assert not list(tmp_path.glob("sources/*/source.toml"))


def test_names_of_files_may_hold_anything(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    a_list(folder, "example.com\n", name='a "quoted"\\ \x7f\n name.txt')
    bring(tmp_path, folder)
    assert entries(tmp_path) == [Entry(Part.HOST, "example.com")]


def test_a_real_ut1_tree_is_taken_in(tmp_path: Path, shared_data: Path) -> None:
    made = bring(tmp_path, shared_data / "lists" / "ut1", fmt="ut1", category="", name="ut1")
    suffixes = {one.file for one in made.problems if "registers below" in one.says}
    assert suffixes == {
        f"{name}/domains" for name in ("gambling", "games", "liste_blanche", "shortener")
    }
    others = {one.file for one in made.problems} - suffixes
    assert others == {"bank/domains", "dynamic-dns/domains"}
    assert made.problem_count == 7
    assert sum(made.counts.values()) > 340_000
    (source,) = imported_sources(tmp_path)
    assert "CC BY-SA" in source.licence
    categories = {file.list: file.category for file in source.files}
    assert categories["ut1/gambling"] == "gambling"
    assert categories["ut1/child"] == "education"  # white
    assert categories["ut1/ai"] == "ut1-ai"  # black and white
    assert "ut1/ads" not in categories  # an alias of publicite


@pytest.mark.parametrize(
    ("before", "now", "limit", "says"),
    [
        ({}, {}, 30, ""),
        ({"a": 100}, {"a": 70}, 30, ""),
        ({"a": 100}, {"a": 69}, 30, "it fell from 100 entries to 69"),
        ({"a": 100}, {"a": 99}, 0, "it fell from 100 entries to 99"),
        ({"a": 100}, {}, 100, ""),
        ({"a": 9000, "b": 60}, {"a": 9000}, 30, "it fell from 60 entries of b to 0"),
        ({"a": 9000, "b": 49}, {"a": 9000}, 30, ""),
        ({"a": 10}, {"a": 1}, 30, "it fell from 10 entries to 1"),
        ({"a": 100}, {"a": 100, "b": 5}, 30, ""),
    ],
)
def test_what_a_list_has_lost_is_said_where_it_is_too_much(
    before: dict[str, int], now: dict[str, int], limit: int, says: str
) -> None:
    assert shrunk(before, now, limit) == says


def test_a_list_that_has_shrunk_too_much_is_not_taken_in(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "one.example\ntwo.example\nthree.example\n"))
    path = a_list(tmp_path, "one.example\n")
    made = import_source(
        tmp_path, path, Format.DOMAINS, "games", "mine", NOW, shrink_limit=30, licence="MIT"
    )
    assert made.shrunk == "it fell from 3 entries to 1"
    assert len(entries(tmp_path)) == 3
    assert imported_sources(tmp_path)[0].counts == {"games": 3}
    bring(tmp_path, path)  # what people bring in themselves is not weighed
    assert len(entries(tmp_path)) == 1


def test_an_import_mends_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "one.example\n"))
    (tmp_path / "sources" / "mine" / "source.toml").write_text("name = 1\n", encoding="utf-8")
    bring(tmp_path, a_list(tmp_path, "two.example\n"))
    assert entries(tmp_path) == [Entry(Part.HOST, "two.example")]
