"""Folders packed and encrypted; the rest is told by the backups."""

from pathlib import Path

import pytest

from safeguard import age_files, backups
from safeguard.problems import UnusableError
from safeguard.settings import Settings


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    age_files.new_identity(tmp_path / "identity.txt")
    return tmp_path / "identity.txt"


def test_what_is_packed_is_opened_the_same(identity: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(256)) * 9999)
    public = identity.read_text().split()[3]
    age_files.encrypt([tmp_path / "a"], tmp_path / "b", age_files.recipients_of([public]))
    age_files.decrypt(tmp_path / "b", tmp_path / "c", age_files.identities_of(identity))
    assert (tmp_path / "a").read_bytes() in (tmp_path / "c").read_bytes()


def test_a_private_key_is_never_overwritten_and_must_be_one(identity: Path, tmp_path: Path) -> None:
    assert identity.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnusableError, match="cannot be made"):
        age_files.new_identity(identity)
    new = Settings(data=tmp_path / "new")
    with pytest.raises(UnusableError, match="cannot be read as a private key"):
        backups.restore(new, tmp_path / "x", tmp_path / "none")
    (tmp_path / "empty").write_text("# nothing\n")
    with pytest.raises(UnusableError, match="no private key"):
        backups.restore(new, tmp_path / "x", tmp_path / "empty")
    with pytest.raises(UnusableError, match="There is no backup"):
        backups.restore(new, tmp_path / "x", identity)
