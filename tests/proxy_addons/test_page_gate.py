"""Pages are read before they are shown."""

import gzip
import http.client
from contextlib import suppress

import pytest

from proxy_addons.page_gate import STOPPED
from tests.proxy_addons.world import (
    BITS,
    EVENTS,
    PAGES,
    WORRYING,
    Proxy,
    Site,
    Start,
    ask,
)


@pytest.mark.parametrize(
    "path",
    [
        "/worrying",
        "/worrying.gz",
        "/worrying.br",
        "/worrying.zz",
        "/worrying.utf16",
        "/worrying.txt",
        "/worrying.json",
        "/worrying.rss",
        "/worrying.svg",
        "/worrying.chunked",
        "/untyped",
    ],
)
def test_the_words_of_a_page_are_judged(proxy: Proxy, site: Site, path: str) -> None:
    ask(proxy, "school.test", site.port, path)
    ((_, target, verdict),) = proxy.notebook.kept
    assert target.url.endswith(path)
    assert verdict.flagged


def test_a_page_that_is_blocked_for_its_words_shows_none_of_them(start: Start, site: Site) -> None:
    proxy = start("primary")
    status, body, _ = ask(proxy, "school.test", site.port, "/worrying")
    assert status == 403
    assert b"any more" not in body
    assert b"0800 1111" in body
    assert proxy.notebook.kept[0][2].blocked


def test_an_answer_that_comes_word_by_word_is_stopped_in_the_middle(
    start: Start, site: Site
) -> None:
    proxy = start("primary")
    with proxy.https("school.test", site.port) as client:
        client.request("GET", "/worrying.events")
        answer = client.getresponse()
        shown = answer.read()
    assert answer.status == 200
    assert shown.startswith(EVENTS[:200])
    assert STOPPED.encode() in shown
    assert shown.endswith(b"\n\n")
    assert BITS[-2].encode() not in shown
    assert [verdict.blocked for *_, verdict in proxy.notebook.kept] == [True]


def test_a_packed_answer_that_is_stopped_is_cut(start: Start, site: Site) -> None:
    proxy = start("primary")
    with proxy.https("school.test", site.port) as client:
        client.request("GET", "/worrying.events.gz")
        assert len(shown_of(client.getresponse())) < len(gzip.compress(EVENTS))
    assert proxy.notebook.kept[0][2].blocked


def test_scripts_are_not_read(proxy: Proxy, site: Site) -> None:
    ask(proxy, "school.test", site.port, "/worrying.js")
    assert proxy.notebook.kept == []


def test_pages_for_staff_are_not_read(start: Start, site: Site) -> None:
    proxy = start("staff")
    assert ask(proxy, "school.test", site.port, "/worrying")[1] == WORRYING
    assert proxy.notebook.kept == []


@pytest.mark.parametrize("path", ["/unknown", "/broken"])
def test_a_page_that_cannot_be_read_is_not_shown(proxy: Proxy, site: Site, path: str) -> None:
    status, body, _ = ask(proxy, "school.test", site.port, path)
    assert status == 403
    assert b"could not be checked" in body


def test_a_page_that_unpacks_to_gigabytes_is_read_up_to_the_limit(proxy: Proxy, site: Site) -> None:
    assert ask(proxy, "school.test", site.port, "/bomb")[0] == 200


@pytest.mark.parametrize("path", ["/long.worrying", "/long.worrying.chunked"])
def test_of_a_long_page_nothing_is_shown_where_its_beginning_is_blocked(
    proxy: Proxy, site: Site, path: str
) -> None:
    with proxy.https("school.test", site.port) as client:
        client.request("GET", path)
        assert shown_of(client.getresponse()) == b""
    assert proxy.notebook.kept[0][2].blocked


def shown_of(answer: http.client.HTTPResponse) -> bytes:
    """What arrives of a body until it ends, or is cut off."""
    shown = b""
    with suppress(http.client.HTTPException, OSError):
        while part := answer.read1(65536):
            shown += part
    return shown


@pytest.mark.parametrize("path", ["/long", "/long.chunked", "/download", "/empty"])
def test_what_is_long_or_empty_arrives_unchanged(proxy: Proxy, site: Site, path: str) -> None:
    status, body, _ = ask(proxy, "school.test", site.port, path)
    assert (status, body) == (PAGES[path].status, PAGES[path].body)


def test_an_alternative_service_is_not_offered(proxy: Proxy, site: Site) -> None:
    assert "alt-svc" not in ask(proxy, "school.test", site.port, "/quic")[2]
