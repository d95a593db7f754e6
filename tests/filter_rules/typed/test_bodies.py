"""What a person typed into what is sent: a table of sites, and laws."""

import json
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.typed.bodies import MOST_CHARACTERS, MOST_FOUND, is_read, typed_in_body
from filter_rules.types import Kind
from filter_rules.urls import Url, split

TABLE = tomllib.loads((Path(__file__).parents[2] / "tables" / "typed.toml").read_text("utf-8"))
CASES = TABLE["case"]
ANY = Url("https", "unknown.test", 443, "/api")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_each_body_says_the_words_of_the_table(case: dict) -> None:
    url = split(case["url"])
    assert url is not None
    found = typed_in_body(url, case.get("media", JSON), case["body"].encode())
    assert [one.words for one in found] == case["words"]
    assert {one.certain for one in found} <= {case.get("certain", True)}
    assert {one.kind for one in found} <= {Kind(case.get("kind", "chat"))}


def test_a_charset_that_is_declared_is_read_and_a_wrong_one_is_not_trusted() -> None:
    text = json.dumps({"text": "café"}, ensure_ascii=False)
    for charset in ("utf-16", "iso-8859-1", "windows-1252", "utf-8"):
        (found,) = typed_in_body(ANY, f"{JSON}; charset={charset}", text.encode(charset))
        assert found.words == "café"
    (found,) = typed_in_body(ANY, f"{JSON}; charset=utf-99", text.encode())
    assert found.words == "café"


@pytest.mark.parametrize(
    ("media", "read"),
    [(JSON, True), (FORM, True), ("", True), ("multipart/form-data; boundary=x", True),
     ("application/vnd.api+json", True), ("image/png", False), ("application/zip", False)],
)  # fmt: skip
def test_words_may_stand_in_some_kinds_of_bodies(media: str, read: bool) -> None:  # noqa: FBT001  a column of the table
    assert is_read(media) is read


def test_strings_of_protocol_buffers_are_read_as_those_of_unknown_sites() -> None:
    said = b"see you at the lake"
    (found,) = typed_in_body(ANY, "application/grpc-web+proto", b"\x0a" + bytes([len(said)]) + said)
    assert (found.words, found.certain) == (said.decode(), False)


def test_an_empty_body_says_nothing() -> None:
    assert typed_in_body(ANY, JSON, b" \n") == ()


def test_of_very_many_strings_the_rest_is_one() -> None:
    body = json.dumps({"text": [f"see you {n}" for n in range(MOST_FOUND + 5)]}).encode()
    found = typed_in_body(ANY, JSON, body)
    assert len(found) == MOST_FOUND + 1
    assert found[-1].words.split("\n")[-1] == f"see you {MOST_FOUND + 4}"


def test_what_is_found_is_bounded() -> None:
    body = json.dumps({"text": ["a b " * 30_000, "c d " * 30_000, "e f"]}).encode()
    assert sum(len(one.words) for one in typed_in_body(ANY, JSON, body)) <= MOST_CHARACTERS
    chat = Url("https", "grok.com", 443, "/rest/app-chat/conversations/new")
    (one,) = typed_in_body(chat, JSON, json.dumps({"message": "a b " * 90_000}).encode())
    assert len(one.words) == MOST_CHARACTERS


@pytest.mark.parametrize(
    "media", [JSON, FORM, "multipart/form-data", "", "text/plain; charset=utf-16"]
)
@given(body=st.binary())
def test_no_bytes_raise(media: str, body: bytes) -> None:
    for host in ("chatgpt.com", "unknown.test", "gemini.google.com", "www.google.com"):
        url = Url("https", host, 443, "/backend-api/conversation")
        typed_in_body(url, media, body)
        typed_in_body(url, media, b'{"messages":[' + body)


def test_hostile_bodies_are_read_in_bounded_time() -> None:
    for body in (
        b"[" * 900_000,
        b'{"a":' * 200_000,
        b'"' * 900_000,
        b'{"text":"' + b"\\" * 900_000,
        b"a=1&" * 200_000,
        b'["' + b"<b " * 300_000 + b'"]',
        b'{"text":' + json.dumps("[" * 400_000).encode() + b"}",
    ):
        for media in (JSON, FORM, "text/plain"):
            typed_in_body(ANY, media, body)


PASSWORD = "zzqq xxjj kkvv"  # as a sentence, which would be told if it were no password
NAMES = st.sampled_from(
    ["password", "newPassword", "user[passwd]", "csrf_token", "card_number", "cvv", "otp"]
)
WORDS = st.text(st.characters(categories=["Lu", "Ll", "Zs"]), max_size=20)
AROUND = st.recursive(
    st.dictionaries(NAMES, st.just(PASSWORD), min_size=1),
    lambda inner: (
        st.lists(inner | WORDS, min_size=1)
        | st.dictionaries(st.sampled_from(["user", "text", "message", "data"]), inner | WORDS)
    ),
    max_leaves=8,
)


@given(AROUND, st.booleans())
def test_a_password_is_never_told(tree: object, twice: bool) -> None:  # noqa: FBT001  drawn
    text = json.dumps({"payload": json.dumps(tree)} if twice else tree)
    for body in (text, text[:-1]):
        told = typed_in_body(ANY, JSON, body.encode())
        assert not any(PASSWORD in one.words for one in told)


@given(st.dictionaries(NAMES | st.sampled_from(["q", "story"]), WORDS))
def test_a_password_in_a_form_is_never_told(form: dict[str, str]) -> None:
    told = typed_in_body(ANY, FORM, urlencode(form | {"password": PASSWORD}).encode())
    assert {one.words for one in told} <= {form.get("q", "").strip(), form.get("story", "").strip()}


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<"))))
def test_words_are_among_the_strings_that_were_sent(texts: list[str]) -> None:
    body = json.dumps({"text": texts}, ensure_ascii=False)
    for one in typed_in_body(ANY, JSON, body.encode()):
        assert all(any(line in text for text in texts) for line in one.words.split("\n"))
