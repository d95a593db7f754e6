"""Strings are found in messages whose fields nobody has named."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.wire import MOST_DEEP, MOST_FIELDS, wire_strings


def number(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(place: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return number(place << 3) + number(value)
    raw = value.encode() if isinstance(value, str) else value
    return number(place << 3 | 2) + number(len(raw)) + raw


def framed(message: bytes) -> bytes:
    return b"\0" + struct.pack(">I", len(message)) + message


MESSAGE = field(1, 300) + field(2, field(1, 7) + field(3, "see you at the lake")) + field(4, "hi")
FIXED = number(5 << 3 | 1) + bytes(8) + number(6 << 3 | 5) + bytes(4)


@pytest.mark.parametrize(
    "body", [MESSAGE, framed(MESSAGE), MESSAGE + FIXED, FIXED + MESSAGE, framed(FIXED + MESSAGE)]
)
def test_strings_are_found_in_their_order(body: bytes) -> None:
    assert wire_strings(body) == ["see you at the lake", "hi"]


def test_several_messages_are_read() -> None:
    assert wire_strings(framed(MESSAGE) + framed(field(1, "more"))) == [
        "see you at the lake", "hi", "more",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff" * 20, field(1, "cut short")[:-1], b"\x07", b"\x01" + bytes(8), field(1, b""),
     field(1, b"\xff\xfe\x07"), framed(b"\x07")],
)  # fmt: skip
def test_what_is_in_another_format_says_nothing(body: bytes) -> None:
    assert wire_strings(body) == []


def test_depth_and_number_are_bounded() -> None:
    message = field(1, "deep")
    for _ in range(MOST_DEEP + 1):
        message = field(1, message + field(2, 1))
    assert wire_strings(message) == []
    assert len(wire_strings(field(1, "a") * (MOST_FIELDS + 10))) == MOST_FIELDS


@given(st.binary())
def test_no_bytes_raise(body: bytes) -> None:
    assert isinstance(wire_strings(body), list)


@given(st.lists(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1)))
def test_what_is_written_comes_back(texts: list[str]) -> None:
    body = b"".join(field(1, text) for text in texts)
    assert wire_strings(framed(body)) == texts
