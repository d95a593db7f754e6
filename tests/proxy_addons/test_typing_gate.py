"""What is typed into what is sent is judged before it is sent on."""

import gzip
import json
from urllib.parse import urlencode

import pytest

from filter_rules.types import Kind
from tests.proxy_addons.world import Proxy, Site, Start

WORDS = "I do not want to be here any more"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
BENIGN = json.dumps({"message": "see you at the lake"}).encode()
WORRYING = json.dumps({"message": WORDS, "password": "secret boats sail"}).encode()


def send(proxy: Proxy, port: int, body: bytes, headers: dict[str, str]) -> int:
    with proxy.https("school.test", port) as client:
        client.request("POST", "/api", body=body, headers=headers)
        answer = client.getresponse()
        answer.read()
        return answer.status


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (WORRYING, JSON),
        (gzip.compress(WORRYING, mtime=0), JSON | {"content-encoding": "gzip"}),
        (urlencode({"comment": WORDS}).encode(), FORM),
        (WORDS.encode(), {"content-type": "text/plain"}),
    ],
)
def test_worrying_words_are_not_sent_on(
    proxy: Proxy, site: Site, body: bytes, headers: dict[str, str]
) -> None:
    assert send(proxy, site.port, body, headers) == 403
    assert site.requests == []
    ((_, target, verdict),) = proxy.notebook.kept
    assert (target.words, target.kind) == (WORDS, Kind.CHAT)
    assert verdict.flagged


@pytest.mark.parametrize(
    ("body", "headers"),
    [(BENIGN, JSON), (WORRYING, {"content-type": "image/png"}), (b"", JSON)],
)
def test_what_is_no_worry_or_no_text_is_sent_on_as_it_is(
    proxy: Proxy, site: Site, body: bytes, headers: dict[str, str]
) -> None:
    assert send(proxy, site.port, body, headers) == 200
    assert site.requests == [("POST", "/api", body)]
    assert proxy.notebook.kept == []


def test_a_body_that_cannot_be_decoded_is_not_sent_on(proxy: Proxy, site: Site) -> None:
    assert send(proxy, site.port, b"\x00\x01", JSON | {"content-encoding": "rot13"}) == 403
    assert site.requests == []


def test_a_long_body_streams(proxy: Proxy, site: Site) -> None:
    body = json.dumps({"file": "x" * 200_000}).encode()
    assert send(proxy, site.port, body, JSON) == 200


def test_nothing_is_read_of_those_whose_words_are_not_read(start: Start, site: Site) -> None:
    proxy = start("staff")
    assert send(proxy, site.port, WORRYING, JSON) == 200
    assert proxy.notebook.kept == []


def test_where_it_fails_nothing_is_sent_on(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert send(proxy, site.port, WORRYING, JSON) == 503
    assert site.requests == []
