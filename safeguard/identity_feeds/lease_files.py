"""A lease file, followed: read when it has changed, and believed to be whole only when it rests.

A server may write it anew in place (dnsmasq), put another in its place (dhcpd) or spread it over
several (Kea) at any moment. What is there counts at once. That something is *not* there any more
counts when two looks in a row found the same file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from safeguard.identity_feeds import kea_leases
from safeguard.identity_feeds.lease_formats import SNIFFED, LeaseFormat, propose, read
from safeguard.identity_feeds.leases import Reading
from safeguard.identity_feeds.windows_leases import Export

MOST_BYTES = 64 * 1024 * 1024

type Mark = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found. `whole`: what is not in it is over."""

    reading: Reading
    whole: bool


class LeaseFile:
    """One lease file. `kind`: None is found out from what stands there."""

    def __init__(self, path: Path, zone: tzinfo, kind: LeaseFormat | None = None) -> None:
        self.path = path
        self.kind = kind
        self.trouble = ""
        self.reading = Reading()
        self._zone = zone
        self._read: Mark | None = None
        self._rested = False

    def look(self) -> Look | None:
        """Read it if it has changed, or now rests; None where there is nothing new."""
        try:
            mark = self._mark()
            if mark == self._read and self._rested:
                return None
            rests = mark == self._read
            if not rests:
                self.reading = self._reading(mark)
            self._rested = rests and not self.trouble
            self._read = mark
        except OSError as error:
            self._say(f"cannot be read ({error.strerror})")
            return None
        return Look(self.reading, whole=self._rested)

    def _mark(self) -> Mark:
        """Return what tells a file from another, or from itself after a change."""
        found = []
        for path in self._paths():
            seen = path.stat()
            found.append((str(path), seen.st_ino, seen.st_mtime_ns, seen.st_size))
        return tuple(found)

    def _paths(self) -> Sequence[Path]:
        if self.kind is not LeaseFormat.KEA:
            return (self.path,)
        there = [str(self.path) + part for part in kea_leases.PARTS]
        found = kea_leases.parts(str(self.path), [one for one in there if Path(one).exists()])
        return [Path(one) for one in found] or (self.path,)

    def _reading(self, mark: Mark) -> Reading:
        if sum(size for _, _, _, size in mark) > MOST_BYTES:
            self._say(f"is larger than {MOST_BYTES >> 20} MiB: let its server clean it up")
            return self.reading
        raw = b"".join(Path(path).read_bytes() for path, *_ in mark)[: 2 * MOST_BYTES]
        if self.kind is None and raw:
            self.kind = propose(raw[:SNIFFED])
            if self.kind is None:
                self._say(
                    "is in no format that is known: put dnsmasq:, isc:, kea: or windows: before it"
                )
                return Reading()
        self.trouble = ""
        if self.kind is None:  # empty, as of a server that has just been installed
            return Reading()
        written = datetime.fromtimestamp(mark[0][2] / 1e9, UTC)
        return read(self.kind, raw, self.path.name, Export(written, self._zone))

    def _say(self, trouble: str) -> None:
        self.trouble = trouble
