"""The spool: what a worker must not lose, on its own disk, before the database has it.

One folder a worker, of SQLite files that follow one another. The worker alone writes; what it
writes is read by the drainer (spool_reader.py), which removes a file once the worker has gone on
to the next one and the database has all of it. So a killed worker, a killed drainer or an absent
database loses nothing, and nothing arrives twice.

No file is ever checkpointed while it is written to: a checkpoint would make an answer wait for
the disk, and SQLite before 3.51.3 can lose pages where one connection checkpoints while another
begins its log anew. A file is left for the next one instead, and checkpointed when it is left.
"""

import fcntl
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path
from threading import Event, Lock
from typing import Literal

from safeguard.problems import UnusableError

PAGE = 4096
MOST_BYTES = 512 * 1024 * 1024
SEGMENT_BYTES = 8 * 1024 * 1024
FOLDER = "spool"
CURRENT = "current"
SUFFIX = ".sqlite"
LOCK_TRIES = 100
LOCK_PAUSE = 0.05

type Synchronous = Literal["normal", "full"]  # full: each commit waits for the disk

SCHEMA = """
CREATE TABLE spool (id TEXT NOT NULL);
CREATE TABLE records (position INTEGER PRIMARY KEY, record BLOB NOT NULL);
"""


class SpoolError(Exception):
    """The spool could not take or give a record: the disk is full, failing or read-only."""


class Share(Enum):
    """What may be shed: from which part of the bound, and from how little room on the disk."""

    VISITS = 0.5, 256 * 1024 * 1024
    COUNTED = 0.8, 64 * 1024 * 1024

    @property
    def of_bound(self) -> float:
        return self.value[0]

    @property
    def least_free(self) -> int:
        return self.value[1]


def spool_folder(data: Path, name: str) -> Path:
    return data / FOLDER / name


def current_of(folder: Path) -> int:
    """Return the number of the segment that is written to: those below it are finished.

    Nothing is finished where the worker noted nothing that can be read.
    """
    try:
        return int((folder / CURRENT).read_text())
    except (OSError, ValueError):
        return 0


def segments_of(folder: Path) -> list[tuple[int, Path]]:
    """Return the segments and their numbers, the oldest first."""
    found = ((path.stem, path) for path in folder.glob(f"*{SUFFIX}"))
    return sorted((int(stem), path) for stem, path in found if stem.isdecimal())


class SpoolWriter:
    """Appends records. Open it after the fork, in the worker; call `tend` off its loop."""

    def __init__(
        self,
        folder: Path,
        most_bytes: int = MOST_BYTES,
        segment_bytes: int = SEGMENT_BYTES,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        synchronous: Synchronous = "normal",
    ) -> None:
        self.folder = folder
        self._synchronous = synchronous
        self.shed = dict.fromkeys(Share, 0)
        self._most, self._segment_bytes, self._free_of = most_bytes, segment_bytes, free
        self._lock = Lock()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._hold = _alone(folder)
            # Another id each time: after a power cut the database may have more of the last run
            # than the disk has, and would take what comes now for what it knows already.
            self.id = secrets.token_hex(16)
            self._position = 0
            numbers = [current_of(folder), *(number for number, _ in segments_of(folder))]
            self._number = max(numbers) + 1
            self._connection = self._begin(self._number)
            self._note()
            self._used, self._free = _size(folder), free(folder)
        except (OSError, sqlite3.Error) as error:
            raise UnusableError(
                f"The spool {folder} cannot be used ({error}): "
                "make room and give access to that folder, or move it away."
            ) from error

    def append(self, record: bytes) -> int:
        """Commit one record that must be kept, and return its position."""
        with self._lock, self._trouble_named():
            self._take(len(record))
            self._position += 1
            self._connection.execute("INSERT INTO records VALUES (?, ?)", (self._position, record))
            return self._position

    def append_many(self, records: Sequence[bytes], share: Share) -> bool:
        """Commit records that may be shed, all or none: False (and counted) where room is short."""
        with self._lock, self._trouble_named():
            if self._is_short(share):
                self.shed[share] += len(records)
                return False
            self._take(sum(len(record) for record in records))
            first = self._position + 1
            self._position += len(records)
            with _transaction(self._connection) as connection:
                rows = list(enumerate(records, first))
                connection.executemany("INSERT INTO records VALUES (?, ?)", rows)
            return True

    def tend(self) -> None:
        """Go on to the next segment where this one is long, and bring what is written to the disk.

        It takes as long as the disk does, and nobody waits for it.
        """
        with self._trouble_named():
            if self._log().stat().st_size >= self._segment_bytes:
                self._go_on()
            if self._noted != self._number:  # else what is written now would wait to be read
                self._note()
            _sync(self._log())  # a power cut loses what came after this
            used, free = _size(self.folder), self._free_of(self.folder)
            with self._lock:
                self._used, self._free = used, free

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            if self._hold >= 0:
                os.close(self._hold)
            self._hold = -1

    def _go_on(self) -> None:
        connection = self._begin(self._number + 1)
        with self._lock:
            left, self._connection = self._connection, connection
            self._number += 1
        with closing(left):
            left.execute("PRAGMA busy_timeout = 0")
            left.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # nobody writes there now

    def _begin(self, number: int) -> sqlite3.Connection:
        """Make a segment whole on the disk, and open it."""
        path = self.folder / f"{number:010}{SUFFIX}"
        draft = path.with_suffix(".new")
        for one in (draft, draft.with_name(f"{draft.name}-journal")):
            one.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        making = sqlite3.connect(draft, isolation_level=None)
        try:
            making.executescript(SCHEMA)
            making.execute("INSERT INTO spool VALUES (?)", (self.id,))
            making.execute("PRAGMA journal_mode = WAL")
        finally:
            making.close()
        draft.replace(path)
        _sync(self.folder)
        connection = open_segment(path)
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.execute("UPDATE spool SET id = id")  # so that no record waits for a new log
        return connection

    def _note(self) -> None:
        draft = self.folder / f"{CURRENT}.draft"
        draft.write_text(f"{self._number}\n")
        draft.replace(self.folder / CURRENT)
        self._noted = self._number

    def _log(self) -> Path:
        return self.folder / f"{self._number:010}{SUFFIX}-wal"

    def _is_short(self, share: Share) -> bool:
        return self._used >= self._most * share.of_bound or self._free < share.least_free

    def _take(self, length: int) -> None:
        """Reckon with what a commit takes, until the next `tend` looks at the folder itself."""
        used = self._used + length + 2 * PAGE
        if used > self._most:
            raise sqlite3.OperationalError("it has reached its bound")
        self._used = used

    @contextmanager
    def _trouble_named(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"the spool {self.folder.name} cannot be written: {error}") from error


def open_segment(path: Path) -> sqlite3.Connection:
    """Open a segment that is there; whoever does, no commit and no close checkpoints it."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5,
    )
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _alone(folder: Path) -> int:
    """Hold the folder: two writers would give the same positions. One that ends lets go of it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    pause = Event()
    for left in range(LOCK_TRIES, 0, -1):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if left == 1:
                os.close(descriptor)
                raise
            pause.wait(LOCK_PAUSE)
        else:
            break
    return descriptor


def _size(folder: Path) -> int:
    total = 0
    for path in folder.iterdir():
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # the drainer has just removed it
            continue
    return total


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
