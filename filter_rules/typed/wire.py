"""The strings of messages in the wire format of protocol buffers, as gRPC over the web sends them.

Which field is which is written nowhere in them, so what reads as text is text; what may be a
message in the message is looked into first. Work is bounded, and no bytes raise.
"""

import struct
from collections.abc import Iterator

MOST_FIELDS = 5_000
MOST_DEEP = 12
_FRAME = 5  # bytes before a message: a flag, and its length in four
_LENGTHS = {1: 8, 5: 4}  # bytes of a field of this wire type
_VARINT, _BYTES = 0, 2


class _NoMessageError(ValueError):
    """These bytes are not in the format."""


def wire_strings(body: bytes) -> list[str]:
    """Return what reads as text in a message, or in several with a frame round each."""
    found: list[str] = []
    for message in _messages(body):
        try:
            found += _strings(message, MOST_DEEP)
        except _NoMessageError:
            continue
    return found


def _messages(body: bytes) -> Iterator[bytes]:
    """Yield the messages in their frames; all of the bytes where there is no frame."""
    start = 0
    while start + _FRAME <= len(body) and body[start] == 0:
        (length,) = struct.unpack_from(">I", body, start + 1)
        yield body[start + _FRAME : start + _FRAME + length]
        start += _FRAME + length
    if start == 0:
        yield body


def _strings(message: bytes, deep: int) -> list[str]:
    found: list[str] = []
    for value in _fields(message):
        found += _inside(value, deep)
    return found


def _inside(value: bytes, deep: int) -> list[str]:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and all(letter.isprintable() or letter.isspace() for letter in text):
        return [text]
    if not deep:
        return []
    try:
        return _strings(value, deep - 1)
    except _NoMessageError:
        return []


def _fields(message: bytes) -> Iterator[bytes]:
    """Yield the fields that hold bytes."""
    at = 0
    for _ in range(MOST_FIELDS):
        if at >= len(message):
            return
        key, at = _number(message, at)
        wire = key & 7
        if wire == _VARINT:
            _, at = _number(message, at)
        elif wire == _BYTES:
            length, at = _number(message, at)
            if at + length > len(message):
                raise _NoMessageError
            yield message[at : at + length]
            at += length
        elif wire in _LENGTHS and key >> 3:
            at += _LENGTHS[wire]
        else:
            raise _NoMessageError


def _number(message: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins there, seven bits a byte, and where it ends."""
    number = 0
    for place, byte in enumerate(message[at : at + 10]):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004  the last byte has no eighth bit
            return number, at + place + 1
    raise _NoMessageError
