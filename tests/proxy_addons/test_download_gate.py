"""Downloads are scanned before they arrive; what cannot be scanned goes by the stance."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from proxy_addons.download_gate import DownloadGate, Room
from safeguard.core.types import Reason
from tests.proxy_addons.test_clamd import VIRUS, clamd
from tests.proxy_addons.world import LIMIT, Page, Proxy, Site, Start, ask

__all__ = ["clamd"]  # a fixture

FILE = {"content-type": "application/octet-stream"}
INFECTED = bytes(LIMIT * 2) + VIRUS


def scanning(start: Start, where: str, group: str = "secondary", **more: object) -> Proxy:
    return start(group, sections={"viruses": {"clamd": where, **more}})


def pages(site: Site) -> None:
    site.pages |= {
        "/clean.zip": Page(bytes(LIMIT * 3), FILE),
        "/virus.zip": Page(INFECTED, FILE),
        "/virus.chunked": Page(INFECTED, FILE, chunked=True),
        "/virus.attached": Page(VIRUS, {"content-disposition": "attachment; filename=x.txt"}),
        "/virus.exe": Page(VIRUS, {"content-type": "text/plain+x"}),
        "/virus.br": Page(brotli(INFECTED), FILE | {"content-encoding": "br"}),
        "/part.zip": Page(VIRUS, FILE | {"content-range": "bytes 0-9/99"}, status=206),
        "/large.zip": Page(bytes(1_200_000) + VIRUS, FILE),
        "/large.chunked": Page(bytes(1_200_000) + VIRUS, FILE, chunked=True),
        "/empty.zip": Page(b"", FILE),
    }


def brotli(content: bytes) -> bytes:
    import brotli as codec  # type: ignore[import-untyped]  # it has no types

    return bytes(codec.compress(content))


@pytest.mark.parametrize("path", ["/virus.zip", "/virus.chunked", "/virus.attached", "/virus.exe",
                                  "/virus.br"])  # fmt: skip
def test_a_download_with_a_virus_never_arrives_and_is_kept(
    start: Start, site: Site, clamd: str, path: str
) -> None:
    pages(site)
    proxy = scanning(start, clamd)
    status, body, _ = ask(proxy, "school.test", site.port, path)
    assert (status, VIRUS in body) == (403, False)
    assert b"A virus was found" in body
    assert b"<form" not in body
    ((_, target, verdict),) = proxy.notebook.kept
    assert (target.url.endswith(path), verdict.reason) == (True, Reason.VIRUS)
    assert [(hit.category, hit.list) for hit in verdict.hits] == [("malware", "clamd")]


@pytest.mark.parametrize(("path", "length"), [("/clean.zip", LIMIT * 3), ("/empty.zip", 0)])
def test_a_clean_one_arrives_whole(
    start: Start, site: Site, clamd: str, path: str, length: int
) -> None:
    pages(site)
    proxy = scanning(start, clamd)
    assert ask(proxy, "school.test", site.port, path)[:2] == (200, bytes(length))
    assert gate_of(proxy).room.taken == {}


def test_a_file_is_asked_for_whole_and_uncoded(start: Start, site: Site, clamd: str) -> None:
    pages(site)
    headers = {"Range": "bytes=5-", "If-Range": "x", "Accept-Encoding": "br"}
    assert ask(scanning(start, clamd), "school.test", site.port, "/clean.zip", headers)[0] == 200
    seen = {name.lower(): value for name, value in site.headers[0].items()}
    assert "range" not in seen
    assert "if-range" not in seen
    assert seen["accept-encoding"] == "identity"


def test_a_part_of_a_file_tells_nothing_so_it_is_refused(
    start: Start, site: Site, clamd: str
) -> None:
    pages(site)
    status, body, _ = ask(scanning(start, clamd), "school.test", site.port, "/part.zip")
    assert (status, VIRUS in body) == (503, False)


@pytest.mark.parametrize("path", ["/large.zip", "/large.chunked"])
@pytest.mark.parametrize("refuses", [True, False])
def test_beyond_the_bound_the_settings_say(
    start: Start,
    site: Site,
    clamd: str,
    path: str,
    refuses: bool,  # noqa: FBT001  of a table
) -> None:
    pages(site)
    proxy = scanning(start, clamd, largest_mib=1, refuse_larger=refuses)
    status, body, _ = ask(proxy, "school.test", site.port, path)
    assert (status, VIRUS in body) == ((503, False) if refuses else (200, True))
    assert gate_of(proxy).room.taken == {}


@pytest.mark.parametrize(("stance", "status"), [("closed", 503), ("open", 200)])
def test_where_clamd_is_away_the_group_says(
    start: Start, site: Site, stance: str, status: int
) -> None:
    pages(site)
    proxy = scanning(start, "unix:/nowhere/clamd.sock")
    if stance == "open":
        judge: Any = proxy.engine
        policy = replace(judge.snapshot.policy, fail_open=frozenset({"secondary"}))
        judge.snapshot = replace(judge.snapshot, policy=policy)
    assert ask(proxy, "school.test", site.port, "/clean.zip")[0] == status


def test_what_is_no_download_and_what_is_never_looked_at_is_not_scanned(
    start: Start, site: Site
) -> None:
    pages(site)
    proxy = scanning(start, "unix:/nowhere/clamd.sock")
    assert ask(proxy, "school.test", site.port, "/")[0] == 200
    assert ask(proxy, "school.test", site.port, "/worrying.js")[0] == 200


def test_a_worker_that_holds_as_much_as_it_may_refuses_more(
    start: Start, site: Site, clamd: str
) -> None:
    pages(site)
    proxy = scanning(start, clamd)
    gate_of(proxy).room.free = LIMIT
    assert ask(proxy, "school.test", site.port, "/clean.zip")[0] == 503


def test_what_is_given_back_is_there_again() -> None:
    room = Room(10)
    assert room.take("one", 8, "ada")
    assert not room.take("two", 3, "ben")
    room.give_back("one")
    room.give_back("one")
    assert room.free == 10
    assert room.take("three", 4, "ada")
    assert room.take("four", 4, "ben")
    room.give_all_back("ada")
    assert room.free == 6


def test_who_vanishes_in_the_middle_gives_back_what_was_held(
    start: Start, clamd: str, stalling: int
) -> None:
    proxy = scanning(start, clamd)
    with proxy.http() as client:
        client.request("GET", f"http://school.test:{stalling}/x.zip")
        until(lambda: bool(gate_of(proxy).room.taken))
    until(lambda: gate_of(proxy).room.taken == {})


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def stalling() -> Iterator[int]:
    """Sends the head of a file and a part of it, and then nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    gone = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/zip\r\n"
                               b"content-length: 9000\r\n\r\npart")  # fmt: skip
            gone.wait(10)

    thread = threading.Thread(target=serve)
    thread.start()
    yield int(listener.getsockname()[1])
    gone.set()
    thread.join()
    listener.close()


def gate_of(proxy: Proxy) -> DownloadGate:
    return proxy.addon(DownloadGate)
