"""Requests are judged by address and words before anything is sent."""

import ssl
import tomllib
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from filter_rules.types import Hit
from safeguard.core.evasion import BYPASS, Evasion
from safeguard.core.types import Action, Reason
from tests.proxy_addons.world import (
    PAGES,
    Notebook,
    Page,
    Proxy,
    Site,
    Start,
    TestAuthority,
    ask,
    raw,
)


def test_a_blocked_site_is_never_contacted_and_a_page_says_why(proxy: Proxy, site: Site) -> None:
    status, body, headers = ask(proxy, "bets.test", site.port, "/poker?x=1")
    page = body.decode()
    assert status == 403
    assert "Gambling" in page
    assert "K7-REF" in page
    assert "Oak Tree School" in page
    assert headers["cache-control"] == "no-store"
    assert site.connections == 0
    ((subject, target, verdict),) = proxy.notebook.kept
    assert (subject.group, subject.address) == ("secondary", "127.0.0.1")
    assert target.url == f"https://bets.test:{site.port}/poker?x=1"
    assert verdict.action is Action.BLOCK


def test_plain_http_is_proxied_and_judged(proxy: Proxy, plain_site: Site) -> None:
    with proxy.http() as client:
        client.request(
            "GET", f"http://school.test:{plain_site.port}/", headers={"Host": "school.test"}
        )
        assert client.getresponse().read() == Page().body
        client.request("GET", f"http://bets.test:{plain_site.port}/", headers={"Host": "bets.test"})
        answer = client.getresponse()
        assert answer.status == 403
        assert b"Gambling" in answer.read()
    assert len(plain_site.requests) == 1


def test_plain_http_inside_connect_is_judged(proxy: Proxy, plain_site: Site) -> None:
    connect = f"CONNECT bets.test:{plain_site.port} HTTP/1.1\r\n\r\n"
    got = raw(
        proxy, f"{connect}GET / HTTP/1.1\r\nHost: bets.test\r\nConnection: close\r\n\r\n".encode()
    )
    assert b"403 Forbidden" in got
    assert plain_site.connections == 0


def test_sealed_content_is_blocked_and_not_named(proxy: Proxy, site: Site) -> None:
    status, body, _ = ask(proxy, "sealed.test", site.port)
    assert status == 403
    assert b"sealed.test" not in body
    assert site.connections == 0


def test_a_worrying_search_is_refused_help_first(proxy: Proxy, site: Site) -> None:
    words = "I do not want to be here any more"
    status, body, _ = ask(proxy, "www.google.com", site.port, f"/search?q={quote(words)}")
    page = body.decode()
    assert status == 403
    assert "0800 1111" in page
    assert "116 123" in page
    assert words not in page
    assert site.requests == []
    ((_, target, verdict),) = proxy.notebook.kept
    assert target.words == words
    assert verdict.flagged
    assert verdict.reason is Reason.WORDS


def test_a_site_whose_certificate_is_not_trusted_is_not_shown(start: Start, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    untrusted = Site(PAGES, TestAuthority(tmp_path / "other").context_for("school.test"))
    try:
        status, body, _ = ask(start(), "school.test", untrusted.port)
    finally:
        untrusted.close()
    assert status == 502
    assert b"cannot be reached safely" in body
    assert untrusted.requests == []


def test_each_request_is_noted_once_in_the_access_log_without_its_query(
    proxy: Proxy, plain_site: Site
) -> None:
    with proxy.http() as client:
        for host, path in (("school.test", "/fine?words=private"), ("bets.test", "/odds?a=b")):
            address = f"http://{host}:{plain_site.port}{path}"
            client.request("GET", address, headers={"Host": host})
            client.getresponse().read()
    assert proxy.notebook.visits == [
        ("school.test", "/fine", False),
        ("bets.test", "/odds", True),
    ]


def test_a_search_goes_out_as_a_safe_one_and_sites_hear_only_our_word(
    proxy: Proxy, plain_site: Site
) -> None:
    for host, path in (("www.bing.com", "/search?q=cats&adlt=off"), ("www.youtube.com", "/watch")):
        with proxy.http() as client:
            headers = {"Host": host, "YouTube-Restrict": "None", "Restrict-Access-To-Tenants": "me"}
            client.request("GET", f"http://{host}:{plain_site.port}{path}", headers=headers)
            assert client.getresponse().status == 200
    assert [path for _, path, _ in plain_site.requests] == ["/search?q=cats&adlt=strict", "/watch"]
    told = [{name.lower(): value for name, value in one.items()} for one in plain_site.headers]
    assert [one.get("youtube-restrict") for one in told] == [None, "Moderate"]
    assert not any("restrict-access-to-tenants" in one for one in told)


# Ways round the filter: each of the table is shut, reaches no site, and is kept for a person.

WAYS = tomllib.loads(Path("tests/tables/ways_round.toml").read_text("utf-8"))["way"]


def seen(notebook: Notebook) -> set[str]:
    return {hit.entry for _, _, verdict in notebook.kept for hit in verdict.hits}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["says"])
def test_a_way_round_the_filter_is_shut_and_told(
    proxy: Proxy, plain_site: Site, way: dict[str, str]
) -> None:
    sent = way["sent"].replace("|", "\r\n").replace("{port}", str(plain_site.port))
    if not sent.startswith("CONNECT") and "connection:" not in sent:
        sent = sent.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1)
    raw(proxy, sent.encode())
    assert way["seen"] in seen(proxy.notebook)
    assert plain_site.requests == []
    lookup = Evasion.HIDDEN_LOOK_UP
    for _, _, verdict in proxy.notebook.kept:
        assert verdict.blocked
        assert verdict.flagged is (way["seen"] != lookup)  # browsers do that by themselves


def test_what_asks_for_another_name_in_its_tls_hello_is_told(proxy: Proxy, site: Site) -> None:
    with (
        proxy.https("school.test", site.port, sni="help.test") as client,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        client.request("GET", "/")
    assert Evasion.NAMES_DIFFER in seen(proxy.notebook)
    assert site.requests == []


def test_the_same_way_is_told_once_in_ten_minutes(proxy: Proxy, plain_site: Site) -> None:
    sent = f"CONNECT school.test:{plain_site.port} HTTP/1.1\r\n\r\nSSH-2.0-x\r\n".encode()
    for _ in range(3):
        raw(proxy, sent)
    assert len(proxy.notebook.kept) == 1


def test_what_is_told_is_of_a_category_that_a_policy_decides_about(proxy: Proxy) -> None:
    raw(
        proxy,
        b"GET http://93.184.216.34/ HTTP/1.1\r\nhost: 93.184.216.34\r\nconnection: close\r\n\r\n",
    )
    ((_, target, verdict),) = proxy.notebook.kept
    (hit,) = verdict.hits
    assert replace(hit, entry="") == Hit(BYPASS, "built in", "")
    assert target.host == "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "http://school.test:{port}/dns-query?dns=short",
        "http://school.test:{port}/?u=http://bets.test/",
    ],
)
def test_what_only_looks_like_one_is_let_through(
    proxy: Proxy, plain_site: Site, address: str
) -> None:
    with proxy.http() as client:
        client.request("GET", address.replace("{port}", str(plain_site.port)))
        assert client.getresponse().status == 200
    assert proxy.notebook.kept == []
