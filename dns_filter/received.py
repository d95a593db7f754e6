"""What an upstream resolver sent, checked and made ready to be given to anyone who asks.

Kept is the part after the question. Our own OPT is added for each asker, so the upstream's is
taken off; `ech` is taken out of HTTPS and SVCB records, since a site's name that is encrypted
cannot be filtered. dnslib rebuilds the message where bytes must go; else it stays as it came.
"""

import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dnslib import RD, DNSError, DNSRecord

from dns_filter.answers import Ede, explained
from dns_filter.wire import (
    HEADER,
    QR,
    TC,
    MalformedError,
    Question,
    Rcode,
    Record,
    Type,
    put_together,
    question_end,
    read_name,
    records,
    truncated,
)
from dns_filter.wire import opt as our_opt

ALIASES = frozenset({Type.CNAME, Type.DNAME})
SERVICES = frozenset({Type.SVCB, Type.HTTPS})
MANDATORY, ECH = 0, 5
FAMILIES: dict[int, tuple[int, int]] = {
    Type.A: (socket.AF_INET, 4),
    Type.AAAA: (socket.AF_INET6, 16),
}
HINTS = {4: FAMILIES[Type.A], 6: FAMILIES[Type.AAAA]}  # of SVCB: ipv4hint, ipv6hint
ADDITIONAL = 2
MOST_ADDRESSES = 256
SHORTEST_SOA = 22
LONGEST_KEPT = 86_400
LONGEST_DENIAL_KEPT = 3_600
STALE_TTL = 30  # as RFC 8767 has it
STALE_LIFETIME = 1  # then upstream is asked again: it may be back
RENEWED_AFTER = 0.9  # of its lifetime: who asks then makes us ask again before it dies
PAIR = struct.Struct("!HH")
TTL = struct.Struct("!I")


@dataclass(slots=True)
class Answer:
    """An upstream answer and when it came.

    `targets` are other names that it leads to, and `addresses` where it leads in the end.
    `note`: what is said beside it to those who can read it, as an EDNS option.
    """

    rcode: int
    counts: tuple[int, int, int]
    body: bytes
    ttls: tuple[tuple[int, int], ...]
    lifetime: int
    targets: tuple[str, ...]
    addresses: tuple[str, ...]
    at: float
    note: bytes = b""
    _aged: bytes = b""
    _age: int = 0

    @property
    def dies(self) -> float:
        return self.at + self.lifetime

    @property
    def renews(self) -> float:
        """When it is worth asking again for; an answer from before is soon asked again anyway."""
        return self.dies if self.note else self.at + self.lifetime * RENEWED_AFTER

    def reply(self, question: Question, now: float, size: int) -> bytes:
        """Return the reply for one asker, its times to live as they are now."""
        extra = our_opt(question.edns, 0, self.note)
        reply = put_together(question, self.rcode, self.counts, self.body_at(now), extra)
        return reply if len(reply) <= size else truncated(question, self.rcode)

    def stale(self, now: float) -> "Answer":
        """Return what is given in its place when it is dead, and nobody upstream answers."""
        body = bytearray(self.body)
        for at, _ in self.ttls:
            TTL.pack_into(body, at, STALE_TTL)
        return replace(
            self,
            body=bytes(body),
            ttls=tuple((at, STALE_TTL) for at, _ in self.ttls),
            lifetime=STALE_LIFETIME,
            at=now,
            note=explained(Ede.STALE),
            _aged=b"",
            _age=0,
        )

    def body_at(self, now: float) -> bytes:
        """Return the records, their times to live as they are now."""
        age = int(now - self.at)
        if age == 0:
            return self.body
        if age != self._age:
            body = bytearray(self.body)
            for at, ttl in self.ttls:
                TTL.pack_into(body, at, max(0, ttl - age))
            self._aged, self._age = bytes(body), age
        return self._aged


def is_for(message: bytes, asked: bytes) -> bool:
    """Whether this is an answer to the question with these bytes (the id is checked before)."""
    end = HEADER.size + len(asked)
    return (
        len(message) >= end
        and bool(message[2] & 0x80)
        and message[4:6] == b"\0\1"
        and message[HEADER.size : end].lower() == asked.lower()
    )


def is_truncated(message: bytes) -> bool:
    return bool(int.from_bytes(message[2:4]) & TC)


def rcode_of(message: bytes) -> int:
    return message[3] & 0xF


def read_answer(message: bytes, now: float) -> Answer:
    """Check and keep an upstream's answer; raises MalformedError."""
    if len(message) < HEADER.size or not int.from_bytes(message[2:4]) & QR:
        raise MalformedError
    walked = list(records(message))
    if any(_has_ech(message, record) for record in walked):
        message = _without_ech(message, walked)
        walked = list(records(message))
    if any(record.rtype == Type.OPT for record in walked):
        message, walked = _without_opt(message, walked)
    addresses = tuple(dict.fromkeys(_addresses(message, walked)))
    if len(addresses) > MOST_ADDRESSES:
        raise MalformedError  # no site has so many, and each has to be judged
    start = question_end(message)
    _, _, _, answers, authorities, additional = HEADER.unpack_from(message)
    return Answer(
        rcode_of(message),
        (answers, authorities, additional),
        message[start : walked[-1].end if walked else start],
        tuple((record.ttl_at - start, record.ttl) for record in walked),
        _lifetime(message, walked, answers),
        _targets(message, walked),
        addresses,
        now,
    )


def _lifetime(message: bytes, walked: Sequence[Record], answers: int) -> int:
    """The lowest time to live; for a denial, as its SOA says (RFC 2308)."""
    if rcode_of(message) not in {Rcode.NOERROR, Rcode.NXDOMAIN}:
        return 0
    lowest = min((_ttl(record) for record in walked), default=0)
    if answers and rcode_of(message) == Rcode.NOERROR:
        return min(lowest, LONGEST_KEPT)
    soas = [record for record in walked if record.rtype == Type.SOA and record.section == 1]
    if not soas:
        return 0
    if soas[0].end - soas[0].content < SHORTEST_SOA:
        raise MalformedError
    minimum = TTL.unpack_from(message, soas[0].end - TTL.size)[0]
    return int(min(lowest, minimum, LONGEST_DENIAL_KEPT))


def _ttl(record: Record) -> int:
    return record.ttl if record.ttl < 1 << 31 else 0  # RFC 2181: the top bit set means zero


def _targets(message: bytes, walked: Sequence[Record]) -> tuple[str, ...]:
    """The names that a browser is led on to."""
    names = []
    for record in walked:
        if record.section == 0 and record.rtype in ALIASES:
            names.append(read_name(message, record.content))
        elif record.section == 0 and record.rtype in SERVICES:
            names.append(read_name(message, record.content + 2))
    return tuple(dict.fromkeys(name for name in names if name))


def _addresses(message: bytes, walked: Sequence[Record]) -> Iterator[str]:
    """Yield the addresses that a browser may connect to.

    Those beside the answer count where a service record is answered: they are for it. Else they
    are those of name servers.
    """
    served = any(record.section == 0 and record.rtype in SERVICES for record in walked)
    for record in walked:
        if record.section and not (served and record.section == ADDITIONAL):
            continue
        content = message[record.content : record.end]
        if record.rtype in FAMILIES:
            yield from _written(content, *FAMILIES[record.rtype])
        elif record.rtype in SERVICES:
            for key, value in _parameters(content)[1]:
                if key in HINTS:
                    yield from _written(value, *HINTS[key])


def _written(packed: bytes, family: int, length: int) -> Iterator[str]:
    if not packed or len(packed) % length:
        raise MalformedError
    for at in range(0, len(packed), length):
        yield socket.inet_ntop(family, packed[at : at + length])


def _without_opt(message: bytes, walked: list[Record]) -> tuple[bytes, list[Record]]:
    *others, last = walked
    if last.rtype == Type.OPT and all(record.rtype != Type.OPT for record in others):
        additional = int.from_bytes(message[10:12]) - 1
        return message[:10] + additional.to_bytes(2) + message[12 : last.start], others
    rebuilt = _parsed(message)
    rebuilt.ar = [record for record in rebuilt.ar if record.rtype != Type.OPT]
    message = _packed(rebuilt)
    return message, list(records(message))


def _has_ech(message: bytes, record: Record) -> bool:
    return record.rtype in SERVICES and any(
        key == ECH for key, _ in _parameters(message[record.content : record.end])[1]
    )


def _parameters(content: bytes) -> tuple[int, list[tuple[int, bytes]]]:
    """Split the content of an HTTPS or SVCB record: where parameters start, and each of them."""
    at = 2
    try:
        while content[at]:
            at += 1 + content[at]
        start = at = at + 1
        found = []
        while at < len(content):
            key, length = PAIR.unpack_from(content, at)
            at += PAIR.size + length
            found.append((key, content[at - length : at]))
    except (IndexError, struct.error) as error:
        raise MalformedError from error
    if at != len(content):
        raise MalformedError
    return start, found


def stripped(content: bytes) -> bytes:
    """Return an HTTPS or SVCB record's content without `ech`, nor the word that it must be used."""
    start, found = _parameters(content)
    kept = []
    for key, value in found:
        if key == MANDATORY:
            keys = [value[at : at + 2] for at in range(0, len(value), 2)]
            value = b"".join(one for one in keys if one != ECH.to_bytes(2))  # noqa: PLW2901  its new value
        if key != ECH and (value or key != MANDATORY):
            kept.append(PAIR.pack(key, len(value)) + value)
    return content[:start] + b"".join(kept)


def _without_ech(message: bytes, walked: Sequence[Record]) -> bytes:
    rebuilt = _parsed(message)
    for record, place in zip((*rebuilt.rr, *rebuilt.auth, *rebuilt.ar), walked, strict=True):
        if place.rtype in SERVICES:
            record.rdata = RD(stripped(message[place.content : place.end]))
    return _packed(rebuilt)


def _parsed(message: bytes) -> DNSRecord:
    try:
        return DNSRecord.parse(message)
    except (DNSError, ValueError, IndexError) as error:
        raise MalformedError from error


def _packed(record: DNSRecord) -> bytes:
    try:
        return bytes(record.pack())
    except (DNSError, ValueError, IndexError) as error:
        raise MalformedError from error
