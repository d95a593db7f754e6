"""Downloads from a real server on this machine."""

import asyncio
import gzip
import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag

import httpx
import pytest

from safeguard.download_problems import DownloadError
from safeguard.downloads import Fetched, Limits, fetch, guard
from tests.safeguard.list_server import Answer, ListServer, list_server
from tests.system.certificates import certificate

LIST = b"games.example\nplay.example\n"
LIMITS = Limits(1 << 20, 20.0)


@pytest.fixture
def server() -> Iterator[ListServer]:
    with list_server() as made:
        yield made


def bring(address: str, tmp_path: Path, have: Fetched | None = None) -> Fetched | None:
    return fetch(address, tmp_path / "list", have, LIMITS, lambda *_: None)


def test_a_list_is_kept_with_its_digest(server: ListServer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    address = server.serve(
        "/list", LIST, ETag='"one"', Last_Modified="Mon, 02 Nov 2026 08:00:00 GMT"
    )
    got = fetch(address, tmp_path / "list", None, LIMITS, lambda *step: told.append(step))
    digest = hashlib.sha256(LIST).hexdigest()
    assert got == Fetched(digest, '"one"', "Mon, 02 Nov 2026 08:00:00 GMT")
    assert (tmp_path / "list").read_bytes() == LIST
    assert told[-1] == (len(LIST), len(LIST))


def test_what_has_not_changed_is_not_sent_again(server: ListServer, tmp_path: Path) -> None:
    address = server.serve(
        "/list", LIST, ETag='"one"', Last_Modified="Mon, 02 Nov 2026 08:00:00 GMT"
    )
    got = bring(address, tmp_path)
    assert bring(address, tmp_path, got) is None
    asked = server.asked[-1][1]
    assert asked["if-none-match"] == '"one"'
    assert asked["if-modified-since"] == "Mon, 02 Nov 2026 08:00:00 GMT"


def test_a_list_that_comes_packed_for_the_way_is_unpacked(
    server: ListServer, tmp_path: Path
) -> None:
    address = server.serve("/list", gzip.compress(LIST), Content_Encoding="gzip")
    assert bring(address, tmp_path)
    assert (tmp_path / "list").read_bytes() == LIST


def test_a_server_may_lead_elsewhere_but_not_for_ever(server: ListServer, tmp_path: Path) -> None:
    server.serve("/list", LIST)
    server.answers["/old"] = Answer(status=302, headers={"Location": "/list"})
    assert bring(server.address + "/old", tmp_path)
    server.answers["/round"] = Answer(status=302, headers={"Location": "/round"})
    with pytest.raises(DownloadError, match="leads in a circle"):
        bring(server.address + "/round", tmp_path)
    assert len(server.asked) < 12


def test_a_date_alone_tells_that_nothing_has_changed(server: ListServer, tmp_path: Path) -> None:
    date = "Mon, 02 Nov 2026 08:00:00 GMT"
    address = server.serve("/list", LIST, Last_Modified=date)
    got = bring(address, tmp_path)
    assert bring(address, tmp_path, got) is None
    asked = server.asked[-1][1]
    assert ("if-none-match" in asked, asked["if-modified-since"]) == (False, date)
    server.serve("/list", LIST + b"more.example\n", Last_Modified="Tue, 03 Nov 2026 08:00:00 GMT")
    assert bring(address, tmp_path, got)


def test_a_proxy_of_the_environment_is_asked(
    server: ListServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.address)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.serve("http://lists.example/games", LIST)
    assert bring("http://lists.example/games", tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert bring(server.serve("/list", LIST), tmp_path)
    assert [path for path, _ in server.asked] == ["http://lists.example/games", "/list"]


def test_a_proxy_is_gone_through_with_https(
    server: ListServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, "lists.example", 9)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with list_server(context) as far:
        far.serve("/games", LIST)
        server.leads_to = int(far.address.rpartition(":")[2])
        monkeypatch.setenv("HTTPS_PROXY", server.address)
        limits = replace(LIMITS, ca=pem)
        address = "https://lists.example/games"
        assert fetch(address, tmp_path / "list", None, limits, lambda *_: None)
    assert server.connected == ["lists.example:443"]


@pytest.mark.parametrize(
    ("there", "followed"),
    [
        ("127.0.0.1", False),
        ("[::1]", False),
        ("[::ffff:10.1.2.3]", False),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("2130706433", False),  # 127.0.0.1, written as one number
        ("localhost", False),
        ("93.184.216.34", True),
    ],
)
def test_a_server_of_the_internet_never_leads_into_the_schools_network(
    server: ListServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: str,
    followed: bool,  # noqa: FBT001  a column of the table
) -> None:
    """Through a proxy, so that nothing outside this machine is asked."""
    monkeypatch.setenv("HTTP_PROXY", server.address)
    aim = f"http://{there}/list"
    server.answers["http://93.184.216.35/list"] = Answer(status=302, headers={"Location": aim})
    server.serve(aim, LIST)
    if followed:
        assert bring("http://93.184.216.35/list", tmp_path)
        return
    with pytest.raises(DownloadError, match=r"into your own network.*--address"):
        bring("http://93.184.216.35/list", tmp_path)
    assert len(server.asked) == 1


def test_a_list_of_the_schools_own_network_may_lead_about_in_it(
    server: ListServer, tmp_path: Path
) -> None:
    server.serve("/new", LIST)
    aim = server.address.replace("127.0.0.1", "localhost") + "/new"
    server.answers["/old"] = Answer(status=301, headers={"Location": aim})
    assert bring(server.address + "/old", tmp_path)


def test_a_ca_that_cannot_be_read_is_said(server: ListServer, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing of use")
    limits = replace(LIMITS, ca=tmp_path / "ca.pem")
    with pytest.raises(DownloadError, match=r"ca\.pem cannot be used .*subscriptions\.ca"):
        fetch(server.serve("/list", LIST), tmp_path / "list", None, limits, lambda *_: None)


def test_https_is_not_left_for_http() -> None:
    check = guard("https://lists.example/")
    asyncio.run(check(httpx.Request("GET", "https://other.example/")))
    with pytest.raises(DownloadError, match="plain http"):
        asyncio.run(check(httpx.Request("GET", "http://lists.example/")))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"gone", 404), "answered 404"),
        (Answer(b"", 304), "answered 304"),
        (Answer(b"<!DOCTYPE html><html>Sign in", 200), "web page"),
        (Answer(b"x" * (1 << 20) + b"x", 200), "larger than 1 MiB"),
        (
            Answer(gzip.compress(bytes(4 << 20)), headers={"Content-Encoding": "gzip"}),
            "larger than",
        ),
        (Answer(LIST, cut=5), "could not be fetched"),
        (Answer(b"", 302, {"Location": "ftp://lists.example/"}), "not of the web"),
        (Answer(b"", 302, {"Location": "file:///etc/passwd"}), "not of the web"),
        (Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}), "came damaged"),
        (Answer(gzip.compress(LIST)[:-9], headers={"Content-Encoding": "gzip"}), "only a part"),
        (Answer(gzip.compress(LIST) + b"x", headers={"Content-Encoding": "gzip"}), "more came"),
        (Answer(b"x", headers={"Content-Encoding": "br"}), "packed as “br”"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_no_list_is_refused(
    server: ListServer, tmp_path: Path, answer: Answer, says: str
) -> None:
    server.answers["/list"] = answer
    with pytest.raises(DownloadError, match=says):
        bring(server.address + "/list", tmp_path)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file:///etc/passwd", "not of the web"),
        ("x", "not of the web"),
        ("http://127.0.0.1:1/", "see the address, the network and any proxy"),
        ("http://[/", "the name in .* cannot be found"),
    ],
)
def test_an_address_where_nothing_is_is_refused(address: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=says):
        bring(address, tmp_path)


def test_a_server_that_falls_silent_is_given_up(server: ListServer, tmp_path: Path) -> None:
    server.answers["/list"] = Answer(LIST, cut=5, hangs=True)
    with pytest.raises(DownloadError, match=r"took longer|in time"):
        fetch(server.address + "/list", tmp_path / "list", None, Limits(100, 0.2), lambda *_: None)


def test_a_server_that_drips_is_given_up(server: ListServer, tmp_path: Path) -> None:
    address = server.serve("/list", LIST)
    with pytest.raises(DownloadError, match=r"took longer|in time"):
        fetch(address, tmp_path / "list", None, Limits(100, 0.000001), lambda *_: None)


def test_a_download_that_takes_too_long_is_given_up(server: ListServer, tmp_path: Path) -> None:
    address = server.serve("/list", LIST * 30_000)
    limits = Limits(1 << 20, 0.4)

    def dawdle(_done: int, _of: int) -> None:
        Flag().wait(0.5)

    with pytest.raises(DownloadError, match="took longer than"):
        fetch(address, tmp_path / "list", None, limits, dawdle)


def test_where_it_cannot_be_kept_that_is_said(server: ListServer, tmp_path: Path) -> None:
    address = server.serve("/list", LIST)
    with pytest.raises(DownloadError, match="could not be kept"):
        fetch(address, tmp_path, None, LIMITS, lambda *_: None)
