"""Asking for a blocked page, from the page itself: through the proxy, once, by who is there."""

import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from proxy_addons.ask_gate import MOST_AN_HOUR, MOST_SUBJECTS, Pace
from tests.proxy_addons.world import NOW, Proxy, Site, Start, ask

PATH = "/.safeguard/ask"
TABLE = tomllib.loads(Path("tests/tables/asking.toml").read_text(encoding="utf-8"))


def fields(body: bytes) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body.decode())
    return {name: unescape(value) for name, value in found}


def send(
    proxy: Proxy,
    host: str,
    port: int,
    form: dict[str, str] | bytes,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    with proxy.https(host, port) as client:
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        kind = {"content-type": "application/x-www-form-urlencoded"}
        client.request("POST", PATH, body=body, headers=kind | (headers or {}))
        answer = client.getresponse()
        return answer.status, answer.read()


@pytest.fixture
def form(proxy: Proxy, site: Site) -> dict[str, str]:
    """The form of a page that was blocked."""
    _, body, headers = ask(proxy, "bets.test", site.port, "/odds?who=me")
    assert f'action="{PATH}"'.encode() in body
    assert "form-action 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    return fields(body) | {"reason": " for  maths "}


def test_what_is_asked_for_is_kept_with_who_and_why_and_reaches_no_site(
    proxy: Proxy, site: Site, form: dict[str, str]
) -> None:
    kept = len(proxy.notebook.kept)
    status, body = send(proxy, "bets.test", site.port, form)
    assert (status, b"passed on" in body) == (200, True)
    assert len(proxy.notebook.kept) == kept  # to ask is no second visit
    assert proxy.notebook.requests == [
        ("127.0.0.1", f"https://bets.test:{site.port}/odds", "for maths")
    ]
    assert site.connections == 0


@pytest.mark.parametrize("case", TABLE["form"], ids=[one["name"] for one in TABLE["form"]])
def test_what_did_not_come_from_our_page_is_not_taken(
    proxy: Proxy, site: Site, form: dict[str, str], case: dict[str, Any]
) -> None:
    changed = form | case.get("change", {})
    status, body = send(proxy, "bets.test", site.port, changed, case.get("headers"))
    assert (status, case["says"].encode() in body) == (400, True)
    assert proxy.notebook.requests == []
    assert site.connections == 0


@pytest.mark.parametrize("case", TABLE["body"], ids=[one["name"] for one in TABLE["body"]])
def test_what_is_no_form_is_not_taken(proxy: Proxy, site: Site, case: dict[str, str]) -> None:
    assert send(proxy, "bets.test", site.port, bytes.fromhex(case["hex"]))[0] == 400
    assert proxy.notebook.requests == []
    assert site.connections == 0


def test_the_form_of_one_site_is_not_taken_by_another(
    proxy: Proxy, site: Site, form: dict[str, str]
) -> None:
    assert send(proxy, "bypass.test", site.port, form)[0] == 400
    assert proxy.notebook.requests == []


@pytest.mark.parametrize("host", ["school.test", "bets.test"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", PATH), ("POST", f"{PATH}/more"), ("GET", f"{PATH}?page=1")]
)
def test_nothing_under_the_reserved_path_leaves_the_proxy(
    proxy: Proxy, site: Site, host: str, method: str, path: str
) -> None:
    assert ask(proxy, host, site.port, path, method=method)[0] == 404
    assert site.requests == []


def test_a_long_form_is_cut_off(proxy: Proxy, site: Site) -> None:
    import http.client

    with pytest.raises((http.client.HTTPException, OSError)):
        send(proxy, "bets.test", site.port, b"reason=" + b"x" * 100_000)
    assert site.connections == 0


def test_who_asks_too_often_is_told_so(proxy: Proxy, site: Site, form: dict[str, str]) -> None:
    said = [send(proxy, "bets.test", site.port, form)[0] for _ in range(MOST_AN_HOUR + 1)]
    assert said == [200] * MOST_AN_HOUR + [400]
    assert len(proxy.notebook.requests) == MOST_AN_HOUR


def test_what_could_not_be_kept_is_not_said_to_be_passed_on(
    proxy: Proxy, site: Site, form: dict[str, str]
) -> None:
    proxy.notebook.fails = True
    status, body = send(proxy, "bets.test", site.port, form)
    assert (status, b"passed on" in body) == (503, False)


NO_FORM = [
    ("sealed.test", "/", "secondary"),  # nobody can open it
    ("www.google.com", "/search?q=" + "I+do+not+want+to+be+here+any+more+goodbye+to+all+of+you+nobody+"
     "will+miss+me", "secondary"),  # it was the words
]  # fmt: skip


@pytest.mark.parametrize(("host", "path", "group"), NO_FORM)
def test_what_cannot_be_asked_for_has_no_form(
    start: Start, site: Site, host: str, path: str, group: str
) -> None:
    status, body, headers = ask(start(group), host, site.port, path)
    assert (status, b"<form" in body) == (403, False)
    assert "form-action 'none'" in headers["content-security-policy"]


def test_the_pace_is_for_each_one_apart_and_bounded() -> None:
    pace = Pace()
    assert [pace.admits("ada", NOW) for _ in range(6)] == [True] * 5 + [False]
    assert pace.admits("ben", NOW)
    for number in range(MOST_SUBJECTS):
        pace.admits(str(number), NOW)
    assert pace.admits("ada", NOW)  # forgotten: the queue still counts
    assert len(pace._asked) == MOST_SUBJECTS
