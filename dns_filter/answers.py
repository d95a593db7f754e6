"""The answers of our own: blocked names, special names, and what we do not serve."""

import struct
from enum import IntEnum
from typing import Literal

from dns_filter.wire import IN, Question, Rcode, Type, opt, option, put_together

EDE_OPTION = 15
FIXED = struct.Struct("!HHHIH")
OWN_NAME = 0xC00C  # a pointer to the question's name
ADDRESSES: dict[int, bytes] = {Type.A: bytes(4), Type.AAAA: bytes(16)}
LOOPBACKS: dict[int, bytes] = {Type.A: bytes((127, 0, 0, 1)), Type.AAAA: bytes(15) + b"\1"}
SOA_NAMES = b"\x06filter\x07invalid\0\x06nobody\x07invalid\0"
SOA_TIMES = struct.Struct("!5I")
SPECIAL_TTL = 3600
ANY_TTL = 3600


class Ede(IntEnum):
    """Why, for those who can read it (RFC 8914)."""

    OTHER = 0
    STALE = 3
    BLOCKED = 15
    NO_REACHABLE_AUTHORITY = 22
    NETWORK_ERROR = 23


EXPLAINED = {
    Ede.OTHER: b"the filter could not judge this name",
    Ede.STALE: b"an answer from before: no resolver answered in time",
    Ede.BLOCKED: b"blocked by the school's filter",
    Ede.NO_REACHABLE_AUTHORITY: b"no resolver answered in time",
    Ede.NETWORK_ERROR: b"no resolver could be reached",
}

type Blocked = Literal["nxdomain", "null", "refused"]


def blocked(question: Question, way: Blocked, ttl: int) -> bytes:
    """Answer a blocked name as set. Every type is answered: another could lead round the block."""
    extra = opt(question.edns, 0, explained(Ede.BLOCKED)) if question.edns else b""
    match way:
        case "refused":
            return put_together(question, Rcode.REFUSED, (0, 0, 0), b"", extra)
        case "nxdomain":
            return _no_such_name(question, ttl, extra)
        case "null":
            return _address(question, ADDRESSES, ttl, extra)


def no_such_name(question: Question) -> bytes:
    return _no_such_name(question, SPECIAL_TTL, opt(question.edns))


def loopback(question: Question) -> bytes:
    return _address(question, LOOPBACKS, SPECIAL_TTL, opt(question.edns))


def refused(question: Question) -> bytes:
    return put_together(question, Rcode.REFUSED, (0, 0, 0), b"", opt(question.edns))


def any_type(question: Question) -> bytes:
    """Answer ANY with next to nothing, so that it amplifies nothing (RFC 8482)."""
    content = b"\x07RFC8482\0"
    record = FIXED.pack(OWN_NAME, Type.HINFO, IN, ANY_TTL, len(content)) + content
    return put_together(question, Rcode.NOERROR, (1, 0, 0), record, opt(question.edns))


def failed(question: Question, why: Ede) -> bytes:
    extra = opt(question.edns, 0, explained(why)) if question.edns else b""
    return put_together(question, Rcode.SERVFAIL, (0, 0, 0), b"", extra)


def explained(why: Ede) -> bytes:
    return option(EDE_OPTION, why.to_bytes(2) + EXPLAINED[why])


def _address(question: Question, addresses: dict[int, bytes], ttl: int, extra: bytes) -> bytes:
    content = addresses.get(question.qtype)
    if content is None:
        return put_together(question, Rcode.NOERROR, (0, 1, 0), _soa(OWN_NAME, ttl), extra)
    record = FIXED.pack(OWN_NAME, question.qtype, IN, ttl, len(content)) + content
    return put_together(question, Rcode.NOERROR, (1, 0, 0), record, extra)


def _no_such_name(question: Question, ttl: int, extra: bytes) -> bytes:
    """Deny the name; the SOA of the name above it says how long that may be remembered."""
    above = OWN_NAME + question.raw[0] + 1 if question.raw[0] else OWN_NAME
    return put_together(question, Rcode.NXDOMAIN, (0, 1, 0), _soa(above, ttl), extra)


def _soa(owner: int, ttl: int) -> bytes:
    content = SOA_NAMES + SOA_TIMES.pack(1, 3600, 600, 86_400, ttl)
    return FIXED.pack(owner, Type.SOA, IN, ttl, len(content)) + content
