"""The spool: what a worker must not lose, on its own disk, before the database has it.

One SQLite file a worker. The worker alone writes rows; the drainer reads them in order of
`position`, keeps how far it came in the main database, and notes it beside the file for
the worker, who then prunes. So a killed worker, a killed drainer or an absent database
loses nothing, and nothing arrives twice.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from safeguard.core.events import Growth, Kept, SealedEvent, Tally
from safeguard.problems import UnusableError

PAGE = 4096
MOST_BYTES = 512 * 1024 * 1024
SHED_FROM = 0.8  # of the bound: from here only what must be kept is written
PRUNED_AT_ONCE = 1000  # so that no answer waits long for a prune
CHECKPOINT_FROM = 1024 * 1024
# Where no drainer runs, the worker itself keeps its log from growing without end.
CHECKPOINT_BY_WRITER_FROM = 64 * 1024 * 1024
FOLDER = "spool"

SCHEMA = """
CREATE TABLE IF NOT EXISTS spool (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    record BLOB NOT NULL
);
"""


class SpoolError(Exception):
    """The spool could not take or give a record: the disk is full, failing or read-only."""


_SHAPES: tuple[tuple[bytes, type[Kept]], ...] = (
    (b"e", SealedEvent),
    (b"g", Growth),
    (b"t", Tally),
)
_encoder = msgspec.msgpack.Encoder()
_marks = {shape: mark for mark, shape in _SHAPES}
_decoders = {mark: msgspec.msgpack.Decoder(shape) for mark, shape in _SHAPES}


def encode(kept: Kept) -> bytes:
    return _marks[type(kept)] + _encoder.encode(kept)


def decode(record: bytes) -> Kept:
    """Return what is kept; ValueError where the record is none of ours."""
    decoder = _decoders.get(record[:1])
    if decoder is None:
        raise ValueError("a record of no known shape")
    return decoder.decode(record[1:])


def spool_file(data: Path, name: str) -> Path:
    return data / FOLDER / f"{name}.sqlite"


class SpoolWriter:
    """Appends records and prunes drained ones. Open it after the fork, in the worker."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self.shed = 0
        self._shed_from = int(most_bytes / PAGE * SHED_FROM)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            os.close(descriptor)
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=5
            )
            with _closed_if_unusable(self._connection):
                self.id = self._prepare(most_bytes)
        except (OSError, sqlite3.Error) as error:
            raise UnusableError(
                f"The spool {path} cannot be used ({error}): "
                "make room and give access to that folder, or move the damaged file away."
            ) from error

    def _prepare(self, most_bytes: int) -> str:
        connection = self._connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA max_page_count = {most_bytes // PAGE}")
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        row = connection.execute("SELECT id FROM spool").fetchone()
        if row is None:
            row = (secrets.token_hex(16),)
            connection.execute("INSERT INTO spool VALUES (?)", row)
        connection.execute("COMMIT")
        return str(row[0])

    def append(self, record: bytes) -> int:
        """Commit one record that must be kept, and return its position."""
        with self._trouble_named():
            cursor = self._connection.execute("INSERT INTO records (record) VALUES (?)", (record,))
        return cursor.lastrowid or 0

    def append_many(self, records: Sequence[bytes]) -> bool:
        """Commit records that may be shed, all or none: False (and counted) near the bound."""
        if self.is_nearly_full():
            self.shed += len(records)
            return False
        with self._trouble_named():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(
                    "INSERT INTO records (record) VALUES (?)", [(record,) for record in records]
                )
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return True

    def is_nearly_full(self) -> bool:
        with self._trouble_named():
            (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
            if pages < self._shed_from:
                return False
            (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        return bool(pages - free >= self._shed_from)

    def prune(self, up_to: int) -> int:
        """Remove drained records, some at a time; return how many went."""
        with self._trouble_named():
            gone = self._connection.execute(
                "DELETE FROM records WHERE position <= min(?, "
                "(SELECT min(position) FROM records) + ?)",
                (up_to, PRUNED_AT_ONCE - 1),
            ).rowcount
            _checkpoint(self._connection, self.path, CHECKPOINT_BY_WRITER_FROM)
        return gone

    def drained(self) -> int:
        """Return how far the drainer has come, by its note beside the file."""
        try:
            spool_id, position = _note(self.path).read_text().split()
            return int(position) if spool_id == self.id else 0
        except (OSError, ValueError):
            return 0

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _trouble_named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise SpoolError(f"the spool {self.path.name} cannot be written: {error}") from error


@dataclass(frozen=True, slots=True)
class Spooled:
    """A record and its place in the spool."""

    position: int
    record: bytes


class SpoolReader:
    """Reads records in order, and checkpoints for the worker, who must not wait for a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Never "create": a reader that makes an empty spool would hide a mistake.
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=5
            )
            with _closed_if_unusable(self._connection):
                (spool_id,) = self._connection.execute("SELECT id FROM spool").fetchone() or ("",)
            self._file = path.stat().st_ino
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"the spool {path.name} cannot be read: {error}") from error
        self.id = str(spool_id)

    def is_current(self) -> bool:
        """Say whether the file is still the one that was opened, and finished."""
        try:
            return bool(self.id) and self.path.stat().st_ino == self._file
        except OSError:
            return False

    def after(self, position: int, limit: int) -> list[Spooled]:
        try:
            rows = self._connection.execute(
                "SELECT position, record FROM records WHERE position > ? ORDER BY position LIMIT ?",
                (position, limit),
            ).fetchall()
        except sqlite3.Error as error:
            raise SpoolError(f"the spool {self.path.name} cannot be read: {error}") from error
        return [Spooled(place, record) for place, record in rows]

    def note_drained(self, position: int) -> None:
        """Tell the worker how far the database has it, and checkpoint where it is worth it."""
        note = _note(self.path)
        draft = note.with_suffix(".draft")
        try:
            draft.write_text(f"{self.id} {position}\n")
            draft.replace(note)
            _checkpoint(self._connection, self.path, CHECKPOINT_FROM)
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"the spool {self.path.name} cannot be noted: {error}") from error

    def close(self) -> None:
        self._connection.close()


def holds_records(path: Path) -> bool:
    """Say whether a spool holds anything (it may be missing)."""
    if not path.exists():
        return False
    with closing(SpoolReader(path)) as reader:
        return bool(reader.after(0, 1))


@contextmanager
def _closed_if_unusable(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        connection.close()
        raise


def _note(path: Path) -> Path:
    return path.with_suffix(".drained")


def _checkpoint(connection: sqlite3.Connection, path: Path, from_bytes: int) -> None:
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size >= from_bytes:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
