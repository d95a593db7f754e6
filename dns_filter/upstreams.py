"""Ask the resolvers upstream: over UDP, over TCP where the answer is cut, the next where one fails.

A stranger who wants to slip in an answer must guess the id, the source port and which letters of
the name were written large, and only the resolver's own address is heard: each socket is connected, on a port the kernel picked, and is
given up for a new one after a while.
"""

import asyncio
import ipaddress
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import cast, override
from urllib.parse import urlsplit

from dns_filter.answers import Ede
from dns_filter.received import Answer, is_for, is_truncated, read_answer
from dns_filter.wire import CD, OUR_SIZE, RD, RECORD, MalformedError, Question, Rcode, Type
from safeguard.problems import UnusableError

TRY_SECONDS = 0.8
DEADLINE_SECONDS = 3.0
REST_SECONDS = 5.0
ASKS_PER_SOCKET = 512
SOCKETS = 8
LONGEST_MESSAGE = 65_535
LETTERS = bytes(ord(" ") if chr(one) in ascii_lowercase else 0 for one in range(256))
GOOD = frozenset({Rcode.NOERROR, Rcode.NXDOMAIN})


@dataclass(frozen=True, slots=True)
class Upstream:
    """A resolver that is asked."""

    host: str
    port: int
    tcp: bool = False


def upstreams_of(written: Sequence[str], resolv_conf: str, ours: Upstream) -> tuple[Upstream, ...]:
    """The resolvers of the settings; where there are none, this machine's own, without us."""
    if written:
        return tuple(_upstream(one) for one in written)
    lines = (line.split() for line in resolv_conf.splitlines())
    hosts = (words[1] for words in lines if len(words) > 1 and words[0] == "nameserver")
    found = (Upstream(host, 53) for host in hosts if _is_address(host))
    return tuple(dict.fromkeys(one for one in found if not _is_ours(one, ours)))


def this_machines_resolvers(path: Path = Path("/etc/resolv.conf")) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _upstream(written: str) -> Upstream:
    parts = urlsplit(written)
    host = parts.hostname or ""
    if not _is_address(host):
        raise UnusableError(
            f"dns.upstreams: {written}: {host} is a name; "
            "give the resolver's address, for example udp://192.0.2.53:53"
        )
    try:
        port = parts.port or 53
    except ValueError as error:
        raise UnusableError(f"dns.upstreams: {written}: give a port from 1 to 65535") from error
    return Upstream(host, port, tcp=parts.scheme == "tcp")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_ours(one: Upstream, ours: Upstream) -> bool:
    if one.port != ours.port:
        return False
    listens, asked = ipaddress.ip_address(ours.host), ipaddress.ip_address(one.host)
    return asked == listens or (listens.is_unspecified and asked.is_loopback)


def query(question: Question) -> bytes:
    """Return the question as we ask it, without the id."""
    dnssec = question.edns is not None and question.edns.dnssec
    flags = RD | question.flags & CD
    opt = b"\0" + RECORD.pack(Type.OPT, OUR_SIZE, 0x8000 if dnssec else 0, 0)
    counts = b"\0\1\0\0\0\0\0\1"
    return flags.to_bytes(2) + counts + question.name + question.raw[-4:] + opt


class RespeltError(Exception):
    """The name came back in other letters than it was asked in: forged, or a careless resolver."""


def mixed(message: bytes, chance: bytes) -> bytes:
    """Return the query with some letters of its name written large, as `chance` has it."""
    name = message[10:-15]
    large = int.from_bytes(chance[: len(name)]) & int.from_bytes(name.translate(LETTERS))
    spelt = int.from_bytes(name) ^ large
    return message[:10] + spelt.to_bytes(len(name)) + message[-15:]


class Line(asyncio.DatagramProtocol):
    """A connected UDP socket, and the questions that wait on it by their id.

    It is a transport of the loop's, not a socket that the loop watches: after a refusal uvloop
    watches no longer, and the line would be deaf.
    """

    def __init__(self) -> None:
        self._waiting: dict[bytes, tuple[bytes, asyncio.Future[bytes]]] = {}
        self._left = ASKS_PER_SOCKET
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def spent(self) -> bool:
        return self._left <= 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    @override
    def datagram_received(self, data: bytes, addr: object) -> None:
        asked, answer = self._waiting.get(data[:2], (b"", None))
        if answer is not None and not answer.done() and is_for(data, asked):
            if data[12 : 12 + len(asked)] == asked:
                answer.set_result(data)
            else:
                answer.set_exception(RespeltError())

    @override
    def error_received(self, exc: Exception) -> None:
        """Nobody listens there: all who wait need not."""
        for _, answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError(*exc.args))

    async def ask(self, message: bytes, seconds: float) -> bytes:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError
        ident = secrets.token_bytes(2)
        while ident in self._waiting:
            ident = secrets.token_bytes(2)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._left -= 1
        self._waiting[ident] = message[10:-11], answer
        try:
            self._transport.sendto(ident + message)
            async with asyncio.timeout(seconds):
                return await answer
        finally:
            del self._waiting[ident]
            if self.spent and not self._waiting:
                self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def open_line(upstream: Upstream) -> Line:
    loop = asyncio.get_running_loop()
    address = upstream.host, upstream.port
    _, line = await loop.create_datagram_endpoint(Line, remote_addr=address)
    return line


class Upstreams:
    """The resolvers in the order of the settings; one that failed lately is asked last."""

    def __init__(
        self,
        upstreams: Iterable[Upstream],
        clock: Callable[[], float],
        *,
        mixed_case: bool = True,
    ) -> None:
        self._mixed_case = mixed_case
        self._upstreams = tuple(upstreams)
        self._clock = clock
        self._lines: dict[tuple[Upstream, int], Line] = {}
        self._failed: dict[Upstream, float] = {}

    async def ask(self, question: Question) -> Answer | Ede:
        """Return the answer, or why there is none. A poor one (SERVFAIL) only if no other has any."""
        message = query(question)
        if self._mixed_case:
            message = mixed(message, secrets.token_bytes(len(question.name)))
        ends = self._clock() + DEADLINE_SECONDS
        poor: dict[Upstream, Answer] = {}
        why = Ede.NO_REACHABLE_AUTHORITY
        for upstream in self._order() * 2:  # twice: a datagram may be lost
            left = ends - self._clock()
            if left <= 0 or upstream in poor:
                continue
            match await self._try(upstream, message, min(left, TRY_SECONDS)):
                case Ede() as why:
                    pass
                case answer if answer.rcode in GOOD:
                    return answer
                case answer:
                    poor[upstream] = answer
        return next(iter(poor.values()), why)

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def _order(self) -> tuple[Upstream, ...]:
        now = self._clock()
        tired = {one for one, at in self._failed.items() if now - at < REST_SECONDS}
        return tuple(sorted(self._upstreams, key=tired.__contains__))

    async def _try(self, upstream: Upstream, message: bytes, seconds: float) -> Answer | Ede:
        try:
            answer = await self._one(upstream, message, seconds)
        except (TimeoutError, MalformedError):
            why = Ede.NO_REACHABLE_AUTHORITY
        except (OSError, EOFError):
            why = Ede.NETWORK_ERROR
        else:
            self._failed.pop(upstream, None)
            return answer
        self._failed[upstream] = self._clock()
        return why

    async def _one(self, upstream: Upstream, message: bytes, seconds: float) -> Answer:
        if upstream.tcp:
            received = await _ask_over_tcp(upstream, message, seconds)
        else:
            line = await self._line(upstream)
            try:
                received = await line.ask(message, seconds)
            except RespeltError:  # over TCP nobody can slip in anything
                received = b""
            if not received or is_truncated(received):
                received = await _ask_over_tcp(upstream, message, seconds)
        return read_answer(received, self._clock())

    async def _line(self, upstream: Upstream) -> Line:
        place = upstream, secrets.randbelow(SOCKETS)
        line = self._lines.get(place)
        if line is None or line.spent:
            line = await open_line(upstream)
            other = self._lines.get(place)
            if other is not None and not other.spent:  # opened meanwhile, by another query
                line.close()
                return other
            self._lines[place] = line
        return line


async def _ask_over_tcp(upstream: Upstream, message: bytes, seconds: float) -> bytes:
    ident = secrets.token_bytes(2)
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(upstream.host, upstream.port)
        try:
            writer.write((len(message) + 2).to_bytes(2) + ident + message)
            length = int.from_bytes(await reader.readexactly(2))
            received = await reader.readexactly(length)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    if received[:2] != ident or not is_for(received, message[10:-11]):
        raise MalformedError
    return received
