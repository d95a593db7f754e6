"""Content codings are undone, and never beyond the limit."""

import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.decoding import CannotDecodeError, decoded

ENCODERS = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-Gzip ": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", ENCODERS)
@given(body=st.binary(max_size=5000))
def test_what_was_coded_is_decoded(coding: str, body: bytes) -> None:
    assert decoded(ENCODERS[coding](body), coding, 10_000) == body


@pytest.mark.parametrize("coding", ENCODERS)
def test_a_bomb_stops_at_the_limit(coding: str) -> None:
    assert decoded(ENCODERS[coding](bytes(20_000_000)), coding, 1000) == bytes(1000)


@pytest.mark.parametrize(
    "coding", [coding for coding in ENCODERS if coding not in {"", "identity"}]
)
def test_the_beginning_of_a_body_that_was_cut_is_decoded(coding: str) -> None:
    body = b"".join(b"%d," % number for number in range(20_000))
    coded = ENCODERS[coding](body)
    found = decoded(coded[: len(coded) // 2], coding, 1_000_000)
    assert body.startswith(found)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_nothing_hides_behind_a_harmless_first_part(coding: str) -> None:
    code = ENCODERS[coding]
    assert decoded(code(b"harmless ") + code(b"harm"), coding, 100) == b"harmless harm"
    assert decoded(code(b"harmless ") + code(b"harm"), coding, 11) == b"harmless ha"


def test_what_follows_the_last_gzip_member_is_passed_over() -> None:
    assert decoded(gzip.compress(b"words") + b"\0\0junk", "gzip", 100) == b"words"


def test_codings_over_one_another_are_undone_from_the_last() -> None:
    assert decoded(brotli.compress(gzip.compress(b"words")), "gzip, br", 1000) == b"words"


def test_deflate_without_its_header_is_decoded() -> None:
    assert decoded(zlib.compress(b"words")[2:-4], "deflate", 100) == b"words"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"x", "compress"),
        (b"\xff\xff\xff", "gzip, br"),
        (b"x", ", ".join(["identity"] * 4)),
        (b"plain", "gzip"),
        (b"plain", "deflate"),
        (b"\xff\xff\xff", "br"),
        (b"plain text", "zstd"),
    ],
)
def test_what_cannot_be_decoded_says_so(body: bytes, coding: str) -> None:
    with pytest.raises(CannotDecodeError):
        decoded(body, coding, 100)
