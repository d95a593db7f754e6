"""One spelling for a host: a table, then what holds for any text."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.hosts import (
    addresses_meant,
    canonical_host,
    is_address,
    is_private,
    parents,
    reversed_name,
)

CASES = tomllib.loads(Path("tests/tables/hosts.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_host_has_one_spelling(case: dict[str, Any]) -> None:
    assert canonical_host(case["text"]) == case.get("host")


def test_a_name_longer_than_dns_allows_is_no_host() -> None:
    assert canonical_host("a." * 126 + "a") == "a." * 126 + "a"
    assert canonical_host("a." * 127 + "a") is None


def test_half_a_character_is_no_host() -> None:
    assert canonical_host("exa\ud800mple.com") is None


@given(st.text() | st.from_regex(r"[a-zA-Z0-9.\[\]:%-]+", fullmatch=True))
def test_the_one_spelling_is_spelt_the_same_again(text: str) -> None:
    host = canonical_host(text)
    assert host is None or canonical_host(host) == host


def test_a_reversed_name_begins_with_its_parents() -> None:
    assert reversed_name("www.example.com") == "com.example.www."
    assert reversed_name("www.example.com").startswith(reversed_name("example.com"))
    assert not reversed_name("badexample.com").startswith(reversed_name("example.com"))


def test_a_name_has_the_names_above_it_as_parents() -> None:
    assert parents("a.example.com") == ["a.example.com", "example.com", "com"]


def test_an_address_has_no_parents() -> None:
    assert parents("192.0.2.1") == ["192.0.2.1"]
    assert parents("2001:db8::1") == ["2001:db8::1"]


def test_addresses_are_told_from_names() -> None:
    assert is_address("192.0.2.1")
    assert is_address("::1")
    assert not is_address("example.com")


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "printer.localhost", "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.31.0.1",
        "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::",
        "fe80::1", "fd00::1", "::ffff:10.0.0.1", "::ffff:a00:1", "64:ff9b::a00:1", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_what_the_internet_does_not_route_is_private(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.com", "localhost.example.com", "notlocalhost", "8.8.8.8", "2606:4700::1111",
        "64:ff9b::808:808", "::ffff:8.8.8.8", "",
    ],
)  # fmt: skip
def test_what_the_internet_routes_is_not_private(host: str) -> None:
    assert not is_private(host)


def test_what_only_looks_like_an_address_is_not_private() -> None:
    assert not is_private("example.1")


@pytest.mark.parametrize("host", ["xn--", "xn--abc-", "xn--u-ccb", "a.xn--0ca24w", "xn--é.com"])
def test_an_encoded_name_that_is_not_the_one_spelling_of_its_letters_is_no_host(host: str) -> None:
    assert canonical_host(host) is None


@pytest.mark.parametrize("host", ["::ffff:c000:209", "64:ff9b::c000:209", "2002:c000:209::1"])
def test_an_address_may_lead_to_an_address_of_before(host: str) -> None:
    assert parents(host) == addresses_meant(host) == [host, "192.0.2.9"]


def test_most_addresses_lead_to_themselves() -> None:
    assert addresses_meant("192.0.2.9") == ["192.0.2.9"]
    assert addresses_meant("2001:db8::1") == ["2001:db8::1"]
    assert addresses_meant("no:address") == ["no:address"]


def test_an_encoded_name_is_kept() -> None:
    assert canonical_host("www.XN--80ak6aa92e.com") == "www.xn--80ak6aa92e.com"
