"""Nodes that share a database filter by the same rules: what one built, the others take.

    DATA/rules-shared     the number and the fingerprint of the rules last shared or taken

An artefact travels with the sources and subscriptions that it was built from, as one archive in
the database, so that any node can go on where another ended. A node that was away takes what is
there before it shares anything of its own; of two that share at once, the first one's stand, and
the other takes them. What was taken is checked file by file before it is put in force; whatever
is wrong with it, the rules of before stay.
"""

import hashlib
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import zstandard

from safeguard.artefact import DATES, LAYOUT, dates_of, digest_of, manifest_of, open_artefact
from safeguard.building import alone, put_in_force, rules_in_force
from safeguard.list_files import sync, write_whole
from safeguard.problems import UnusableError
from safeguard.sources import inputs_digest
from safeguard.store.session import Store
from safeguard.store.shared_rules import Shared, latest, parts_of, put

FILE = "rules-shared"
PART = 1 << 20
MOST_BYTES = 8 << 30  # unpacked
LEVEL = 3
BESIDE = ("sources", "subscriptions")  # what an artefact was built from
ARCHIVE, UNPACKED = "archive", "unpacked"

# What another process is at: a lock, downloads and imports that are not done.
_UNFINISHED = re.compile(
    r"subscriptions/(?:lock|incoming|\.[^/]*)|sources/[^/]+/(?:incoming-|\.)[^/]*"
)


class TakenError(Exception):
    """What the database holds cannot be put in force here; says why."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What this node shared or took last."""

    number: int = 0
    fingerprint: str = ""


def synced(data: Path) -> Synced:
    try:
        number, fingerprint = (data / FILE).read_text("ascii").split()
        return Synced(int(number), fingerprint)
    except (OSError, ValueError):
        return Synced()


def share(data: Path, store: Store, node: str, now: datetime) -> str:
    """Take the rules that another node built, or share those built here; return any trouble.

    Call it every second: mostly there is nothing to do. Where one node has the database to
    itself, as on SQLite, it does nothing. Raises AwayError where the database is away.
    """
    if store.engine.dialect.name != "postgresql":
        return ""
    there, here = latest(store), synced(data)
    try:
        if there.number > here.number:
            _take(data, store, there)
        elif there.number < here.number:
            _note(data, there)  # an older database was restored: what is here is shared anew
        elif here.fingerprint != (fingerprint := rules_in_force(data)) and fingerprint:
            _share(data, store, Shared(there.number + 1, fingerprint, node), now)
    except (TakenError, UnusableError) as error:
        return f"It cannot take the rules that the other nodes have: {error}"
    except OSError as error:
        return f"It cannot share rules with the other nodes: {error.strerror or error}."
    return ""


def _share(data: Path, store: Store, shared: Shared, now: datetime) -> None:
    with alone(data) as work:
        if rules_in_force(data) != shared.fingerprint:
            return  # others were built meanwhile
        archive = work / ARCHIVE
        _pack(data, shared.fingerprint, archive)
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            offered = Shared(shared.number, shared.fingerprint, shared.node, digest=digest)
            if put(store, offered, _parts(file), now):
                _note(data, shared)


def _pack(data: Path, fingerprint: str, archive: Path) -> None:
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    with (
        archive.open("wb") as raw,
        compressor.stream_writer(raw) as stream,
        tarfile.open(fileobj=stream, mode="w|") as packed,
    ):
        packed.add(data / "rules" / fingerprint, f"rules/{fingerprint}")
        for name in BESIDE:
            if (data / name).is_dir():
                packed.add(data / name, name, filter=_finished)


def _finished(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if _UNFINISHED.fullmatch(member.name) else member


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(PART):
        yield part


def _take(data: Path, store: Store, there: Shared) -> None:
    with alone(data) as work:
        made = work / UNPACKED
        if rules_in_force(data) != there.fingerprint:
            _fetch(store, there, work / ARCHIVE)
            _unpack(work / ARCHIVE, made)
            _check(made, there.fingerprint)
            _put(data, made, there.fingerprint)
    _note(data, there)


def _fetch(store: Store, there: Shared, archive: Path) -> None:
    digest = hashlib.sha256()
    with archive.open("wb") as file:
        for part in parts_of(store, there):
            digest.update(part)
            file.write(part)
    if digest.hexdigest() != there.digest:
        raise TakenError("they did not arrive whole, and are asked for again.")


def _unpack(archive: Path, folder: Path) -> None:
    left = MOST_BYTES
    try:
        with (
            archive.open("rb") as raw,
            zstandard.ZstdDecompressor().stream_reader(raw) as stream,
            tarfile.open(fileobj=stream, mode="r|") as packed,
        ):
            for member in packed:
                left -= member.size
                if left < 0:
                    raise TakenError("they are larger than rules ever are.")
                packed.extract(member, folder, filter="data")
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise TakenError(f"their archive cannot be read ({type(error).__name__}).") from error


def _check(made: Path, fingerprint: str) -> None:
    """Check every file whole, and open it all, as a worker would."""
    folder = made / "rules" / fingerprint
    manifest = manifest_of(made, fingerprint)
    if manifest["layout"] != LAYOUT:
        raise TakenError(
            "another version of Safeguard built them. Bring all nodes to the same version."
        )
    named = manifest["files"]
    for file in folder.iterdir():
        if file.name in named and digest_of(file.read_bytes()) != named[file.name]["digest"]:
            raise TakenError(f"{file.name} is not the one that was built.")
    open_artefact(made, fingerprint)


def _put(data: Path, made: Path, fingerprint: str) -> None:
    """Put sources first and the artefact last: where we die between, all is taken again."""
    folder = made / "rules" / fingerprint
    dates = dates_of(folder)
    (folder / DATES).unlink(missing_ok=True)
    for name in BESIDE:
        before = data / f"{name}-before"  # lists that were taken in here alone may be in it
        if (data / name).exists():
            shutil.rmtree(before, ignore_errors=True)
            (data / name).rename(before)
        if (made / name).exists():
            (made / name).rename(data / name)
    sync(data)
    inputs = inputs_digest(data)
    held = "" if inputs == manifest_of(made, fingerprint)["inputs"] else inputs
    put_in_force(data, folder, fingerprint, dates, held)


def _note(data: Path, shared: Shared) -> None:
    write_whole(data / FILE, f"{shared.number} {shared.fingerprint}\n")
