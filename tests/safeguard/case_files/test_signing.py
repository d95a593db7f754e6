"""The key that case files are signed with."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from safeguard.case_files.signing import (
    KEY_FILE,
    Signer,
    fingerprint_of,
    is_signed,
    open_signer,
    public_key_of,
)
from safeguard.problems import UnusableError
from tests.conftest import absent

SEED = bytes(range(32))


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = open_signer(tmp_path)
    assert open_signer(tmp_path).fingerprint == first.fingerprint
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert open_signer(tmp_path / "other").fingerprint != first.fingerprint


def test_what_is_signed_is_known_by_the_public_key_and_nothing_else_is() -> None:
    signer = Signer(SEED)
    key = public_key_of(signer.public_pem)
    assert key is not None
    assert fingerprint_of(key) == signer.fingerprint
    assert is_signed(key, signer.sign(b"words"), b"words")
    assert not is_signed(key, signer.sign(b"words"), b"other words")
    assert not is_signed(key, b"", b"words")
    assert not is_signed(key, Signer(bytes(32)).sign(b"words"), b"words")


def test_the_fingerprint_is_what_openssl_says(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        absent("openssl is not installed")
    pem = tmp_path / "public-key.pem"
    pem.write_bytes(Signer(SEED).public_pem)
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", str(pem), "-outform", "DER"],
        check=True,
        capture_output=True,
    ).stdout
    assert hashlib.sha256(der).hexdigest() == Signer(SEED).fingerprint


@pytest.mark.parametrize("pem", [b"", b"no key", b"-----BEGIN PUBLIC KEY-----\n!\n"])
def test_what_is_no_key_is_none(pem: bytes) -> None:
    assert public_key_of(pem) is None


def test_a_damaged_key_or_one_out_of_reach_is_said_with_its_mend(tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    path.parent.mkdir()
    path.write_bytes(b"short")
    with pytest.raises(UnusableError, match=r"damaged \(it has 5 bytes, not 32\)"):
        open_signer(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UnusableError, match="cannot be read or made"):
        open_signer(tmp_path)
