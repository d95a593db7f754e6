"""The key that signs sessions."""

from pathlib import Path

import pytest

from admin_web.secret_key import KEY_BYTES, load_or_create
from safeguard.problems import UnusableError


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = load_or_create(tmp_path)
    file = tmp_path / "keys" / "admin.key"
    assert len(key) == KEY_BYTES
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_or_create(tmp_path) == key
    assert list(file.parent.iterdir()) == [file]


def test_a_key_that_others_can_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    (tmp_path / "keys" / "admin.key").chmod(0o644)
    with pytest.raises(UnusableError, match="chmod 600"):
        load_or_create(tmp_path)


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    (tmp_path / "keys" / "admin.key").write_bytes(b"short")
    with pytest.raises(UnusableError, match="not a whole key"):
        load_or_create(tmp_path)


def test_a_folder_that_cannot_hold_keys_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(UnusableError, match="cannot be read or made"):
        load_or_create(tmp_path)
