"""One spelling for a URL: a table of ways round a rule, then what holds for any text."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.urls import Url, split

CASES = tomllib.loads(Path("tests/tables/urls.toml").read_text(encoding="utf-8"))["case"]


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
