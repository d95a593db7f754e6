"""Passwords for the proxy alone: right or wrong, kept from others, mended by a sentence."""

import os
import stat
from pathlib import Path

import pytest

from safeguard.credentials import DirectoryAwayError
from safeguard.local_passwords import FilePasswords, check_file, check_private, put, read
from safeguard.logins import Typed
from safeguard.problems import UnusableError

PASSWORD = "only for the proxy"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "proxy-passwords"
    assert not put(file, "SCHOOL\\Ada", PASSWORD)
    return file


def test_a_password_is_right_or_wrong(file: Path) -> None:
    passwords = FilePasswords(file)
    assert passwords.check(Typed("ADA", PASSWORD)) == "ada"
    assert passwords.check(Typed("ada", "something else")) is None
    assert passwords.check(Typed("nobody", PASSWORD)) is None
    passwords.close()


def test_a_change_is_taken_up_and_a_password_can_be_taken_away(file: Path) -> None:
    passwords = FilePasswords(file)
    assert passwords.check(Typed("ada", PASSWORD)) == "ada"
    assert put(file, "ada", "another password")
    assert passwords.check(Typed("ada", PASSWORD)) is None
    assert passwords.check(Typed("ada", "another password")) == "ada"
    assert put(file, "ada", None)
    assert not put(file, "ada", None)
    assert passwords.check(Typed("ada", "another password")) is None


def test_the_file_shows_no_password_and_is_its_owners_alone(file: Path) -> None:
    assert PASSWORD not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    check_file(file)


def test_two_people_with_one_password_have_different_lines(file: Path) -> None:
    put(file, "tom", PASSWORD)
    first, second = read(file).values()
    assert first != second


@pytest.mark.parametrize("login", ["", "a:b", "a\nb", "@"[:0]])
def test_what_cannot_be_a_login_is_refused(file: Path, login: str) -> None:
    with pytest.raises(UnusableError, match="cannot be a login"):
        put(file, login, PASSWORD)


def test_a_short_password_is_refused(file: Path) -> None:
    with pytest.raises(UnusableError, match="at least 10"):
        put(file, "tom", "too short")


def test_a_broken_line_is_named(file: Path) -> None:
    with file.open("a") as out:
        out.write("# a comment\n\ntom:plain text\n")
    with pytest.raises(UnusableError, match="line 4 is no proxy password"):
        check_file(file)
    with pytest.raises(DirectoryAwayError):
        FilePasswords(file).check(Typed("ada", PASSWORD))


def test_a_file_that_others_can_read_stops_the_start(file: Path) -> None:
    file.chmod(0o640)
    with pytest.raises(UnusableError, match="chmod 600"):
        check_file(file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="No such file"):
        check_private(tmp_path / "none", "The keytab")
    with pytest.raises(DirectoryAwayError):
        FilePasswords(tmp_path / "none").check(Typed("ada", PASSWORD))


def test_what_an_earlier_attempt_left_is_no_hindrance(file: Path) -> None:
    left = file.with_name("proxy-passwords.new")
    left.write_text("half")
    os.utime(left)
    put(file, "tom", PASSWORD)
    assert set(read(file)) == {"ada", "tom"}
