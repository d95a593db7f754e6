"""What the files of a folder of lists are."""

import pytest

from filter_rules.formats.format import Format
from filter_rules.formats.trees import (
    folder_format,
    in_our_words,
    known_categories,
    lists_among,
    passed_over,
    slug,
    ut1_category,
    ut1_folders,
)
from filter_rules.types import Category, Entry, Part, Problem

KNOWN = {"games": "games", "child": "education", "press": "news", "dating": "dating"}


@pytest.mark.parametrize(
    ("paths", "fmt"),
    [
        (["games/domains", "global_usage"], Format.UT1),
        (["blacklists/games/urls.gz"], Format.UT1),
        (["domains"], Format.UT1),
        (["lists/bannedsitelist", "lists/weightedphraselist"], Format.E2GUARDIAN),
        (["bannedsitelist", "blacklists/games/domains"], Format.E2GUARDIAN),
        (["ads.txt", "README.md"], Format.AUTO),
    ],
)
def test_a_folder_is_known_by_the_names_of_its_files(paths: list[str], fmt: Format) -> None:
    assert folder_format(paths) is fmt


def test_each_folder_of_a_ut1_tree_is_a_category_with_its_lists() -> None:
    paths = [
        "ads", "games/domains", "games/urls", "games/usage", "games/very_restrictive_expression",
        "adult/domains.1", "adult/domains.0", "games/domains.diff",
    ]  # fmt: skip
    assert ut1_folders(paths) == {
        "adult": ["adult/domains.0", "adult/domains.1"],
        "games": ["games/domains", "games/urls"],
    }


@pytest.mark.parametrize(
    ("folder", "usage", "category"),
    [
        ("games", "black", "games"),
        ("lists/games", "black\n", "games"),
        ("games", "", "games"),
        ("games", "black\nwhite", "ut1-games"),  # may be for allowing: never one that is blocked
        ("games", " White ", "ut1-games"),
        ("child", "white\nchild", "education"),
        ("press", "black\nwhite", "news"),
        ("sect", "black", "ut1-sect"),
        ("Tricky Name", "white", "ut1-tricky-name"),
    ],
)
def test_a_folder_becomes_a_category(folder: str, usage: str, category: str) -> None:
    assert ut1_category(folder, usage, KNOWN) == category


def test_only_the_lists_of_a_folder_are_read() -> None:
    paths = ["README.md", "LICENSE", "x/readme.txt", "notes.pdf", "b.txt", "a.txt"]
    assert lists_among(Format.DOMAINS, paths) == ["a.txt", "b.txt"]
    lists = ["bannedsitelist", "exceptionurllist", "weightedphraselist", "x/domains"]
    assert lists_among(Format.E2GUARDIAN, lists) == ["bannedsitelist", "exceptionurllist"]
    assert lists_among(Format.UT1, lists) == ["x/domains"]


def test_what_a_folder_holds_beside_its_lists_is_said() -> None:
    paths = ["bannedsitelist", "phraselists/weighted_english", "bannedsearchlist", "notes"]
    said = passed_over(Format.E2GUARDIAN, paths)
    assert [one.file for one in said] == ["bannedsearchlist", "phraselists/weighted_english"]
    assert passed_over(Format.UT1, paths) == []


def test_a_slug_is_small_letters_digits_and_hyphens() -> None:
    assert slug("My List (2026).txt") == "my-list-2026-txt"
    assert slug("../..") == ""


def test_what_others_call_a_category_is_known_by_folder_standard_title_and_name() -> None:
    adult = Category("adult", "Adult content", "…", "Pornography")
    known = known_categories({"social_networks": "social-media"}, [adult])
    assert {known[name] for name in ("adult", "adult-content", "pornography")} == {"adult"}
    assert {known[name] for name in ("social_networks", "social-networks")} == {"social-media"}


def test_entries_get_our_name_of_their_category_where_there_is_one() -> None:
    said: list[Entry | Problem] = [
        Entry(Part.HOST, "a.example", category="porn"),
        Problem("x", 1, "…"),
        Entry(Part.HOST, "b.example", category="quilts"),
    ]
    assert list(in_our_words(said, {"porn": "adult"})) == [
        Entry(Part.HOST, "a.example", category="adult"), *said[1:],
    ]  # fmt: skip
