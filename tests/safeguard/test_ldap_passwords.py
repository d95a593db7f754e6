"""Passwords of a directory, against Debian's slapd: right, wrong, hostile, slow and away."""

import socket
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.credentials import DirectoryAwayError
from safeguard.ldap_passwords import Directory, LdapPasswords, filter_for
from safeguard.logins import Typed
from safeguard.signing_in_settings import BY_LOGIN
from tests.safeguard.slapd_world import (
    ADA_PASSWORD,
    BASE,
    READER,
    READER_PASSWORD,
    Slapd,
    silent_server,
    slapd,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd")) as one:
        yield one


@pytest.fixture
def directory(server: Slapd) -> Directory:
    return Directory(
        servers=(server.tls,),
        base=BASE,
        filter="(uid={login})",
        login="uid",
        user=READER,
        password=READER_PASSWORD,
        ca=server.ca,
        timeout=1,
    )


type Ask = Callable[[Directory], LdapPasswords]


@pytest.fixture
def asking() -> Iterator[Ask]:
    """Make somebody who asks a directory, and lets go of it after the test."""
    made: list[LdapPasswords] = []

    def one(directory: Directory) -> LdapPasswords:
        made.append(LdapPasswords(directory))
        return made[-1]

    yield one
    for each in made:
        each.close()


ADA = Typed("ada", ADA_PASSWORD)


@pytest.mark.parametrize("scheme", ["tls", "plain"])
def test_a_right_password_is_the_persons_login(
    server: Slapd, directory: Directory, asking: Ask, scheme: str
) -> None:
    passwords = asking(replace(directory, servers=(getattr(server, scheme),)))
    assert passwords.check(ADA) == "ada"
    assert passwords.check(Typed("ADA", ADA_PASSWORD)) == "ada"  # by a kept connection
    assert passwords.check(Typed("SCHOOL\\ada", ADA_PASSWORD)) == "ada"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("ada", "wrong"),
        ("ada", ""),  # a bind without a password is granted to everybody
        ("nobody", ADA_PASSWORD),
        ("*", ADA_PASSWORD),
        ("a*", ADA_PASSWORD),
        ("ada)(uid=*", ADA_PASSWORD),
        ("ada)(|(uid=*", ADA_PASSWORD),
        ("\\61da", ADA_PASSWORD),
        ("ada\0", ADA_PASSWORD),
        ("twin", ADA_PASSWORD),  # two people: nobody is guessed
        ("reader", READER_PASSWORD),  # has no login of that kind
        ("x" * 256, "y" * 1024),
    ],
)
def test_anything_else_is_nobody(
    directory: Directory, asking: Ask, login: str, password: str
) -> None:
    assert asking(directory).check(Typed(login, password)) is None


# ldap3 leaves the socket to the garbage where a certificate has the wrong name.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_directory_of_a_strange_name_or_authority_is_told_nothing(
    server: Slapd, directory: Directory, asking: Ask
) -> None:
    numbered = f"ldaps://127.0.0.1:{server.tls_port}"  # its certificate says localhost
    for bad in (replace(directory, servers=(numbered,)), replace(directory, ca=None)):
        with pytest.raises(DirectoryAwayError):
            asking(bad).check(ADA)


def test_a_look_up_account_that_is_refused_is_not_the_persons_fault(
    directory: Directory, asking: Ask
) -> None:
    with pytest.raises(DirectoryAwayError, match="answered 49") as caught:
        asking(replace(directory, password="old")).check(ADA)
    assert "old" not in str(caught.value)
    assert ADA_PASSWORD not in repr(caught.value) + repr(directory) + repr(ADA)


def test_the_next_directory_is_asked_where_the_first_is_away(
    server: Slapd, directory: Directory, asking: Ask, free_port: int
) -> None:
    servers = (f"ldaps://localhost:{free_port}", server.tls)
    assert asking(replace(directory, servers=servers)).check(ADA) == "ada"


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_directory_that_says_nothing_is_given_up(
    directory: Directory, asking: Ask, scheme: str
) -> None:
    with silent_server() as port:
        began = time.monotonic()
        with pytest.raises(DirectoryAwayError):
            asking(replace(directory, servers=(f"{scheme}://localhost:{port}",))).check(ADA)
    assert time.monotonic() - began < 3


def test_connections_that_went_stale_are_replaced(
    server: Slapd, directory: Directory, asking: Ask
) -> None:
    passwords = asking(directory)
    assert passwords.check(ADA) == "ada"
    server.stop()
    with pytest.raises(DirectoryAwayError):
        passwords.check(ADA)
    server.start()
    assert passwords.check(ADA) == "ada"
    kept = passwords._kept.get_nowait()
    kept.socket.shutdown(socket.SHUT_RDWR)
    passwords._kept.put_nowait(kept)
    assert passwords.check(ADA) == "ada"


@given(login=st.text(max_size=30) | st.text(alphabet="()*\\&|=!a\0" + string.digits))
def test_nothing_that_is_typed_changes_the_filter(login: str) -> None:
    made = filter_for(BY_LOGIN, login)
    assert made.count("(") == BY_LOGIN.count("(")
    assert made.count(")") == BY_LOGIN.count(")")
    assert "*" not in made
    assert "\0" not in made


def test_an_authority_that_is_not_there_is_said(
    directory: Directory, asking: Ask, tmp_path: Path
) -> None:
    with pytest.raises(Exception, match="CA public key"):
        asking(replace(directory, ca=tmp_path / "none.pem"))
