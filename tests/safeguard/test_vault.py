"""The key and what it seals."""

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard import vault
from safeguard.problems import UnusableError
from safeguard.vault import UnsealError, Vault, destroy, old_keys, open_vault, rotate

KEY = bytes(range(32))
DAY = date(2026, 3, 4)


@given(st.binary())
def test_what_is_sealed_is_unsealed_the_same(plain: bytes) -> None:
    assert Vault(KEY).unseal(Vault(KEY).seal(plain)) == plain


def test_the_sealed_form_shows_nothing_and_never_repeats() -> None:
    vault = Vault(KEY)
    one, other = vault.seal(b"typed words"), vault.seal(b"typed words")
    assert b"typed words" not in one
    assert one != other
    assert one[:4] == other[:4]  # the key's id


def test_a_digest_is_the_same_under_the_same_key_alone() -> None:
    assert Vault(KEY).digest(b"a page") == Vault(KEY).digest(b"a page")
    assert Vault(KEY).digest(b"a page") != Vault(KEY).digest(b"another")
    assert Vault(KEY).digest(b"a page") != Vault(bytes(32)).digest(b"a page")


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


def test_a_key_that_another_process_makes_meanwhile_is_the_key(tmp_path: Path) -> None:
    path = tmp_path / "content.key"

    def made_and_used_meanwhile() -> bool:
        Vault.load_or_create(path)
        return True

    vault = Vault.load_or_create(path, made_and_used_meanwhile)
    assert Vault.load_or_create(path).unseal(vault.seal(b"x")) == b"x"


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
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        sealed = list(pool.map(_seal_in, [tmp_path] * 8))
    vault = open_vault(tmp_path)
    assert {vault.unseal(one) for one in sealed} == {b"typed words"}


def _seal_in(data: Path) -> bytes:
    return open_vault(data).seal(b"typed words")


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    before = open_vault(tmp_path).seal(b"typed words")
    new = rotate(tmp_path, DAY)
    vault = open_vault(tmp_path)
    after = vault.seal(b"typed words")
    assert after[:4] == new == vault.key_id != before[:4]
    assert vault.unseal(before) == vault.unseal(after) == b"typed words"
    (old,) = old_keys(tmp_path)
    assert (old.id, old.retired) == (before[:4], DAY)
    assert old.path.stat().st_mode & 0o777 == 0o600


def test_a_vault_that_is_open_takes_up_the_new_key_at_once(tmp_path: Path) -> None:
    sealing, opening = open_vault(tmp_path), open_vault(tmp_path)
    new = rotate(tmp_path, DAY)
    sealed = sealing.seal(b"typed words")
    assert sealed[:4] == new
    assert opening.unseal(sealed) == b"typed words"


def test_a_key_that_is_changed_while_a_vault_opens_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_vault(tmp_path)
    read = vault._keys

    def read_just_before_the_change(path: Path) -> tuple[bytes, list[bytes]]:
        monkeypatch.setattr(vault, "_keys", read)
        found = read(path)
        rotate(tmp_path, DAY)
        return found

    monkeypatch.setattr(vault, "_keys", read_just_before_the_change)
    opened = open_vault(tmp_path)
    assert opened.seal(b"typed words")[:4] not in {old.id for old in old_keys(tmp_path)}


def test_a_vault_goes_on_with_what_it_knows_where_the_keys_cannot_be_read(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    sealed = vault.seal(b"typed words")
    (tmp_path / "keys/content.key").write_bytes(b"short")
    assert vault.unseal(vault.seal(b"more")) == b"more"
    (tmp_path / "keys/content.key").unlink()
    assert vault.unseal(vault.seal(b"more")) == b"more"
    assert vault.unseal(sealed) == b"typed words"
    with pytest.raises(UnsealError, match="another key"):
        vault.unseal(Vault(KEY).seal(b"x"))


def test_a_destroyed_key_opens_nothing_any_more(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path).seal(b"typed words")
    rotate(tmp_path, DAY)
    destroy(old_keys(tmp_path)[0])
    assert old_keys(tmp_path) == []
    with pytest.raises(UnsealError, match="another key"):
        open_vault(tmp_path).unseal(sealed)


def test_keys_that_are_changed_again_and_again_are_all_kept(tmp_path: Path) -> None:
    sealed = []
    for number in range(4):
        sealed.append(open_vault(tmp_path).seal(b"typed words"))
        rotate(tmp_path, DAY + timedelta(days=number))
    assert [open_vault(tmp_path).unseal(one) for one in sealed] == [b"typed words"] * 4
    assert [one.retired.day for one in old_keys(tmp_path)] == [4, 5, 6, 7]


def test_there_is_nothing_to_change_before_there_is_a_key(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="cannot be read or made"):
        rotate(tmp_path, DAY)


def test_processes_that_change_the_key_at_once_lose_none(tmp_path: Path) -> None:
    open_vault(tmp_path)
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        sealed = list(pool.map(_rotate_and_seal, [tmp_path] * 12))
    vault = open_vault(tmp_path)
    assert {vault.unseal(one) for one in sealed} == {b"typed words"}
    assert len(old_keys(tmp_path)) == 12


def _rotate_and_seal(data: Path) -> bytes:
    rotate(data, DAY)
    return open_vault(data).seal(b"typed words")


ROTATING = """
import sys
from datetime import date
from pathlib import Path
from safeguard.vault import open_vault, rotate
data = Path(sys.argv[1])
while True:
    rotate(data, date(2026, 3, 4))
    print(open_vault(data).seal(b"typed words").hex(), flush=True)
"""


def test_a_change_of_key_that_is_killed_anywhere_loses_no_key(tmp_path: Path) -> None:
    open_vault(tmp_path)
    sealed: list[bytes] = []
    for lines in range(1, 9):
        with subprocess.Popen(
            [sys.executable, "-c", ROTATING, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            sealed += [bytes.fromhex(child.stdout.readline()) for _ in range(lines)]
            os.kill(child.pid, signal.SIGKILL)
            rest = child.stdout.read().split("\n")[:-1]
            sealed += [bytes.fromhex(line) for line in rest]
    vault = open_vault(tmp_path)
    assert {vault.unseal(one) for one in sealed} == {b"typed words"}
    assert rotate(tmp_path, DAY)


def test_digests_and_tokens_stay_the_same_when_the_key_is_changed(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    digest, token = vault.digest(b"a visit"), vault.token("word")
    rotate(tmp_path, DAY)
    again = open_vault(tmp_path)
    assert (again.digest(b"a visit"), again.token("word")) == (digest, token)
    assert (len(digest), len(token)) == (16, 10)


def test_digests_and_tokens_differ_from_school_to_school(tmp_path: Path) -> None:
    one, other = open_vault(tmp_path / "a"), open_vault(tmp_path / "b")
    assert one.digest(b"a visit") != other.digest(b"a visit")
    assert one.token("word") != other.token("word")
    assert one.token("word") != one.token("words")
    assert Vault(KEY).token("word") == Vault(KEY).token("word") != Vault(bytes(32)).token("word")
