"""DNS messages as bytes: a question read from the wire, records walked, an answer put together.

The law: whatever the bytes, a reader here returns, or raises MalformedError; it never loops
without end and never reads outside the message. An answer repeats the question as it was asked.
"""

import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct("!6H")
RECORD = struct.Struct("!HHIH")
TWO = struct.Struct("!HH")

QR, TC, RD, RA, CD = 0x8000, 0x0200, 0x0100, 0x0080, 0x0010
OPCODE, RCODE = 0x7800, 0x000F
DO = 0x8000
OUR_SIZE = 1232  # what fits the smallest IPv6 path unfragmented
PLAIN_SIZE = 512
LONGEST_NAME = 255
LONGEST_LABEL = 63
POINTER = 0xC0
MOST_RECORDS = 4096

PLAIN_BYTES = b"abcdefghijklmnopqrstuvwxyz0123456789-_"


class MalformedError(Exception):
    """These bytes are no DNS message."""


class Rcode(IntEnum):
    """How a question was answered."""

    NOERROR = 0
    FORMERR = 1
    SERVFAIL = 2
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5
    BADVERS = 16


class Type(IntEnum):
    """The record types that are treated apart."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    HINFO = 13
    AAAA = 28
    DNAME = 39
    OPT = 41
    SVCB = 64
    HTTPS = 65
    TKEY = 249
    TSIG = 250
    IXFR = 251
    AXFR = 252
    MAILB = 253
    MAILA = 254
    ANY = 255


IN = 1


class Edns(NamedTuple):
    """What an asker says it can take (RFC 6891)."""

    size: int
    version: int
    dnssec: bool


class Question(NamedTuple):
    """What is asked. `raw` is name, type and class as asked; `name` the same name in lower case."""

    id: bytes
    flags: int
    raw: bytes
    name: bytes
    host: str
    qtype: int
    qclass: int
    edns: Edns | None = None

    @property
    def key(self) -> tuple[bytes, int, bool, bool]:
        """What tells one upstream answer from another. The class is always IN."""
        dnssec = self.edns is not None and self.edns.dnssec
        return self.name, self.qtype, dnssec, bool(self.flags & CD)

    @property
    def size(self) -> int:
        """The longest reply that the asker takes over UDP."""
        return min(max(self.edns.size, PLAIN_SIZE), OUR_SIZE) if self.edns else PLAIN_SIZE


class Record(NamedTuple):
    """Where one record of a message stands, and what its fixed part says."""

    section: int
    start: int
    rtype: int
    rclass: int
    ttl_at: int
    ttl: int
    content: int
    end: int


def read_question(packet: bytes) -> Question | Rcode | None:
    """Return the question; or the code to refuse the packet with; or None: say nothing."""
    if len(packet) < HEADER.size or packet[2] & 0x80:
        return None  # to answer an answer would let two servers talk for ever
    if packet[2] << 8 & OPCODE:
        return Rcode.NOTIMP
    try:
        question = _read_question(packet)
    except (MalformedError, struct.error):
        return Rcode.FORMERR
    return Rcode.BADVERS if question.edns and question.edns.version else question


def _read_question(packet: bytes) -> Question:
    _, flags, questions, answers, authorities, additional = HEADER.unpack_from(packet)
    if questions != 1 or answers or authorities:
        raise MalformedError
    end, labels = _plain_labels(packet, HEADER.size)
    qtype, qclass = TWO.unpack_from(packet, end)
    edns = _read_edns(packet, end + 4, additional)
    raw = packet[HEADER.size : end + 4]
    return Question(packet[:2], flags, raw, raw[:-4].lower(), text(labels), qtype, qclass, edns)


def text(labels: Sequence[bytes]) -> str:
    """Write a name as rules are written: lower case, no trailing dot, odd bytes as numbers."""
    if not b"".join(labels).lower().translate(None, PLAIN_BYTES):
        return b".".join(labels).decode("ascii").lower()
    return ".".join(_escaped(label.lower()) for label in labels)


def _escaped(label: bytes) -> str:
    return "".join(chr(byte) if byte in PLAIN_BYTES else f"\\{byte:03d}" for byte in label)


def _plain_labels(packet: bytes, at: int) -> tuple[int, list[bytes]]:
    """Read a name that may not be compressed; return where it ends, and its labels."""
    labels = []
    start = at
    try:
        while length := packet[at]:
            if length > LONGEST_LABEL:
                raise MalformedError
            labels.append(packet[at + 1 : at + 1 + length])
            at += 1 + length
    except IndexError as error:
        raise MalformedError from error
    if at + 1 - start > LONGEST_NAME:
        raise MalformedError
    return at + 1, labels


def _read_edns(packet: bytes, at: int, additional: int) -> Edns | None:
    edns = None
    for record in _records(packet, at, (0, 0, additional)):
        at = record.end
        if record.rtype == Type.OPT:
            if edns is not None or packet[record.start]:
                raise MalformedError  # one OPT at most, and it is owned by the root
            edns = Edns(record.rclass, record.ttl >> 16 & 0xFF, bool(record.ttl & DO))
    if at != len(packet):
        raise MalformedError
    return edns


def records(message: bytes) -> Iterator[Record]:
    """Walk the records of a message that asks one question."""
    if len(message) < HEADER.size:
        raise MalformedError
    counts = HEADER.unpack_from(message)
    if counts[2] != 1 or sum(counts[3:]) > MOST_RECORDS:
        raise MalformedError
    yield from _records(message, question_end(message), counts[3:])


def _records(message: bytes, at: int, counts: Sequence[int]) -> Iterator[Record]:
    for section, count in enumerate(counts):
        for _ in range(count):
            start, at = at, _skip_name(message, at)
            try:
                rtype, rclass, ttl, length = RECORD.unpack_from(message, at)
            except struct.error as error:
                raise MalformedError from error
            content = at + RECORD.size
            if content + length > len(message):
                raise MalformedError
            yield Record(section, start, rtype, rclass, at + 4, ttl, content, content + length)
            at = content + length


def question_end(message: bytes) -> int:
    """Return where the first question of a message ends."""
    end = _plain_labels(message, HEADER.size)[0] + 4
    if end > len(message):
        raise MalformedError
    return end


def _skip_name(message: bytes, at: int) -> int:
    try:
        while length := message[at]:
            if length >= POINTER:
                return at + 2
            if length > LONGEST_LABEL:
                raise MalformedError
            at += 1 + length
    except IndexError as error:
        raise MalformedError from error
    return at + 1


def read_name(message: bytes, at: int) -> str:
    """Read a name that may be compressed."""
    labels: list[bytes] = []
    room, before = LONGEST_NAME, at
    try:
        while length := message[at]:
            if length >= POINTER:
                at = (length & 0x3F) << 8 | message[at + 1]
                if at >= before:
                    raise MalformedError  # only backwards, or it could go round for ever
                before = at
                continue
            room -= 1 + length
            if length > LONGEST_LABEL or room < 1:
                raise MalformedError
            labels.append(message[at + 1 : at + 1 + length])
            at += 1 + length
    except IndexError as error:
        raise MalformedError from error
    return text(labels)


def opt(edns: Edns | None, rcode: int = 0, options: bytes = b"") -> bytes:
    """Return our OPT record: only for those who sent one."""
    if edns is None:
        return b""
    ttl = rcode >> 4 << 24 | (DO if edns.dnssec else 0)
    return b"\0" + RECORD.pack(Type.OPT, OUR_SIZE, ttl, len(options)) + options


def option(code: int, content: bytes) -> bytes:
    """Return one EDNS option."""
    return TWO.pack(code, len(content)) + content


def put_together(
    question: Question,
    rcode: int,
    counts: tuple[int, int, int],
    body: bytes,
    extra: bytes = b"",
) -> bytes:
    """Return the reply: the question as asked, then `body`, then `extra` (our OPT or nothing)."""
    answers, authorities, additional = counts
    flags = QR | RA | question.flags & (RD | CD) | rcode & RCODE
    header = TWO.pack(flags, 1) + answers.to_bytes(2) + authorities.to_bytes(2)
    more = additional + 1 if extra else additional
    return question.id + header + more.to_bytes(2) + question.raw + body + extra


def truncated(question: Question, rcode: int) -> bytes:
    """Return the reply that says: too long for UDP, ask over TCP."""
    reply = bytearray(put_together(question, rcode, (0, 0, 0), b"", opt(question.edns)))
    reply[2] |= TC >> 8
    return bytes(reply)


def refusal(packet: bytes, rcode: Rcode) -> bytes:
    """Answer a packet whose question cannot be read or served: a header, and no more."""
    flags = QR | RA | int.from_bytes(packet[2:4]) & (OPCODE | RD | CD) | rcode & RCODE
    extra = opt(Edns(0, 0, dnssec=False), rcode) if rcode > RCODE else b""
    return packet[:2] + flags.to_bytes(2) + bytes(7) + bytes((bool(extra),)) + extra
