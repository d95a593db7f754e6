"""One door to all lease files: which server wrote one, and that no bytes can break the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.identity_feeds.lease_formats import LeaseFormat, propose, read, text_of
from tests.safeguard.identity_feeds.lease_samples import (
    CONSOLE,
    DNSMASQ,
    EXPORT,
    ISC,
    KEA,
    KEA6,
    WINDOWS,
)

SAMPLES = [
    (DNSMASQ, LeaseFormat.DNSMASQ),
    ("duid 00:01:00:01:2c:00:00:00:02:00:00:00:00:ff\n", LeaseFormat.DNSMASQ),
    (ISC, LeaseFormat.ISC),
    (KEA, LeaseFormat.KEA),
    (KEA6, LeaseFormat.KEA),
    (WINDOWS, LeaseFormat.WINDOWS),
    (CONSOLE, LeaseFormat.WINDOWS),
]


@pytest.mark.parametrize(("text", "kind"), SAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_wrote_a_file_is_seen(text: str, kind: LeaseFormat, encoding: str) -> None:
    raw = text.encode(encoding)
    assert propose(raw) is kind
    assert text_of(raw) == text


@pytest.mark.parametrize("raw", [b"", b"\n", b"name,group\njo,y7\n", b"\x00\xff" * 900])
def test_nothing_is_proposed_where_nothing_tells(raw: bytes) -> None:
    assert propose(raw) is None


@pytest.mark.parametrize(("text", "kind"), SAMPLES)
def test_what_is_proposed_reads_without_a_bad_line(text: str, kind: LeaseFormat) -> None:
    assert read(kind, text.encode(), "f", EXPORT).bad == 0


PIECES = st.sampled_from(
    [*(line + "\n" for text, _ in SAMPLES for line in text.splitlines()), "{", "}", '"', "\\", ","]
)
ANY = st.binary(max_size=300) | st.lists(PIECES | st.text(max_size=20), max_size=30).map(
    lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")
)


@given(ANY)
def test_no_bytes_break_a_parser(raw: bytes) -> None:
    propose(raw)
    for kind in LeaseFormat:
        found = read(kind, raw, "f", EXPORT)
        assert len({one.address for one in found.leases}) == len(found.leases)
