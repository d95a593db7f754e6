"""Tables with a column for the category; their oddities are in tests/golden/lists_csv*.txt."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.formats.columns import MOST_CATEGORIES, header_among, header_in, table
from filter_rules.formats.lines import Said
from filter_rules.types import Entry, Part


def read(*lines: str) -> Sequence[Said]:
    reader = table("x")
    return [said for line in lines for said in reader(line)]


def test_each_row_says_what_it_is_about() -> None:
    assert read("domain,category", "a.example,games", "b.example,Social Media") == [
        Entry(Part.HOST, "a.example", category="games"),
        Entry(Part.HOST, "b.example", category="social-media"),
    ]


@pytest.mark.parametrize(
    ("first", "row"),
    [
        ("domain,category", "a.example,games"),
        ("category;domain", "games;a.example"),
        ("Host\tid\tCategory Name", "a.example\t7\tgames"),
        ("url|category", "https://a.example/|games"),
        ('"Host_Name","CATEGORY"', '"a.example","games"'),
        ("# host,category", "a.example,games"),
        ("id,host,url,threat", "7,a.example,,games"),
    ],
)
def test_columns_stand_in_any_order_and_are_separated_in_any_usual_way(
    first: str, row: str
) -> None:
    assert read(first, row) == [Entry(Part.HOST, "a.example", category="games")]


def test_an_address_says_more_than_its_host() -> None:
    assert read("host,url,category", "a.example,https://a.example/x,games") == [
        Entry(Part.URL, "a.example/x", category="games")
    ]


def test_a_row_may_be_about_several_categories() -> None:
    said = read("domain,category", '"a.example","games; chat|Dating"')
    assert [one.category for one in said if isinstance(one, Entry)] == ["games", "chat", "dating"]


def test_a_table_without_a_category_is_refused_in_one_sentence() -> None:
    (said,) = read("domain,rank", "a.example,1", "b.example,2")
    assert isinstance(said, str)
    assert "no column is called “category”" in said
    assert "--category" in said


def test_a_table_whose_columns_have_no_names_is_refused_in_one_sentence() -> None:
    (said,) = read("a.example,games", "b.example,games")
    assert isinstance(said, str)
    assert "domain,category" in said


def test_the_number_of_categories_has_a_bound() -> None:
    rows = [f"a.example,c{number}" for number in range(MOST_CATEGORIES + 1)]
    *entries, last = read("domain,category", *rows, "b.example,c0")[:-1]
    assert len(entries) == MOST_CATEGORIES
    assert last == f"the file names more than {MOST_CATEGORIES} categories: “c{MOST_CATEGORIES}”"


def test_a_row_that_names_no_site_is_no_header() -> None:
    assert header_in("category,rank") is None
    assert header_in('"domain,category') is None


@pytest.mark.parametrize(
    "sample",
    [
        ["\ufeffdomain,category", "a.example,games"],
        ["sep=;", "", "domain;category"],
        ["# made today", "# domain,category", "a.example,games"],
        ["domain,rank", "a.example,1"],
    ],
)
def test_a_table_is_known_by_the_names_of_its_columns(sample: list[str]) -> None:
    assert header_among(sample) is not None


@pytest.mark.parametrize(
    "sample", [[], ["a.example"], ["domain", "a.example"], ["# domain", "a.example"]]
)
def test_a_plain_list_is_no_table(sample: list[str]) -> None:
    assert header_among(sample) is None


@given(st.text(alphabet='a.,;\t|"# ', max_size=40), st.text(alphabet='a.,;"|', max_size=40))
def test_no_row_stops_the_reader(first: str, row: str) -> None:
    for said in [*read(first, row), *read("domain,category", first, row)]:
        assert said if isinstance(said, str) else said.category
