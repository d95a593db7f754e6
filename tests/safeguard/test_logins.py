"""Logins as they arrive, read without guessing."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.logins import LONGEST_HEADER, Typed, of_principal, plain, scheme_of, typed_in

SCHOOL = frozenset({"SCHOOL.TEST"})


def encoded(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(raw).decode()


def test_a_password_may_hold_colons_and_any_letters() -> None:
    assert typed_in(encoded("ada:a:b:ü")) == Typed("ada", "a:b:ü")
    assert typed_in(encoded("Zoë:naïve".encode("latin-1"))) == Typed("Zoë", "naïve")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not base64",
        "ünicode",
        encoded("no colon"),
        encoded(":a password without a name"),
        encoded("ada:"),  # a bind without a password is granted to everybody
        encoded("ada:nul\0"),
        encoded("ada\r\n:x"),
        encoded("x" * 300 + ":y"),
        encoded("x:" + "y" * 2000),
    ],
)
def test_what_can_be_nobodys_is_none(token: str) -> None:
    assert typed_in(token) is None


def test_a_password_is_never_shown() -> None:
    assert "secret" not in repr(Typed("ada", "secret"))


@given(st.text(max_size=50))
def test_any_token_is_read_or_refused(text: str) -> None:
    typed_in(text)
    typed_in(encoded(text))


@pytest.mark.parametrize(
    ("written", "login"),
    [
        ("Ada", "ada"),
        ("SCHOOL\\Ada", "ada"),
        ("ada@school.test", "ada"),
        ("  ada ", "ada"),
        ("", ""),
        ("@odd", "@odd"),
    ],
)
def test_a_login_is_bare(written: str, login: str) -> None:
    assert plain(written) == login


@given(st.text(max_size=40))
def test_a_bare_login_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("principal", "login"),
    [
        ("Ada@SCHOOL.TEST", "ada"),
        ("ada@OTHER.TEST", None),
        ("ada@school.test", None),  # realms differ by capitals
        ("HTTP/proxy.school.test@SCHOOL.TEST", None),
        ("ada\\@OTHER.TEST@SCHOOL.TEST", None),
        ("ada@OTHER@SCHOOL.TEST", None),
        ("ada", None),
        ("@SCHOOL.TEST", None),
    ],
)
def test_only_people_of_the_schools_realm_are_its_people(principal: str, login: str | None) -> None:
    assert of_principal(principal, SCHOOL) == login


def test_a_header_has_a_scheme_and_a_token() -> None:
    assert scheme_of("NEGOTIATE  abc ") == ("negotiate", "abc")
    assert scheme_of("Basic") == ("basic", "")
    assert scheme_of("Negotiate " + "x" * LONGEST_HEADER) == ("", "")
