"""What a keytab holds: principals and when they were written, never the keys."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = b"\x05\x02"


class NotAKeytabError(ValueError):
    """The file is something else, or is broken."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key's owner: HTTP/proxy.school.example, in its realm."""

    service: str
    realm: str


def entries(content: bytes) -> tuple[Entry, ...]:
    """Return whose keys these are, each once."""
    if content[:2] != VERSION:
        raise NotAKeytabError("it does not begin as a keytab does")
    try:
        return tuple(dict.fromkeys(_entry(record) for record in _records(content)))
    except (struct.error, UnicodeDecodeError) as error:
        raise NotAKeytabError("it ends in the middle of a key") from error


def _records(content: bytes) -> Iterator[bytes]:
    at = len(VERSION)
    while at < len(content):
        (size,) = struct.unpack_from(">i", content, at)
        at += 4
        if size > 0:  # else a hole, where a key was taken out
            if at + size > len(content):
                raise NotAKeytabError("it ends in the middle of a key")
            yield content[at : at + size]
        at += abs(size)
        if size == 0:
            return


def _entry(record: bytes) -> Entry:
    (count,) = struct.unpack_from(">H", record, 0)
    at, words = 2, []
    for _ in range(count + 1):  # the realm comes first
        (length,) = struct.unpack_from(">H", record, at)
        at += 2
        if at + length > len(record):
            raise NotAKeytabError("it ends in the middle of a name")
        words.append(record[at : at + length].decode())
        at += length
    return Entry("/".join(words[1:]), words[0])
