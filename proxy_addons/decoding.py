"""Undo a content coding without ever holding more than was asked for.

A bomb of 80 bytes can unpack to gigabytes; reading stops at the limit.
"""

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it has no types
import zstandard as zstd

MOST_CODINGS = 3  # one over the other
GZIP = b"\x1f\x8b"  # how a member begins


class CannotDecodeError(ValueError):
    """The coding is not one we know, or the body is not in it."""


def decoded(body: bytes, coding: str, limit: int) -> bytes:
    """Return up to `limit` bytes of the body as it was before it was coded."""
    codings = [one.strip().lower() for one in coding.split(",")]
    if len(codings) > MOST_CODINGS or not all(one in CODINGS for one in codings):
        raise CannotDecodeError
    try:
        for one in reversed(codings):  # the last was put on last
            body = CODINGS[one](body, limit)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise CannotDecodeError from error
    return body


def _plain(body: bytes, limit: int) -> bytes:
    return body[:limit]


def _gzip(body: bytes, limit: int) -> bytes:
    """Read every member: browsers read them all, so none may hide behind the first."""
    read = bytearray()
    while len(read) < limit:
        member = zlib.decompressobj(47)  # gzip or zlib, found out by itself
        read += member.decompress(body, limit - len(read))
        body = member.unused_data.lstrip(b"\0")  # padding is allowed between members
        if not body.startswith(GZIP):
            break  # cut off, or followed by what is no member: browsers pass over it
    return bytes(read)


def _deflate(body: bytes, limit: int) -> bytes:
    """With or without its zlib header: servers send both, and browsers take both."""
    try:
        return zlib.decompressobj().decompress(body, limit)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, limit)


def _brotli(body: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    return bytes(decoder.process(body, output_buffer_limit=limit))[:limit]


def _zstd(body: bytes, limit: int) -> bytes:
    with zstd.ZstdDecompressor().stream_reader(body, read_across_frames=True) as reader:
        return bytes(reader.read(limit))


CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "": _plain,
    "identity": _plain,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
