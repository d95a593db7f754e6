"""Reads a worker's spool in order, and removes what the worker has left and the database has.

It never writes to what it reads. What it cannot read and nobody writes to any more, it sets
aside under another name, so that what came later is not held up.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from safeguard.spool import CURRENT, FOLDER, SpoolError, current_of, open_segment, segments_of

DAMAGED = ".damaged"
NOTE = "drained"
ALARM_AFTER = 60.0  # seconds that records have waited
ALARM_FROM = 256 * 1024 * 1024
BESIDE = ("-wal", "-shm")
# What may pass by itself: no file is set aside for these. The second are of a disk that is full.
PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM,
                     sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL})  # fmt: skip
FULL_DISK = frozenset({sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE,
                       sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_WRITE})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spooled:
    """A record and its place in the spool."""

    position: int
    record: bytes


class Segment:
    """One file of a spool, open for reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = open_segment(path)
        except sqlite3.Error as error:
            raise SpoolError(f"a file of the spool {path.parent.name} cannot be read") from error
        try:
            self._connection.execute("PRAGMA query_only = ON")
            (spool_id,) = self._connection.execute("SELECT id FROM spool").fetchone()
        except (sqlite3.Error, TypeError) as error:
            self._connection.close()
            raise SpoolError(f"a file of the spool {path.parent.name} cannot be read") from error
        self.id = str(spool_id)
        self._file = path.stat().st_ino

    def after(self, position: int, limit: int) -> list[Spooled]:
        try:
            rows = self._connection.execute(
                "SELECT position, record FROM records WHERE position > ? ORDER BY position LIMIT ?",
                (position, limit),
            ).fetchall()
        except sqlite3.Error as error:
            raise SpoolError(
                f"a file of the spool {self.path.parent.name} cannot be read"
            ) from error
        return [Spooled(place, record) for place, record in rows]

    def is_at(self, path: Path) -> bool:
        """Say whether this is the file that is there now."""
        try:
            return self.path == path and path.stat().st_ino == self._file
        except FileNotFoundError:
            return False

    def close(self) -> None:
        self._connection.close()


class SpoolReader:
    """The files of one spool, one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._segment: Segment | None = None

    def after(self, position_of: Callable[[str], int], limit: int) -> tuple[str, list[Spooled]]:
        """Return the next records and the id of their spool; what has none left is removed."""
        for number, path in segments_of(self.folder):
            is_finished = number < current_of(self.folder)  # asked before it is read
            try:
                segment = self._open(path)
                found = segment.after(position_of(segment.id), limit)
            except SpoolError as error:
                self.close()
                if not is_finished or _may_pass(error.__cause__):
                    raise
                path.replace(path.with_suffix(DAMAGED))
                raise
            if not (found or is_finished):
                (self.folder / NOTE).touch()  # all there is has been read: see `problems`
            if found or not is_finished:
                return segment.id, found
            self.close()
            _remove(path)
        return "", []

    def close(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _open(self, path: Path) -> Segment:
        if self._segment is None or not self._segment.is_at(path):
            self.close()
            self._segment = Segment(path)
        return self._segment


def adopt(spools: Path) -> None:
    """Take over what the first version left: one file a worker, of the same tables."""
    for file in sorted(spools.glob("*.sqlite")):
        folder = spools / f"{file.stem}-before"
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / CURRENT).write_text("2\n")  # the file, its number 1, is finished
        for end in ("-wal", ""):  # the file itself last: it is what this looks for
            one = file.with_name(f"{file.name}{end}")
            if one.exists():
                one.replace(folder / f"{1:010}.sqlite{end}")
        file.with_name(f"{file.name}-shm").unlink(missing_ok=True)


def holds_records(folder: Path) -> bool:
    """Say whether a spool holds anything (it may be missing)."""
    for _, path in segments_of(folder):
        segment = Segment(path)
        try:
            if segment.after(0, 1):
                return True
        finally:
            segment.close()
    return False


def problems(data: Path, now: float | None = None) -> Iterator[str]:
    """Yield a sentence for each spool that a person should look into: for Health."""
    for folder in sorted(path for path in (data / FOLDER).glob("*") if path.is_dir()):
        yield from _problems(folder, time.time() if now is None else now)


def _problems(folder: Path, now: float) -> Iterator[str]:
    if any(folder.glob(f"*{DAMAGED}")):
        yield (
            f"A file of the spool {folder.name} could not be read and was set aside as "
            f"{folder.name}/*{DAMAGED}: keep it, and ask for help with it."
        )
    found = [path for _, path in segments_of(folder)]
    size = sum(_sizes(found))
    if size >= ALARM_FROM:
        yield (
            f"The spool {folder.name} holds {size // 2**20} MiB that the database has not taken: "
            "is `jobs` running, and can the database be reached?"
        )
    written = max((_written(_log(path)) for path in found), default=0.0)
    drained = _written(folder / NOTE)
    if written > drained and now - max(drained, _written(folder / CURRENT)) > ALARM_AFTER:
        yield (
            f"What the spool {folder.name} holds has waited for more than a minute: "
            "is `jobs` running, and can the database be reached?"
        )


def _may_pass(cause: BaseException | None) -> bool:
    """Say whether the file itself may be in order, so that it is tried again."""
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF in PASSING or code in FULL_DISK)


def _remove(path: Path) -> None:
    for end in (*BESIDE, ""):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)


def _sizes(paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        for one in (path, _log(path)):
            try:
                yield one.stat().st_size
            except FileNotFoundError:  # drained this moment
                continue


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
