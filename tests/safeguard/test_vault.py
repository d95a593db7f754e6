"""The key and what it seals."""

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.problems import UnusableError
from safeguard.vault import UnsealError, Vault, open_vault

KEY = bytes(range(32))


@given(st.binary())
def test_what_is_sealed_is_unsealed_the_same(plain: bytes) -> None:
    assert Vault(KEY).unseal(Vault(KEY).seal(plain)) == plain


def test_the_sealed_form_shows_nothing_and_never_repeats() -> None:
    vault = Vault(KEY)
    one, other = vault.seal(b"typed words"), vault.seal(b"typed words")
    assert b"typed words" not in one
    assert one != other
    assert one[:4] == other[:4]  # the key's id


@pytest.mark.parametrize("place", [5, -1])
def test_what_was_altered_is_refused(place: int) -> None:
    sealed = bytearray(Vault(KEY).seal(b"typed words"))
    sealed[place] ^= 1
    with pytest.raises(UnsealError, match="altered"):
        Vault(KEY).unseal(bytes(sealed))


@pytest.mark.parametrize("length", [0, 3, 10])
def test_what_was_cut_short_is_refused(length: int) -> None:
    sealed = Vault(KEY).seal(b"x")[:length]
    with pytest.raises(UnsealError):
        Vault(KEY).unseal(sealed)


def test_another_key_is_told_from_a_damaged_text() -> None:
    with pytest.raises(UnsealError, match="another key"):
        Vault(bytes(32)).unseal(Vault(KEY).seal(b"typed words"))


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path).seal(b"typed words")
    key = tmp_path / "keys" / "content.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert list(key.parent.iterdir()) == [key]
    assert open_vault(tmp_path).unseal(sealed) == b"typed words"


def test_a_key_that_is_missing_where_it_is_needed_is_never_made_anew(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"content\.key is missing.*backup"):
        open_vault(tmp_path, lambda: True)
    assert not (tmp_path / "keys").exists()


def test_a_damaged_key_stops_with_the_mend(tmp_path: Path) -> None:
    open_vault(tmp_path)
    (tmp_path / "keys/content.key").write_bytes(b"short")
    with pytest.raises(UnusableError, match=r"is damaged .*5 bytes"):
        open_vault(tmp_path)


def test_a_folder_that_cannot_be_made_stops_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(UnusableError, match="cannot be read or made"):
        open_vault(tmp_path)


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        sealed = pool.map(_seal_in, [tmp_path] * 8)
    vault = open_vault(tmp_path)
    assert {vault.unseal(one) for one in sealed} == {b"typed words"}


def _seal_in(data: Path) -> bytes:
    return open_vault(data).seal(b"typed words")
