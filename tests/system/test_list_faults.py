"""Lists never fail open: what a server, a line or a file may do wrong, and what holds then.

One table. In each row a list is subscribed to and in force; then what the row says happens, and
`rules update` is run. Whatever it was, this holds:

- `rules update` says what went wrong, where, and the mend, and ends with status 1;
- the last good copy is still judged from: `check` is asked before and after;
- the artefact in force is the same one, and nothing half-done is left in the data folder;
- `rules status` shows the problem, and when the list was last good;
- once the server is well again, so is the list.
"""

import gzip
import io
import re
import ssl
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Flag
from typing import IO

import pytest

from safeguard.building import rules_in_force
from safeguard.sources import imported_sources
from tests.safeguard.cli.conftest import Ran, safeguard
from tests.safeguard.list_server import Answer, ListServer, list_server
from tests.system.certificates import certificate

__all__ = ["safeguard"]

GAMES = "".join(f"game{number}.example\n" for number in range(100))
LONG = 2 << 30
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def leads_to(where: str) -> Answer:
    return Answer(status=302, headers={"Location": where})


def packed(held: bytes) -> bytes:
    return gzip.compress(held, mtime=0)


def for_the_way(held: bytes, how: str = "gzip") -> Answer:
    return Answer(held, headers={"Content-Encoding": how})


def chunks_cut(stream: IO[bytes], _stopped: Flag) -> None:
    stream.write(START + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + GAMES[:600].encode())


def a_cut_that_is_not_stated(stream: IO[bytes], _stopped: Flag) -> None:
    """A server of old: the end of the connection is the end of the list."""
    stream.write(START + b"Content-Encoding: gzip\r\n\r\n" + packed(GAMES.encode())[:-30])


def dripping_headers(stream: IO[bytes], stopped: Flag) -> None:
    stream.write(START)
    while not stopped.wait(0.1):
        stream.write(b"X-Wait: a little\r\n")
        stream.flush()


def dripping_body(stream: IO[bytes], stopped: Flag) -> None:
    stream.write(START + b"\r\n")
    while not stopped.wait(0.1):
        stream.write(b"slow.example\n")
        stream.flush()


def silence(stream: IO[bytes], stopped: Flag) -> None:
    del stream
    stopped.wait(30)


def endless_headers(stream: IO[bytes], stopped: Flag) -> None:
    stream.write(START)
    while not stopped.is_set():
        stream.write(b"X-More: " + b"x" * 60_000 + b"\r\n")


def two_gigabytes(stream: IO[bytes], stopped: Flag, line: bytes = b"game.example\n") -> None:
    """As much as a disk should never hold, and nobody said how much it would be."""
    block = (line * (1 << 16))[: 1 << 20]
    stream.write(START + b"\r\n")
    for _ in range(LONG >> 20):
        if stopped.is_set():
            return
        stream.write(block)


def one_line_of_two_gigabytes(stream: IO[bytes], stopped: Flag) -> None:
    two_gigabytes(stream, stopped, b"x" * 16)


def two_gigabytes_stated(stream: IO[bytes], _stopped: Flag) -> None:
    stream.write(START + f"Content-Length: {LONG}\r\n\r\n".encode() + GAMES.encode())


def two_gigabytes_in_two_megabytes(stream: IO[bytes], stopped: Flag) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    stream.write(START + b"Content-Encoding: gzip\r\n\r\n")
    nothing = bytes(1 << 20)
    for _ in range(LONG >> 20):
        if stopped.is_set():
            return
        stream.write(squeeze.compress(nothing))


def an_archive_that_leads_out() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo("../../rules-in-force")
        member.size = 5
        archive.addfile(member, io.BytesIO(b"wrong"))
    return held.getvalue()


UTF_16 = GAMES.encode("utf-16")
BINARY = bytes(range(256)) * 200
SIGN_IN = b"<!DOCTYPE html><html>Please sign in to this network"
HALF = b"\x1f\x8b\x08\x00" + bytes(50)
AGAIN = "it is tried again by itself"

# what happens -> what the server does, and what people read
TABLE: dict[str, tuple[Answer, str]] = {
    # The list is not there.
    "it has moved": (Answer(b"", 404), r"127\.0\.0\.1 answered 404: .*subscribe again"),
    "it is given up": (Answer(b"", 410), r"answered 410: the list is given up: unsubscribe"),
    "it wants a password": (Answer(b"", 401), r"answered 401: it asks for a password"),
    "it is refused": (Answer(b"", 403), r"answered 403: .*ask its makers"),
    "it was asked too often": (Answer(b"", 429), f"answered 429: .*{AGAIN}"),
    "the server is ill": (Answer(b"", 503), f"answered 503: {AGAIN}"),
    "an odd answer": (Answer(b"", 204), r"answered 204: open http://.* in a browser"),
    # Something else came.
    "a page to sign in": (Answer(SIGN_IN), r"a web page came instead of a list: open http://"),
    "a page, packed": (Answer(packed(SIGN_IN)), r"a web page came instead of a list"),
    "an empty file": (Answer(b""), r"an empty file came: .*ask its makers"),
    "an empty file, packed": (Answer(packed(b"")), r"an empty file came"),
    "no valid line": (Answer(b"%%%\n" * 200), r"nothing in it could be used \(line 1: .*--format"),
    "UTF-16": (Answer(UTF_16), r"UTF-16, which cannot be read: ask its makers for UTF-8"),
    "a picture": (Answer(b"\x89PNG\r\n" + BINARY), r"it is no text: see whether its address"),
    "latin-1, and no name": (Answer("é à\n".encode("latin-1") * 99), r"nothing in it could be us"),
    "it shrank": (
        Answer(GAMES[:1000].encode()),
        r"fell from 100 entries to \d+; .*--accept-shrink",
    ),
    "an archive that leads out": (Answer(an_archive_that_leads_out()), r"leads out of its folder"),
    "half an archive": (Answer(HALF), r"cannot be unpacked \(.*\)"),
    # A part of it came.
    "it was cut": (Answer(GAMES.encode(), cut=100), r"could not be fetched \(.*see the address"),
    "it was cut in chunks": (Answer(writes=chunks_cut), r"could not be fetched \(.*see the addr"),
    "it was cut, packed": (
        Answer(writes=a_cut_that_is_not_stated),
        f"only a part of it came: {AGAIN}",
    ),
    "it was damaged": (for_the_way(b"no gzip at all"), f"it came damaged .*{AGAIN}"),
    "packed unasked": (for_the_way(GAMES.encode(), "br"), r"packed as “br”, .*ask its makers"),
    # It takes for ever.
    "headers that drip": (Answer(writes=dripping_headers), r"longer than 1 seconds: .*longest_sec"),
    "a body that drips": (
        Answer(writes=dripping_body),
        r"longer than 1 seconds: .*longest_seconds",
    ),
    "silence": (Answer(writes=silence), r"longer than 1 seconds|did not answer in time"),
    # It is too much.
    "endless headers": (Answer(writes=endless_headers), r"could not be fetched|longer than"),
    "2 GB": (Answer(writes=two_gigabytes), r"larger than 1 MiB: .*largest_download_mib"),
    "2 GB, stated": (Answer(writes=two_gigabytes_stated), r"larger than 1 MiB"),
    "one line of 2 GB": (Answer(writes=one_line_of_two_gigabytes), r"larger than 1 MiB"),
    "2 GB, packed": (Answer(writes=two_gigabytes_in_two_megabytes), r"larger than 1 MiB"),
    "a bomb": (Answer(packed(bytes(3 << 20))), r"too much, unpacked: .*largest_unpacked_mib"),
    # It leads elsewhere.
    "a circle": (leads_to("/games"), r"leads in a circle: subscribe again"),
    "to a file": (leads_to("file:///etc/passwd"), r"led to file://.*/etc/passwd, which is not of"),
    "to nothing": (leads_to("http://127.0.0.1:1/"), r"could not be fetched \(.*see the address"),
}


FOR_EVER = {"headers that drip", "a body that drips", "silence"}


@pytest.fixture
def server() -> Iterator[ListServer]:
    with list_server() as made:
        yield made


@pytest.fixture
def in_force(
    safeguard: Callable[..., Ran],
    server: ListServer,
    school: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Subscribe to a list, and put it in force; return the fingerprint of the rules."""
    monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__LARGEST_DOWNLOAD_MIB", "1")
    monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__LARGEST_UNPACKED_MIB", "2")
    take_on(safeguard, server.serve("/games", GAMES))
    return rules_in_force(school)


def take_on(safeguard: Callable[..., Ran], address: str) -> None:
    own = ("--address", address, "--format", "domains", "--category", "games")
    assert safeguard("rules", "subscribe", "mine", *own).status == 0
    assert safeguard("rules", "update").status == 0
    assert is_blocked(safeguard, "game7.example")
    assert not is_blocked(safeguard, "fine.example")


def is_blocked(safeguard: Callable[..., Ran], host: str) -> bool:
    return safeguard("check", host, "--group", "primary").out.startswith("block")


def files_of(data: Path) -> set[str]:
    return {
        str(path.relative_to(data))
        for folder in ("sources", "subscriptions", "rules")
        for path in (data / folder).rglob("*")
    }


def nothing_was_lost(safeguard: Callable[..., Ran], data: Path, was: str) -> None:
    assert is_blocked(safeguard, "game7.example")
    assert is_blocked(safeguard, "game99.example")
    assert rules_in_force(data) == was
    assert imported_sources(data)[0].counts == {"games": 100}


@pytest.mark.parametrize("happens", TABLE)
def test_a_list_never_fails_open(
    safeguard: Callable[..., Ran],
    server: ListServer,
    school: Path,
    in_force: str,
    happens: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer, says = TABLE[happens]
    files = files_of(school)
    server.answers["/games"] = answer
    with monkeypatch.context() as patch:
        if happens in FOR_EVER:
            patch.setenv("SAFEGUARD_SUBSCRIPTIONS__LONGEST_SECONDS", "1")
        failed = safeguard("rules", "update")
    assert (failed.status, failed.out) == (1, "mine: failed: the last good copy stays\n")
    assert re.search(says, failed.err), failed.err
    nothing_was_lost(safeguard, school, in_force)
    assert files_of(school) == files
    status = safeguard("rules", "status")
    assert (status.status, f"Problem: {failed.err.strip()}" in status.out) == (1, True)
    server.serve("/games", GAMES + "more.example\n")
    assert safeguard("rules", "update").status == 0
    assert is_blocked(safeguard, "more.example")
    assert "Problem" not in safeguard("rules", "status").out


def test_a_server_that_says_for_ever_that_nothing_has_changed_is_found_out(
    safeguard: Callable[..., Ran], server: ListServer, school: Path, in_force: str
) -> None:
    """A cache on the way that is broken. A list is asked for whole once a week."""
    server.answers["/games"] = Answer(status=304)
    assert safeguard("rules", "update").out == "mine: unchanged\n"
    file = school / "subscriptions" / "mine.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"last_whole = 20\d\d", "last_whole = 2020", text), encoding="utf-8")
    failed = safeguard("rules", "update")
    assert failed.status == 1
    assert re.search(r"answered 304: .*see what caches are on the way", failed.err)
    nothing_was_lost(safeguard, school, in_force)


@pytest.mark.parametrize(
    ("name", "days", "says"),
    [
        ("127.0.0.1", 0, r"certificate of https://.* cannot be trusted .*clock.*subscriptions\.ca"),
        ("127.0.0.1", -1, r"cannot be trusted .*expired.*clock"),
        ("lists.example", 9, r"cannot be trusted .*mismatch"),
    ],
    ids=["of nobody known", "expired", "of another name"],
)
def test_a_list_behind_a_wrong_certificate_is_not_taken_in(
    safeguard: Callable[..., Ran],
    school: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: int,
    says: str,
) -> None:
    good, bad = certificate(tmp_path, "127.0.0.1", 9), certificate(tmp_path, name, days or 9)
    with list_server(context(good)) as server:
        monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__CA", str(good))
        take_on(safeguard, server.serve("/games", GAMES))
        monkeypatch.setenv("SAFEGUARD_SUBSCRIPTIONS__CA", str(bad if days else ""))
        was = rules_in_force(school)
        with list_server(context(bad)) as other:
            other.serve("/games", "other.example\n" * 200)
            take_on_elsewhere(safeguard, other.address + "/games")
            failed = safeguard("rules", "update")
    assert failed.status == 1
    assert re.search(says, failed.err), failed.err
    nothing_was_lost(safeguard, school, was)


def context(pem: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem)
    return made


def take_on_elsewhere(safeguard: Callable[..., Ran], address: str) -> None:
    own = ("--address", address, "--format", "domains", "--category", "games")
    assert safeguard("rules", "subscribe", "mine", *own).status == 0
