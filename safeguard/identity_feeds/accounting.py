"""RADIUS accounting (RFC 2866): a packet, checked, as what it says, and its answer. No I/O.

Only who knows the secret of its network is heard: an Accounting-Request is signed whole. MD5 is
what that protocol has, so a secret must be long, and the network between the two the school's.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum

from pyrad.packet import AccountingRequest, AcctPacket, PacketError, StatusServer

from safeguard.identity_feeds.hardware import mac_of
from safeguard.identity_feeds.leases import address_of

MOST_ADDRESSES = 16
LONGEST_DELAY = timedelta(days=1)
LONGEST_SESSION = timedelta(days=366)
WHOLE = 128  # bits: a prefix of so many is one address
HALF = 8  # bytes of an interface's number
_HEADER = 20


class Attribute(IntEnum):
    """The attributes that are read, by their numbers."""

    USER_NAME = 1
    NAS_IP_ADDRESS = 4
    FRAMED_IP_ADDRESS = 8
    CALLING_STATION_ID = 31
    NAS_IDENTIFIER = 32
    ACCT_STATUS_TYPE = 40
    ACCT_DELAY_TIME = 41
    ACCT_SESSION_ID = 44
    ACCT_SESSION_TIME = 46
    MESSAGE_AUTHENTICATOR = 80
    ACCT_INTERIM_INTERVAL = 85
    NAS_IPV6_ADDRESS = 95
    FRAMED_INTERFACE_ID = 96
    FRAMED_IPV6_PREFIX = 97
    FRAMED_IPV6_ADDRESS = 168


class Kind(IntEnum):
    """What happened, as Acct-Status-Type numbers it."""

    START = 1
    STOP = 2
    INTERIM = 3
    ON = 7
    OFF = 8


class Refusal(StrEnum):
    """Why a packet is not answered."""

    STRANGER = "nobody whose secret is known"
    SECRET = "another secret, or altered on the way"  # noqa: S105  a sentence
    MALFORMED = "no RADIUS packet"
    KIND = "no accounting"
    FULL = "more at once than can be kept"


@dataclass(frozen=True, slots=True)
class Accounting:
    """What a packet says. `nas`: which access point or switch; `delay`: how long ago it was.

    `lasted`: how long the session had lasted then. `interval`: how often interims come.
    """

    kind: Kind
    nas: str
    session: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    mac: str = ""
    delay: timedelta = timedelta()
    interval: timedelta | None = None
    lasted: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to a packet and what it says; nothing where it only asks whether we are there.

    `mark`: the same for the same packet sent again, and for no other.
    """

    answer: bytes
    mark: bytes
    says: Accounting | None = None


def hear(raw: bytes, secret: bytes, client: str) -> Heard | Refusal:
    """Check a packet and read it. `client`: the address that it came from."""
    if len(raw) >= _HEADER and raw[0] not in {AccountingRequest, StatusServer}:
        return Refusal.KIND
    try:
        packet = AcctPacket(packet=raw, secret=secret)
        if not _is_genuine(packet):
            return Refusal.SECRET
        answer = packet.CreateReply().ReplyPacket()
    except (PacketError, ValueError, LookupError):
        return Refusal.MALFORMED
    says = _read(packet, client) if packet.code == AccountingRequest else None
    return Heard(answer, packet.authenticator, says)


def _is_genuine(packet: AcctPacket) -> bool:
    signed = packet.get(Attribute.MESSAGE_AUTHENTICATOR)
    if signed is not None and (len(signed) != 1 or not packet.verify_message_authenticator()):
        return False
    return bool(packet.VerifyAcctRequest())


def _read(packet: AcctPacket, client: str) -> Accounting | None:
    """Return what it says; None for what has no meaning here, such as the start of a tunnel."""
    number = _number(packet, Attribute.ACCT_STATUS_TYPE)
    if number not in set(Kind):
        return None
    kind, session = Kind(number), _text(packet, Attribute.ACCT_SESSION_ID)
    if kind in {Kind.START, Kind.STOP, Kind.INTERIM} and not session:
        return None
    every = _number(packet, Attribute.ACCT_INTERIM_INTERVAL)
    return Accounting(
        kind,
        _nas(packet, client),
        session,
        _text(packet, Attribute.USER_NAME),
        _addresses(packet),
        mac_of(_text(packet, Attribute.CALLING_STATION_ID)),
        _span(packet, Attribute.ACCT_DELAY_TIME, LONGEST_DELAY),
        timedelta(seconds=every) if every else None,
        _span(packet, Attribute.ACCT_SESSION_TIME, LONGEST_SESSION),
    )


def _nas(packet: AcctPacket, client: str) -> str:
    """Which device speaks: one controller may speak for many, and two must not be one."""
    named = _text(packet, Attribute.NAS_IDENTIFIER)
    if not named:
        for attribute in (Attribute.NAS_IP_ADDRESS, Attribute.NAS_IPV6_ADDRESS):
            for value in _values(packet, attribute):
                named = named or _address(value)
    return f"{client}/{named}" if named else client


def _addresses(packet: AcctPacket) -> tuple[str, ...]:
    found = [
        _address(value)
        for attribute in (Attribute.FRAMED_IP_ADDRESS, Attribute.FRAMED_IPV6_ADDRESS)
        for value in _values(packet, attribute)
    ]
    interfaces = _values(packet, Attribute.FRAMED_INTERFACE_ID)
    prefixes = _values(packet, Attribute.FRAMED_IPV6_PREFIX)
    found += [_address(_of_prefix(prefix, interfaces)) for prefix in prefixes]
    return tuple(dict.fromkeys(one for one in found if one))[:MOST_ADDRESSES]


def _of_prefix(prefix: bytes, interfaces: Sequence[bytes]) -> bytes:
    """Return the address that a prefix is, or that it makes with the interface's number."""
    bits, first = (prefix[1], prefix[2:]) if len(prefix) > 1 else (0, b"")
    if bits == WHOLE:
        return first
    if bits == WHOLE // 2 and interfaces and len(interfaces[0]) == HALF:
        return first[:HALF].ljust(HALF, b"\0") + interfaces[0]
    return b""


def _address(value: bytes) -> str:
    try:
        return address_of(str(ipaddress.ip_address(value)))
    except ValueError:
        return ""


def _span(packet: AcctPacket, attribute: Attribute, longest: timedelta) -> timedelta:
    return min(timedelta(seconds=_number(packet, attribute) or 0), longest)


def _number(packet: AcctPacket, attribute: Attribute) -> int | None:
    values = _values(packet, attribute)
    return int.from_bytes(values[0]) if values and len(values[0]) == 4 else None  # noqa: PLR2004  bytes


def _text(packet: AcctPacket, attribute: Attribute) -> str:
    values = _values(packet, attribute)
    return values[0].decode("utf-8", "replace").strip("\0 ") if values else ""


def _values(packet: AcctPacket, attribute: Attribute) -> Sequence[bytes]:
    values: Sequence[bytes] = packet.get(int(attribute), ())
    return values
