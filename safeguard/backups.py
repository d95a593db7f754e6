"""Encrypted backups of all that is the school's own, and putting one back.

One file, encrypted by age to the public keys of the settings: only who holds a private key,
which is kept away from this machine, can open it. It holds the database, the access log, and
all keys: the content keys, and sealed.key with sealed.newest and the sealed lists they speak
of, for none of these is worth anything without the other. Rules and downloaded lists are made
again; spools are not in it.
"""

import fcntl
import hashlib
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from safeguard.age_files import decrypt, encrypt, identities_of, recipients_of
from safeguard.database_copies import copy_database, put_back, refuse
from safeguard.problems import UnusableError
from safeguard.sealed_files import alone
from safeguard.settings import Settings
from safeguard.vault import KEY_FILE

VERSION = 1
FOLDERS = ("ca", "phrases", "sealed", "sources", "subscriptions")
KEYS = KEY_FILE.parent.name
FILES = ("audit-heads.txt", "safeguard.toml")  # where the audit chain ended is not in the database
SUFFIXES = frozenset({".key", ".newest", ".pem", ".pub"})
MANIFEST = "manifest.json"
NAME = "safeguard-%Y%m%dT%H%M%SZ.age"
PATTERN = "safeguard-????????T??????Z.age"
PART = ".part"
WORK = ".backup-"


class Kept(msgspec.Struct, frozen=True):
    """A file in a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds."""

    version: int
    made_at: datetime
    engine: str
    files: dict[str, Kept]


def folder_of(settings: Settings) -> Path:
    return settings.backup.folder or settings.data / "backups"


def backups(settings: Settings) -> list[Path]:
    """Return the backups that are there, the newest first."""
    return sorted(folder_of(settings).glob(PATTERN), reverse=True)


def make(settings: Settings, now: datetime) -> Path:
    """Make a backup, remove those that are too many, and return its file."""
    if not settings.backup.recipients:
        raise UnusableError(
            "No backup can be made: backup.recipients names no public key. Make a key with "
            "`safeguard keys new-backup-key FILE`, keep FILE away from this machine, and put its "
            "public key there."
        )
    recipients = recipients_of(settings.backup.recipients)
    file = folder_of(settings) / now.strftime(NAME)
    with _written(file.parent), _alone(settings.data) as work:
        gathered = work / "files"
        gathered.mkdir(mode=0o700)
        engine = _gather(settings, gathered)
        manifest = Manifest(VERSION, now, engine, dict(_listed(gathered)))
        (work / MANIFEST).write_bytes(msgspec.json.encode(manifest))
        for left in file.parent.glob(f".{PATTERN}{PART}"):  # by a run that was killed
            left.unlink()
        part = file.with_name(f".{file.name}{PART}")
        try:
            encrypt([work / MANIFEST, gathered], part, recipients)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)  # on a full disk it would keep the disk full
        for old in backups(settings)[settings.backup.keep :]:
            old.unlink()
    return file


def make_daily(settings: Settings, now: datetime) -> None:
    """Make a backup, unless none are wanted or there is one of today: for what asks each hour."""
    today = now.strftime("safeguard-%Y%m%d")
    if settings.backup.recipients and not any(
        one.name.startswith(today) for one in backups(settings)
    ):
        make(settings, now)


def restore(settings: Settings, file: Path, identity: Path, *, force: bool = False) -> Manifest:
    """Put a backup back, into a data folder without data unless `force`; return what it held."""
    identities = identities_of(identity)
    _refuse_where_running(settings.data)
    if not force:
        _refuse_to_overwrite(settings)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _written(settings.data), _alone(settings.data) as work:
        decrypt(file, work / "tar", identities)
        manifest = _unpacked(work / "tar", work / "files", file)
        refuse(settings, manifest.engine, force=force)
        # The database first: without its keys, a start says so and makes no new ones.
        put_back(settings, work / "files", manifest.engine, force=force)
        for name in (KEYS, *FOLDERS, *FILES):
            _put(work / "files" / name, settings.data / name, work / "before")
    return manifest


def _gather(settings: Settings, folder: Path) -> str:
    """Copy everything. Keys are copied before and after: what was sealed meanwhile opens too."""
    data = settings.data
    _copy_keys(data, folder / KEYS)
    for name in FILES:
        if (data / name).is_file():
            shutil.copy2(data / name, folder / name)
    engine = copy_database(settings, folder)
    with alone(data):  # a sealed list and the record of it belong together
        _copy_keys(data, folder / KEYS)
        for name in FOLDERS:
            if (data / name).is_dir():
                shutil.copytree(data / name, folder / name, ignore=_drafts)
    return engine


def _copy_keys(data: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in sorted((data / KEYS).glob("*")):
        if file.suffix in SUFFIXES and not file.name.startswith("."):
            shutil.copy2(file, folder / file.name)


def _drafts(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(".") or name.endswith(".part")]


def _listed(folder: Path) -> Iterator[tuple[str, Kept]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            yield str(file.relative_to(folder)), Kept(file.stat().st_size, digest)


def _unpacked(tar: Path, folder: Path, file: Path) -> Manifest:
    """Unpack what the manifest names, as it names it, or nothing."""
    try:
        with tarfile.open(tar) as packed:
            packed.extractall(folder.parent, filter="data")
        manifest = msgspec.json.decode((folder.parent / MANIFEST).read_bytes(), type=Manifest)
    except (tarfile.TarError, OSError, msgspec.DecodeError) as error:
        raise UnusableError(f"{file} is no backup of Safeguard. Nothing was changed.") from error
    if manifest.version > VERSION:
        raise UnusableError(f"{file} was made by a newer Safeguard: restore it with that one.")
    if dict(_listed(folder)) != manifest.files:
        raise UnusableError(f"The backup {file} is not whole. Nothing was changed.")
    return manifest


def _put(source: Path, target: Path, aside: Path) -> None:
    if not source.exists():
        return
    if target.exists():
        aside.mkdir(exist_ok=True)
        target.replace(aside / target.name)
    if source.is_dir():
        source.chmod(0o700)
    source.replace(target)


def _refuse_to_overwrite(settings: Settings) -> None:
    names = (KEYS, "safeguard.sqlite", "access", *FOLDERS)
    found = [name for name in names if (settings.data / name).exists()]
    if found:
        raise UnusableError(
            f"{settings.data} has data already ({', '.join(found)}): restore into a new folder "
            "(--data), or give --force to replace what is there."
        )


def _refuse_where_running(data: Path) -> None:
    for file in (data / "locks").glob("*"):
        with file.open("rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UnusableError(
                    f"Safeguard runs on {data}: stop it before you restore a backup."
                ) from error


@contextmanager
def _alone(data: Path) -> Iterator[Path]:
    """Give a folder to work in, one at a time; what a killed run left there is removed."""
    with (data / ".backup.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnusableError(
                "A backup is being made or restored already: wait for it."
            ) from error
        for left in data.glob(f"{WORK}*/"):
            shutil.rmtree(left)
        with TemporaryDirectory(dir=data, prefix=WORK) as work:
            yield Path(work)


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Say in a sentence what the disk refuses."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UnusableError(
            f"The backup in {folder} could not be made or put back ({error.strerror}): make room, "
            "or let the account that runs Safeguard write there."
        ) from error
