"""clamd's INSTREAM, with the real one where it is installed, and with servers that misbehave."""

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from proxy_addons.clamd import Clamd, ScanError, said
from tests.conftest import absent

VIRUS = b"this stands for a virus in the tests of the school's filter"
# A local signature: the name, any type of file, anywhere in it, and its bytes.
SIGNATURE = f"Test.School:0:*:{VIRUS.hex()}\n"
CONF = """
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
Foreground yes
LogTime yes
StreamMaxLength 30M
PidFile {folder}/clamd.pid
"""


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real clamd with one signature of ours. Its name in the settings is returned."""
    if shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None:
        absent("clamav-daemon is not installed")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "school.ndb").write_text(SIGNATURE)
    (folder / "clamd.conf").write_text(CONF.format(folder=folder))
    command = ["/usr/sbin/clamd", "--config-file", str(folder / "clamd.conf")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            wait_for(folder / "clamd.sock", process)
            yield f"unix:{folder}/clamd.sock"
        finally:
            process.terminate()
            process.wait(10)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    import time

    deadline = time.monotonic() + 30
    while not path.exists():
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def scan(where: str, content: bytes, seconds: float = 10) -> str:
    return asyncio.run(Clamd(where, seconds).found_in(content))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"harmless", ""),
        (VIRUS, "Test.School.UNOFFICIAL"),
        (bytes(300_000) + VIRUS + bytes(100_000), "Test.School.UNOFFICIAL"),
    ],
)
def test_the_real_one_finds_what_its_signatures_say(clamd: str, content: bytes, found: str) -> None:
    assert scan(clamd, content) == found


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (b"stream: OK\0", ""),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "Win.Test.EICAR_HDB-1"),
        (b"stream: X FOUND\n", "X"),
    ],
)
def test_what_it_says_is_understood(answer: bytes, name: str) -> None:
    assert said(answer) == name


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"UNKNOWN COMMAND\0", b"\xff\0"]
)
def test_anything_else_is_no_answer(answer: bytes) -> None:
    with pytest.raises(ScanError):
        said(answer)


type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def against(serve: Serve, content: bytes) -> str:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await Clamd(f"tcp://localhost:{port}", 0.3).found_in(content)
    finally:
        server.close()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


async def rude(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None: ...


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"x" * 100_000)


async def in_bits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    got = b""
    while size := int.from_bytes(await reader.readexactly(4)):
        got += await reader.readexactly(size)
    for part in (b"stream: ", b"%d" % len(got), b" FOUND\0"):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0)


@pytest.mark.parametrize("serve", [silent, rude, endless])
def test_one_that_misbehaves_is_an_error_within_the_time(serve: Serve) -> None:
    with pytest.raises(ScanError):
        asyncio.run(against(serve, b"x" * 10_000))


def test_the_whole_file_is_sent_and_an_answer_in_bits_is_read() -> None:
    assert asyncio.run(against(in_bits, b"x" * 200_000)) == "200000"


@pytest.mark.parametrize("where", ["unix:/nowhere/clamd.sock", "tcp://127.0.0.1:1"])
def test_one_that_is_away_is_an_error(where: str) -> None:
    with pytest.raises(ScanError):
        scan(where, b"x")
