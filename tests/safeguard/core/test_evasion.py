"""What an address shows of ways round the filter, and whose page another site is asked for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Hit
from safeguard.core.evasion import (
    BYPASS,
    ENCRYPTED_DNS,
    LIST,
    Evasion,
    carried,
    hits_of,
    looks_up_names,
    of_address,
)

WEB = frozenset({80, 443})
OUTSIDE = ("93.184.216.34",)


def ours(address: str) -> bool:
    return address.startswith("198.51.100.")


@pytest.mark.parametrize(
    ("host", "port", "addresses", "ports", "shows"),
    [
        ("news.example", 443, OUTSIDE, WEB, None),
        ("news.example", 22, OUTSIDE, WEB, Evasion.ODD_PORT),
        ("news.example", 22, (), WEB, None),  # not yet looked up
        ("news.example", 0, OUTSIDE, WEB, None),  # nobody knows
        ("news.example", 22, OUTSIDE, frozenset(), None),  # every port is open
        ("moodle.example", 8081, ("198.51.100.9",), WEB, None),
        ("moodle.example", 8081, ("10.0.0.9",), WEB, None),  # it cannot be reached anyhow
        ("93.184.216.34", 443, OUTSIDE, WEB, Evasion.BARE_ADDRESS),
        ("2606:2800:220:1::1", 443, (), WEB, Evasion.BARE_ADDRESS),
        ("198.51.100.9", 81, (), WEB, None),
        ("10.0.0.9", 443, (), WEB, None),  # private addresses are a category of their own
    ],
)
def test_what_an_address_shows(
    host: str,
    port: int,
    addresses: tuple[str, ...],
    ports: frozenset[int],
    shows: Evasion | None,
) -> None:
    assert of_address(host, port, addresses, ports, ours) == ((shows,) if shows else ())


def test_each_is_a_hit_that_a_policy_can_be_about() -> None:
    assert hits_of((Evasion.ODD_PORT, Evasion.HIDDEN_LOOK_UP)) == (
        Hit(BYPASS, LIST, "a port that websites do not use"),
        Hit(ENCRYPTED_DNS, LIST, "names looked up inside web traffic"),
    )


def test_the_reference_tells_what_staff_read_of_each() -> None:
    page = Path("docs/reference/ways-round.md").read_text("utf-8")
    assert [one for one in Evasion if f"| {one.value} |" not in page] == []


@pytest.mark.parametrize(
    ("path", "content_type", "accept", "is_one"),
    [
        ("/dns-query?dns=AAABAAABAAAAAAAAA3d3dw", "", "", True),
        ("/x?a=b&dns=AAABAAABAAAAAAAAA3d3dw==&c=d", "", "", True),
        ("/q", "application/dns-message", "", True),
        ("/q", "", "Application/DNS-JSON", True),
        ("/q", "application/oblivious-dns-message", "", True),
        ("/help?dns=how+to+set+my+dns", "text/html", "text/html", False),
        ("/?dns=8.8.8.8", "", "", False),
    ],
)
def test_a_look_up_within_a_request(
    path: str,
    content_type: str,
    accept: str,
    is_one: bool,  # noqa: FBT001  a row of the table
) -> None:
    assert looks_up_names(path, content_type, accept) is is_one


@pytest.mark.parametrize(
    ("host", "path", "page"),
    [
        ("bets-test.translate.goog", "/odds", "bets.test"),
        ("my--site-test.translate.goog", "/", "my-site.test"),
        ("translate.google.co.uk", "/translate?hl=en&u=bets.test%2Fodds", "bets.test/odds"),
        ("translate.google.com", "/?text=hello", None),
        ("translate.google.com", "/translate?u=", None),
        ("translate.yandex.com", "/translate?url=http://bets.test", "http://bets.test"),
        ("www.translatetheweb.com", "/?a=https://bets.test/", "https://bets.test/"),
        ("webcache.googleusercontent.com", "/search?q=cache:bets.test/odds", "bets.test/odds"),
        (
            "webcache.googleusercontent.com",
            "/search?q=cache:AbCdEf-12_34:bets.test/+odds",
            "bets.test/",
        ),
        ("webcache.googleusercontent.com", "/search?q=cats", None),
        ("web.archive.org", "/web/20240101if_/http://bets.test/", "http://bets.test/"),
        ("web.archive.org", "/web/*/bets.test", "bets.test"),
        ("web.archive.org", "/about", None),
        ("archive.ph", "/newest/https://bets.test/", "https://bets.test/"),
        ("archive.ph", "/AbC12", None),
        ("bets-test.cdn.ampproject.org", "/c/s/bets.test/odds", "bets.test/odds"),
        ("www.google.com", "/amp/s/bets.test/odds", "bets.test/odds"),
        ("www.google.com", "/search?q=amp", None),
        ("12ft.io", "/https://bets.test/", "https://bets.test/"),
        ("r.jina.ai", "/http%3A//bets.test/", "http://bets.test/"),
        ("news.example", "/?u=http://bets.test/", None),  # a link, fetched by nobody
    ],
)
def test_the_page_that_another_site_is_asked_for(host: str, path: str, page: str | None) -> None:
    assert carried(host, path) == page


@given(st.sampled_from(["web.archive.org", "translate.google.com", "x.translate.goog"]), st.text())
def test_any_path_can_be_asked(host: str, path: str) -> None:
    assert carried(host, path) != ""
