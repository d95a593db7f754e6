"""The URL tests that browsers share: the host that a browser opens is the host that we judge."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from filter_rules.urls import split

FETCHED = {"http:", "https:", "ws:", "wss:", "ftp:"}
# A browser reads `https:example.com` as it reads `https://example.com`; in a list it may be a
# host and a word, so it is not taken for an address.
_SCHEME = re.compile(r"(?:https?|wss?|ftp):")
_WITHOUT_SLASHES = re.compile(r"(?:https?|wss?|ftp):[^/\\]")


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> list[dict[str, Any]]:
    text = (shared_data / "vectors/whatwg-url/urltestdata.json").read_text(encoding="utf-8")
    return [case for case in json.loads(text) if isinstance(case, dict)]


def _host_of(text: str) -> str | None:
    url = split(text)
    return url.host if url else None


def _is_a_name(host: str) -> bool:
    """Names with empty labels, which a browser takes and no resolver knows, we refuse."""
    return all(host.removesuffix(".").split("."))


def test_the_host_of_each_address_is_the_browsers(cases: list[dict[str, Any]]) -> None:
    opened = [case for case in cases if case.get("protocol") in FETCHED]
    expected = {
        case["href"]: case["hostname"].strip("[]") if _is_a_name(case["hostname"]) else None
        for case in opened
    }
    assert len(opened) == 259
    assert list(expected.values()).count(None) == 3
    assert {address: _host_of(address) for address in expected} == expected


def test_each_way_of_writing_an_address_gives_the_host_that_a_browser_opens(
    cases: list[dict[str, Any]],
) -> None:
    expected = {
        case["input"]: case["hostname"].strip("[]") if _is_a_name(case["hostname"]) else None
        for case in cases
        if case.get("protocol") in FETCHED
        and not case.get("base")
        and not _WITHOUT_SLASHES.match(case["input"])
    }
    assert len(expected) > 100
    assert {text: _host_of(text) for text in expected} == expected


def test_what_no_browser_opens_is_refused(cases: list[dict[str, Any]]) -> None:
    refused = [
        case["input"]
        for case in cases
        if case.get("failure") and _SCHEME.match(case["input"].strip().lower())
    ]
    assert len(refused) == 205
    assert [text for text in refused if split(text)] == []
