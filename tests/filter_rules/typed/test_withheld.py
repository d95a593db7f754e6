"""Secrets are known by name and by shape, and sentences by how they read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.withheld import NO_NAME, is_no_words, is_prose, name_of


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "passwd",
        "newPassword",
        "Password1",
        "user[password]",
        "pwd",
        "passphrase",
        "client_secret",
        "csrfToken",
        "csrf_token",
        "_csrf",
        "xsrf",
        "g-recaptcha-response",
        "cardNumber",
        "card_number",
        "cc-number",
        "cvv",
        "cvc",
        "securityCode",
        "otp",
        "oneTimeCode",
        "one-time-code",
        "pin",
        "access_token",
        "accessToken",
        "id_token",
        "authenticity_token",
        "__VIEWSTATE",
        "apiKey",
        "session_id",
        "sort_code",
        "accountNumber",
    ],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert name_of(name).secret


@pytest.mark.parametrize(
    "name",
    [
        "message",
        "content",
        "text",
        "q",
        "compass",
        "passage",
        "spinning",
        "tokenised",
        "pinned",
        "discard",
    ],
)
def test_what_only_looks_like_a_secret_is_none(name: str) -> None:
    assert not name_of(name).secret


def test_all_below_a_password_is_secret_but_not_all_below_a_card() -> None:
    assert name_of("password").hides
    assert not name_of("card").hides


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sig", "5f3759df5f3759df", "0x5f3759df5f3759df",
        "9c0f6e0a-3f1c-4a55-8f6a-3f3f1c4a55aa", "4111-1111-1111-1111", "+44 (0)7700 900123",
        "2026-11-23T01:02:03.000Z", "123456", "a@b.test", "https://a.test/b", "data:text/plain,x",
        "text/html; charset=utf-8", "iVBORw0KGgoAAAANSUhEUgAAAAUA", "aGVsbG8gaGVsbG8gaGVsbG8=", "", " ", "...",
        "{}",
    ],
)  # fmt: skip
def test_what_is_no_words_is_known_by_its_shape(text: str) -> None:
    assert is_no_words(text)


@pytest.mark.parametrize(
    "text",
    ["kms", "i want to sail", "helloooooooooooooooooooooo", "ihatemyselfandmyboat", "😀", "boat 2 u",
     "www", "c u l8r", "你好", "meet me at 4"],
)  # fmt: skip
def test_words_are_words(text: str) -> None:
    assert not is_no_words(text)


@pytest.mark.parametrize(
    ("name", "telling"),
    [("message", True), ("commentText", True), ("search-term", True), ("q", True),
     ("url", False), ("context", False), ("type", False)],
)  # fmt: skip
def test_fields_that_people_write_into_tell_so(name: str, telling: bool) -> None:  # noqa: FBT001  a column of the table
    assert name_of(name).telling is telling


def test_no_name_tells_nothing() -> None:
    assert name_of("") == NO_NAME


def test_programs_tell_of_the_pages_that_they_run_in() -> None:
    assert name_of("pageTitle").of_program
    assert not name_of("note").of_program


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("see you tonight", True),
        ("i am it", True),
        ("привет", True),
        ("see you", False),
        ("page_view_event_name", False),
        ("a1 b2 c3 d4", False),
        ("0.1 0.2 0.3 0.4 0.5 0.6 one two three", False),
    ],
)
def test_sentences_are_known_by_how_they_read(text: str, prose: bool) -> None:  # noqa: FBT001  a column of the table
    assert is_prose(text) is prose


@given(st.text())
def test_no_text_raises(text: str) -> None:
    is_no_words(text)
    is_prose(text)
    name_of(text)


def test_work_is_linear_in_hostile_texts() -> None:
    for piece in ("a.", "a@", "1 ", "aA1", "<", "ab.", "a/"):
        text = piece * 50_000 + " !"
        is_no_words(text)
        is_prose(text)
