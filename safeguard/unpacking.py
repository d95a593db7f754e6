"""Unpack a downloaded archive (.gz, .tar, .tar.gz, .zip) without believing what it says.

Only plain files are taken out, each below the folder it goes to: no name leads out of it, no
link is followed or made, and what comes out is counted as it comes, whatever sizes are stated.
"""

import errno
import gzip
import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast, override

MOST_BYTES = 1 << 30  # of all that is unpacked
MOST_FILES = 10_000

_ASK = "see that its address leads to a list, or ask its makers"
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_TAR_AT, _TAR = 257, b"ustar"
_BLOCK = 1 << 20
_MOST_TIMES, _SLACK = 200, 16 << 20  # lists shrink to a fifth; what shrinks more is a trap
_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EIO}
_MOST_AT_ONCE = 4 << 20  # no header is larger: what asks for more is made to fill the memory
_BROKEN = (
    OSError, EOFError, ValueError, zlib.error, tarfile.TarError, zipfile.BadZipFile,
    NotImplementedError, RuntimeError,  # zipfile: an odd packing, a password
)  # fmt: skip


class ArchiveError(Exception):
    """Why an archive is not unpacked, as a sentence: what, and the mend."""


def unpack(file: Path, folder: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Return what an archive holds, unpacked below `folder`: a file, or a folder of files.

    A file that is no archive is returned as it is. Raises ArchiveError.
    """
    folder.mkdir()
    room = _Room(min(most_bytes, file.stat().st_size * _MOST_TIMES + _SLACK))
    try:
        return _unpacked(file, folder, room)
    except _BROKEN as error:
        if getattr(error, "errno", None) in _OURS:
            raise ArchiveError(
                f"it cannot be kept, unpacked ({error}): make room, or see who may write there"
            ) from error
        raise ArchiveError(f"it cannot be unpacked ({error}): {_ASK}") from error


@dataclass(slots=True)
class _Room:
    """How much may still come out."""

    left: int
    files: int = MOST_FILES

    def copy(self, source: IO[bytes], target: Path) -> None:
        self.files -= 1
        if self.files < 0:
            raise _too_many()
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise ArchiveError(f"two files in it have one name: {_ASK}")
        with target.open("wb") as stream:
            while block := source.read(_BLOCK):
                self.left -= len(block)
                if self.left < 0:
                    raise ArchiveError(
                        "it holds too much, unpacked: if it is a list, and no trap, raise the "
                        "setting subscriptions.largest_unpacked_mib"
                    )
                stream.write(block)


def _too_many() -> ArchiveError:
    return ArchiveError(f"it holds more than {MOST_FILES:,} files: {_ASK}")


class _Cautious(io.BufferedReader):
    """A file that is never read in one piece: stated sizes are not to be trusted."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        left = os.fstat(self.fileno()).st_size - self.tell()
        size = left if size is None or size < 0 else size
        if size > _MOST_AT_ONCE:
            raise ArchiveError(f"its headers are larger than any real archive's: {_ASK}")
        return super().read(size)


def _unpacked(file: Path, folder: Path, room: _Room) -> Path:
    if _starts(file, _GZIP):
        plain = folder / file.name
        with gzip.open(file) as stream:
            room.copy(cast("IO[bytes]", stream), plain)
        file = plain
    if _starts(file, _GZIP):
        raise ArchiveError(f"it is packed twice: {_ASK}")
    target = folder / "files"
    if _starts(file, _TAR, _TAR_AT):
        _take_out(_tarred(file), target, room)
    elif _starts(file, _ZIP):
        _take_out(_zipped(file), target, room)
    else:
        return file
    return _within(target)


def _take_out(members: Iterator[tuple[str, IO[bytes]]], target: Path, room: _Room) -> None:
    target.mkdir()
    for name, stream in members:
        path = _inside(target, name)
        with stream:
            room.copy(stream, path)
        if _starts(path, _GZIP):
            path.unlink()  # an archive in an archive
    if not any(target.iterdir()):
        raise ArchiveError(f"it holds no file: {_ASK}")


def _tarred(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with _cautious(file) as raw, tarfile.open(fileobj=raw, mode="r:") as archive:
        for number, member in enumerate(archive):
            if number >= MOST_FILES:
                raise _too_many()
            if member.isreg() and not member.issparse() and (stream := archive.extractfile(member)):
                yield member.name, stream


def _zipped(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with _cautious(file) as raw, zipfile.ZipFile(raw) as archive:
        for member in archive.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            if member.is_dir() or kind not in {0, stat.S_IFREG}:
                continue
            if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise ArchiveError(f"it is packed in a way that is not read: {_ASK}")
            yield member.filename, archive.open(member)


def _inside(folder: Path, name: str) -> Path:
    """Where a member goes. A name that leads elsewhere makes the whole archive suspect."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise ArchiveError(f"a name in it leads out of its folder: {_ASK}")
    if not name.isprintable():
        raise ArchiveError(f"a name in it holds signs that cannot be shown: {_ASK}")
    return folder.joinpath(*path.parts)


def _within(folder: Path) -> Path:
    """Pass over a folder, or a file, that is all an archive holds."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 else folder


@contextmanager
def _cautious(file: Path) -> Iterator[_Cautious]:
    with file.open("rb", buffering=0) as raw, _Cautious(raw) as reader:
        yield reader


def _starts(file: Path, magic: bytes, at: int = 0) -> bool:
    with file.open("rb") as stream:
        stream.seek(at)
        return stream.read(len(magic)) == magic
