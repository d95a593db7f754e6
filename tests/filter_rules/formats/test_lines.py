"""What all formats share."""

import pytest

from filter_rules.formats.lines import (
    address_entry,
    host_entry,
    listed_host,
    quoted,
    tidy,
    without_comment,
    zone_entry,
)
from filter_rules.hosts import canonical_host
from filter_rules.types import Entry, Part, Reach


def test_a_line_loses_its_end_and_a_byte_order_mark_but_not_its_beginning() -> None:
    assert tidy("\ufeffexample.com \r\n") == "example.com"
    assert tidy("  NS localhost.\n") == "  NS localhost."


def test_a_quotation_stays_one_short_readable_line() -> None:
    assert quoted("a\nb\x07") == "“a�b�”"
    assert quoted("x" * 100) == f"“{'x' * 59}…”"


def test_a_comment_needs_a_space_before_it() -> None:
    assert without_comment("example.com/x#y # why") == "example.com/x#y"


@pytest.mark.parametrize("text", ["-a.example", "a-.example", "a_.example", "a!.example", "*.a"])
def test_a_list_is_stricter_about_hosts_than_a_browser(text: str) -> None:
    assert listed_host(text) is None


def test_a_top_level_domain_is_listed_only_where_it_is_meant() -> None:
    assert host_entry("word") == "“word” is a single word, no host name"
    assert host_entry("zip", Reach.EXACT) == "“zip” is a single word, no host name"
    assert zone_entry("zip") == Entry(Part.HOST, "zip")
    assert zone_entry("a..b") == "“a..b” is no host name"


@pytest.mark.parametrize("name", ["zip", "co.uk", "AC.UK", "公司.cn"])
def test_a_whole_public_suffix_is_listed_only_where_it_is_meant(name: str) -> None:
    for said in (host_entry(name), host_entry(name, allow=True), address_entry(f"http://{name}/")):
        assert "stands for all that anyone registers below it" in str(said)
        assert f"*.{canonical_host(name)}" in str(said)
    assert isinstance(zone_entry(name), Entry)


def test_the_name_of_a_suffix_alone_may_be_a_site() -> None:
    assert host_entry("gov.uk", Reach.EXACT) == Entry(Part.HOST, "gov.uk", Reach.EXACT)


def test_an_address_without_a_path_is_the_host_and_all_below_it() -> None:
    assert address_entry("https://example.com/", Reach.EXACT) == Entry(Part.HOST, "example.com")


def test_an_address_loses_its_last_slash_but_not_in_a_query() -> None:
    assert address_entry("example.com/a//") == Entry(Part.URL, "example.com/a")
    assert address_entry("example.com/?next=/a/") == Entry(Part.URL, "example.com/?next=/a/")


def test_an_address_of_a_host_that_cannot_be_listed_is_refused() -> None:
    assert address_entry("http://-a.example/x") == "“http://-a.example/x” is no web address"


def test_two_columns_are_not_run_together_into_one_address() -> None:
    said = address_entry("example.com\texample.org")
    assert isinstance(said, str)
