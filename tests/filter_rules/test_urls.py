"""One spelling for a URL: a table of ways round a rule, then what holds for any text."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filter_rules import urls
from filter_rules.urls import Url, split

CASES = tomllib.loads(Path("tests/tables/urls.toml").read_text(encoding="utf-8"))["case"]
EVASIONS = tomllib.loads(Path("tests/tables/evasions.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_url_has_one_spelling(case: dict[str, Any]) -> None:
    url = split(case["text"])
    assert (url and str(url)) == case.get("url")


@given(
    st.text()
    | st.from_regex(r"(https?:)?[/\\]{0,3}[a-z0-9.@:%\[\]-]+[/\\?#%a-zA-Z0-9.]*", fullmatch=True)
)
def test_a_spelt_url_is_spelt_the_same_again(text: str) -> None:
    url = split(text)
    assert url is None or split(str(url)) == url


def test_the_address_is_what_lists_speak_of() -> None:
    assert Url("https", "example.com", 443, "/games", "x=1").address == "example.com/games?x=1"
    assert Url("https", "example.com", 443).address == "example.com/"


def test_what_browsers_drop_does_not_hide_a_host() -> None:
    assert split(" \x00ht\ttp://exa\nmple.com/a\r\nb\x1f") == split("http://example.com/ab")


def test_the_scheme_tells_the_port() -> None:
    assert urls.default_port("wss") == 443


ESCAPES = st.builds("%{:02X}".format, st.integers(0, 255))
NEARLY_CANONICAL = st.builds(
    lambda scheme, host, pieces: scheme + ".".join(host) + "".join(pieces),
    st.sampled_from(["http://", "https://", "HTTP://", "https:/", "ws://", "ftp://", ""]),
    st.lists(
        st.sampled_from(["example", "a-b", "-a", "a-", "_x", "com", "c0m", "1", "0x1", "xn--a", "",
                         "xn--bcher-kva", "A", "x" * 63, "x" * 64, "é"]),
        min_size=1, max_size=5,
    ),
    st.lists(
        st.sampled_from(["/", "/", "/", "?", ".", "..", "a", "B", "'", "|", "^", "@", ":", ":80", ";",
                         "=", "+", "~", "#", "\\", "%", "%2e", "%2F", "%7E", "{", '"', " ", "\n", "é"])
        | ESCAPES,
        max_size=12,
    ),
)  # fmt: skip


@given(NEARLY_CANONICAL | st.text())
@example("https://" + "a." * 126 + "com/")
@example("https://" + "a." * 124 + "com/")
@example("http://example.com/a\n")
@example("http://example.com/?")
def test_an_address_that_is_told_at_once_is_the_one_that_browsers_open(text: str) -> None:
    assert split(text) == urls._spelt(text.translate(urls._DROPPED).strip(urls._ROUND))


def test_every_character_and_every_escape_is_told_as_browsers_open_it() -> None:
    ways = ("https://example.com/a{}b", "https://example.com/?a{}b", "https://exa{}mple.com/")
    pieces = [*map(chr, range(256)), *(f"%{one:02X}" for one in range(256))]
    for text in (way.format(piece) for way in ways for piece in pieces):
        assert split(text) == urls._spelt(text.translate(urls._DROPPED).strip(urls._ROUND)), text


@pytest.mark.parametrize("texts", EVASIONS.values(), ids=list(EVASIONS))
def test_no_way_round_is_told_at_once(texts: list[str]) -> None:
    for text in texts:
        assert split(text) == urls._spelt(text.translate(urls._DROPPED).strip(urls._ROUND)), text


@pytest.mark.parametrize(
    "text",
    [
        "https://www.example.com/",
        "http://cdn.a-b_c.example.co.uk/a/b.c/d-e_f~g/?x=1&y=/a/b?c%2Fd",
        "https://example.com/%20%7B%C3%A9;p=1@x:y/",
    ],
)
def test_what_most_clients_send_is_told_at_once(text: str) -> None:
    assert urls._ONE_SPELLING.fullmatch(text)
    assert str(split(text)) == text


def test_an_address_that_is_nearly_canonical_takes_no_longer_the_longer_it_is() -> None:
    for tail in ("{", "%", "%2", "//"):
        long = f"https://example.com/{'a/' * 50_000}{'a' * 50_000}{'%20' * 50_000}{tail}"
        assert not urls._ONE_SPELLING.fullmatch(long)
