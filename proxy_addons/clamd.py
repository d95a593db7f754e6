"""Asks a clamd whether a file has a virus in it: its INSTREAM command, within a time.

The connection is made past our own loop's guard of destinations (loop.py): where clamd listens is
a setting, and not what a page says.
"""

import asyncio
import socket
from urllib.parse import urlsplit

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
UNIX = "unix:"


class ScanError(Exception):
    """The file could not be scanned: clamd is away, too slow, or refused it."""


class Clamd:
    """`where`: unix:PATH or tcp://HOST:PORT."""

    def __init__(self, where: str, seconds: float) -> None:
        self._where = where
        self._seconds = seconds

    async def found_in(self, content: bytes) -> str:
        """Return the name of the virus; empty where there is none. ScanError: nobody knows."""
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(content)
        except (OSError, ValueError) as error:  # a timeout is an OSError
            raise ScanError(f"clamd could not be asked ({type(error).__name__})") from error
        return said(answer)

    async def _ask(self, content: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        with await self._connected(loop) as connection:
            await loop.sock_sendall(connection, b"zINSTREAM\0")
            view = memoryview(content)
            for start in range(0, len(content), CHUNK):
                part = view[start : start + CHUNK]
                await loop.sock_sendall(connection, len(part).to_bytes(4))
                await loop.sock_sendall(connection, part)
            await loop.sock_sendall(connection, bytes(4))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
                more = await loop.sock_recv(connection, LONGEST_ANSWER)
                if not more:
                    break
                answer += more
            return answer

    async def _connected(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        if self._where.startswith(UNIX):
            connection = socket.socket(socket.AF_UNIX)
            address: object = self._where.removeprefix(UNIX)
        else:
            parts = urlsplit(self._where)
            found = await loop.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
            family, _, _, _, address = found[0]
            connection = socket.socket(family)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, address)  # type: ignore[arg-type]  # of its family
        except BaseException:
            connection.close()
            raise
        return connection


def said(answer: bytes) -> str:
    """What clamd answered: the name of what it found, or nothing."""
    text = answer.rstrip(b"\0\n").decode("ascii", "replace")
    verdict = text.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")[:200]
    raise ScanError("clamd refused the file, or said what is not understood")
