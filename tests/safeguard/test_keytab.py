"""A keytab is read for its owners alone; one that is broken is said to be."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.keytab import VERSION, Entry, NotAKeytabError, entries


def record(service: str, realm: str) -> bytes:
    words = [realm, *service.split("/")]
    body = struct.pack(">H", len(words) - 1)
    body += b"".join(struct.pack(">H", len(one)) + one.encode() for one in words)
    body += struct.pack(">IIB", 1, 0, 1) + struct.pack(">HH", 18, 32) + bytes(32)
    return struct.pack(">i", len(body)) + body


PROXY = record("HTTP/proxy.school.test", "SCHOOL.TEST")
OWNER = Entry("HTTP/proxy.school.test", "SCHOOL.TEST")


def test_each_owner_is_said_once() -> None:
    other = record("host/dc", "SCHOOL.TEST")
    hole = struct.pack(">i", -7) + bytes(7)
    content = VERSION + PROXY + hole + PROXY + other + struct.pack(">i", 0) + b"rest"
    assert entries(content) == (OWNER, Entry("host/dc", "SCHOOL.TEST"))
    assert entries(VERSION) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x05\x01" + PROXY,
        b"-----BEGIN",
        VERSION + PROXY[:20],
        VERSION + PROXY[:2],
        VERSION + struct.pack(">i", 4) + b"\0\1\0\x09",
        VERSION + struct.pack(">i", 6) + b"\0\1\0\1\xff\xff",
    ],
)
def test_what_is_no_keytab_is_said(content: bytes) -> None:
    with pytest.raises(NotAKeytabError):
        entries(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        entries(VERSION + content)
    except NotAKeytabError:
        return
