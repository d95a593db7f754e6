"""Undo a content coding without ever holding more than was asked for.

A bomb of 80 bytes can unpack to gigabytes; reading stops at the limit.
"""

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it has no types
import zstandard as zstd


class CannotDecodeError(ValueError):
    """The coding is not one we know, or the body is not in it."""


def decoded(body: bytes, coding: str, limit: int) -> bytes:
    """Return up to `limit` bytes of the body as it was before it was coded."""
    decode = CODINGS.get(coding.strip().lower())
    if decode is None:
        raise CannotDecodeError
    try:
        return decode(body, limit)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise CannotDecodeError from error


def _plain(body: bytes, limit: int) -> bytes:
    return body[:limit]


def _gzip(body: bytes, limit: int) -> bytes:
    return zlib.decompressobj(47).decompress(body, limit)  # 47: gzip or zlib, found out by itself


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
    with zstd.ZstdDecompressor().stream_reader(body) as reader:
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
