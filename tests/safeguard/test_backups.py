"""A backup is the school's own, only its holder of a key can open it, and it comes back the same."""

import fcntl
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pyrage
import pytest

from safeguard import age_files, backups, database_copies
from safeguard.keeping_settings import Backup
from safeguard.problems import UnusableError
from safeguard.sealed_files import Content, key_for, read_newest, write_list
from safeguard.sealing import load_sealing
from safeguard.settings import Database, Settings
from safeguard.store import audit_verify, events, holds, schema
from safeguard.store.access import WantedVisits, search
from safeguard.store.session import Store
from safeguard.vault import rotate
from tests.postgres import PostgresServer
from tests.safeguard.samples import NOW, reviewer, stored_event
from tests.safeguard.store.keeping_samples import event
from tests.safeguard.store.test_retention import bring_visits


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    age_files.new_identity(tmp_path / "identity.txt")
    return tmp_path / "identity.txt"


@pytest.fixture
def school(any_settings: Settings, any_store: Store, identity: Path) -> Settings:
    """A school with something of everything, and a key to encrypt its backups to."""
    data = any_settings.data
    event(any_store, 1, 0)
    bring_visits(any_store, (0, "pupil-7"), (1, "pupil-7"))
    holds.place(any_store, reviewer(any_store), "the police asked", NOW, "pupil-7")
    rotate(data, NOW.date())
    event(any_store, 2, 0, words="after the key was changed")
    seal_a_list(data)
    for name in (
        "ca/ca.pem",
        "sources/mine/domains",
        "rules/abc/manifest",
        "audit-heads.txt",
        "keys/content.key.1a2b3c4d",
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    (data / "safeguard.toml").write_text('[school]\nname = "Hill"\n')
    public = identity.read_text().split()[3]
    return any_settings.model_copy(update={"backup": Backup(recipients=(public,), keep=2)})


def seal_a_list(data: Path) -> None:
    key = key_for(data, "iwf")
    write_list(data, key, Content(2, "iwf", "illegal", 7, NOW, False, b"", b"", b""))


def elsewhere(school: Settings, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A new data folder, and on PostgreSQL a new database."""
    url = school.database.url
    if url:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.empty_database()
    return school.model_copy(update={"data": tmp_path / "new", "database": Database(url=url)})


def dump(settings: Settings) -> str:
    """All tables, as their engine writes them down."""
    if settings.database.url:
        said = database_copies._run(settings, "pg_dump", "--no-owner")
        return "\n".join(line for line in said.splitlines() if "restrict " not in line)
    files = [
        settings.data / "safeguard.sqlite",
        *sorted((settings.data / "access").glob("*.sqlite")),
    ]
    lines = []
    for file in files:
        with closing(sqlite3.connect(file)) as connection:
            lines += [file.name, *connection.iterdump()]
    return "\n".join(lines)


def test_what_is_put_back_is_the_same_byte_for_byte(
    school: Settings, identity: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file = backups.make(school, NOW)
    new = elsewhere(school, request, tmp_path)
    manifest = backups.restore(new, file, identity)
    assert manifest.made_at == NOW
    assert dump(new) == dump(school)
    store = schema.prepare(new)
    try:
        for number, words in ((1, "so sad today"), (2, "after the key was changed")):
            found = events.event(store, stored_event(number).id)
            assert found is not None
            assert found.event.private.words == words
        visits = search(store, WantedVisits(person="pupil-7"), NOW.date(), paths=True).visits
        assert [one.path for one in visits] == ["/x"]
        assert audit_verify.verify(store) == audit_verify.verify(store)
        assert not hasattr(audit_verify.verify(store), "what")
    finally:
        store.close()


def test_keys_sealed_lists_and_their_record_come_back_together(
    school: Settings, identity: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    new = elsewhere(school, request, tmp_path)
    backups.restore(new, backups.make(school, NOW), identity)
    names = {str(one.relative_to(new.data)) for one in new.data.rglob("*") if one.is_file()}
    assert {"keys/sealed.key", "keys/sealed.newest", "keys/content.key", "keys/index.key"} <= names
    assert {
        "sealed/iwf.sealed",
        "ca/ca.pem",
        "sources/mine/domains",
        "safeguard.toml",
        "audit-heads.txt",
    } <= names
    assert not any(name.startswith(("rules/", "spool/")) or "1a2b3c4d" in name for name in names)
    assert (new.data / "keys").stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o077 for one in (new.data / "keys").iterdir()} == {0}
    assert load_sealing(new.data, ["iwf"]).faults == ()
    assert read_newest(new.data, (new.data / "keys/sealed.key").read_bytes()) == {"iwf": 7}


def test_nothing_in_a_backup_can_be_read_without_its_key(school: Settings, tmp_path: Path) -> None:
    file = backups.make(school, NOW)
    raw = file.read_bytes()
    assert raw.startswith(b"age-encryption.org/v1")
    assert b"SQLite" not in raw
    assert b"Hill" not in raw
    assert file.stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other.txt"
    age_files.new_identity(other)
    new = school.model_copy(update={"data": tmp_path / "new"})
    with pytest.raises(UnusableError, match="damaged, or encrypted to another key"):
        backups.restore(new, file, other)


@pytest.mark.parametrize("how", ["cut", "flipped", "begun", "foreign", "short", "newer"])
def test_a_damaged_backup_is_a_sentence_and_changes_nothing(
    school: Settings, identity: Path, tmp_path: Path, how: str
) -> None:
    file = backups.make(school, NOW)
    raw = bytearray(file.read_bytes())
    public = pyrage.x25519.Recipient.from_str(school.backup.recipients[0])
    match how:
        case "cut":
            raw = raw[: len(raw) // 2]
        case "flipped":
            raw[-40] ^= 1
        case "begun":
            raw = raw[:10]
        case "foreign":
            raw = bytearray(pyrage.encrypt(b"no tar at all" * 99, [public]))
        case _:
            raw = bytearray(other_backup(tmp_path, how, public))
    file.write_bytes(raw)
    new = school.model_copy(update={"data": tmp_path / "new"})
    with pytest.raises(
        UnusableError, match=r"damaged|no backup of Safeguard|not whole|newer Safeguard"
    ):
        backups.restore(new, file, identity)
    assert [one.name for one in new.data.iterdir()] == [".backup.lock"]


def other_backup(folder: Path, how: str, public: object) -> bytes:

    (folder / "files").mkdir()
    version = 2 if how == "newer" else 1
    (folder / "manifest.json").write_text(
        f'{{"version":{version},"made_at":"2026-03-04T10:30:00Z","engine":"sqlite",'
        '"files":{"a":{"size":1,"sha256":""}}}'
    )
    with tarfile.open(folder / "tar", "w") as tar:
        tar.add(folder / "manifest.json", "manifest.json")
        tar.add(folder / "files", "files")
    return bytes(pyrage.encrypt((folder / "tar").read_bytes(), [public]))


def test_what_is_there_is_replaced_only_by_force(school: Settings, identity: Path) -> None:
    file = backups.make(school, NOW)
    before = dump(school)
    store = schema.prepare(school)
    event(store, 3, 0)
    store.close()
    with pytest.raises(UnusableError, match=r"has data already .*--force"):
        backups.restore(school, file, identity)
    assert dump(school) != before
    backups.restore(school, file, identity, force=True)
    assert dump(school) == before


def test_a_database_with_tables_is_replaced_only_by_force(
    school: Settings, identity: Path, tmp_path: Path
) -> None:
    file = backups.make(school, NOW)
    new = school.model_copy(update={"data": tmp_path / "new"})
    if not school.database.url:
        database_copies.refuse(new, "sqlite", force=False)  # its file was looked for
        return
    with pytest.raises(UnusableError, match="has tables already"):
        backups.restore(new, file, identity)
    assert not (new.data / "keys").exists()


def test_a_backup_goes_back_to_its_own_kind_of_database(
    school: Settings, identity: Path, tmp_path: Path
) -> None:
    file = backups.make(school, NOW)
    url = "" if school.database.url else "postgresql://nobody@127.0.0.1:1/none"
    new = school.model_copy(update={"data": tmp_path / "new", "database": Database(url=url)})
    with pytest.raises(UnusableError, match="The backup is of"):
        backups.restore(new, file, identity)
    assert not (new.data / "keys").exists()


def test_a_filter_that_runs_is_not_restored_under_its_feet(
    school: Settings, identity: Path
) -> None:
    file = backups.make(school, NOW)
    (school.data / "locks").mkdir()
    with (school.data / "locks/proxy").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UnusableError, match="stop it before"):
            backups.restore(school, file, identity, force=True)


def test_old_backups_are_removed_and_nothing_else(school: Settings) -> None:
    made = [backups.make(school, NOW + timedelta(days=day)) for day in range(4)]
    (made[0].parent / "notes.txt").write_text("mine")
    backups.make(school, NOW + timedelta(days=4))
    assert [one.name[10:18] for one in backups.backups(school)] == ["20260308", "20260307"]
    assert (made[0].parent / "notes.txt").exists()


def test_one_backup_is_made_at_a_time_and_what_a_killed_one_left_is_removed(
    school: Settings,
) -> None:
    (school.data / ".backup-left").mkdir()
    (school.data / "backups").mkdir()
    (school.data / "backups/.safeguard-20260303T103000Z.age.part").write_text("half")
    with (school.data / ".backup.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UnusableError, match="already"):
            backups.make(school, NOW)
    backups.make(school, NOW)
    assert list(school.data.glob(".backup-*")) == []
    assert list((school.data / "backups").iterdir()) == backups.backups(school)


def test_without_a_public_key_there_is_no_backup(school: Settings) -> None:
    none = school.model_copy(update={"backup": Backup()})
    with pytest.raises(UnusableError, match="new-backup-key"):
        backups.make(none, NOW)
    odd = school.model_copy(update={"backup": Backup(recipients=("age1qqqq",))})
    with pytest.raises(UnusableError, match="no public key"):
        backups.make(odd, NOW)


def test_a_disk_that_refuses_is_a_sentence(school: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    odd = school.model_copy(
        update={"backup": school.backup.model_copy(update={"folder": tmp_path / "file"})}
    )
    with pytest.raises(UnusableError, match="could not be made or put back"):
        backups.make(odd, NOW)


def test_what_fails_while_it_is_packed_leaves_no_half_backup(
    school: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", fails)
    with pytest.raises(UnusableError, match="No space left"):
        backups.make(school, NOW)
    assert list((school.data / "backups").iterdir()) == []


def test_a_disk_that_is_full_while_it_is_encrypted_is_not_kept_full(
    school: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_source: object, target: BinaryIO, _recipients: object) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyrage, "encrypt_io", fails)
    with pytest.raises(UnusableError, match="No space left"):
        backups.make(school, NOW)
    assert list((school.data / "backups").iterdir()) == []


def test_a_backup_while_events_come_in_is_whole(
    school: Settings, identity: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    writing = """
import sys
from tests.safeguard.store.keeping_samples import event
from safeguard.settings import Database, Settings
from safeguard.store.session import open_store
from pathlib import Path
store = open_store(Settings(data=Path(sys.argv[1]), database=Database(url=sys.argv[2])))
for number in range(10, 100000):
    event(store, number, 0)
    print(number, flush=True)
"""

    with subprocess.Popen(
        [sys.executable, "-c", writing, str(school.data), school.database.url],
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        file = backups.make(school, NOW)
        child.kill()
    new = elsewhere(school, request, tmp_path)
    backups.restore(new, file, identity)
    store = schema.prepare(new)
    assert events.event(store, stored_event(10).id) is not None
    store.close()


def test_asked_each_hour_it_makes_one_a_day(school: Settings) -> None:
    for hours in (0, 1, 13, 14, 24):
        backups.make_daily(school, NOW + timedelta(hours=hours))
    assert len(backups.backups(school)) == 2
    none = school.model_copy(update={"backup": Backup(folder=school.data / "other")})
    backups.make_daily(none, NOW)
    assert not (school.data / "other").exists()
