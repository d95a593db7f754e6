"""Fields of a form in parts, and never its files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.multipart import text_fields

MEDIA = "multipart/form-data; boundary=XX"


def part(head: str, value: str, newline: str = "\r\n") -> bytes:
    return f"--XX{newline}Content-Disposition: form-data; {head}{newline}{newline}{value}{newline}".encode()


def told(body: bytes, media: str = MEDIA) -> list[tuple[str, bytes]]:
    return list(text_fields(media, body))


def test_fields_come_in_order() -> None:
    body = part('name="a"', "1\r\n2") + part("name=b", "3") + part("x=y", "no name") + b"--XX--"
    assert told(body) == [("a", b"1\r\n2"), ("b", b"3")]


@pytest.mark.parametrize("head", ['name="a"; filename="x.txt"', "name=a; filename*=utf-8''x"])
def test_a_file_is_not_read(head: str) -> None:
    assert told(part(head, "inside")) == []


@pytest.mark.parametrize(
    ("media", "read"), [("text/plain", 1), ("application/json", 1), ("image/png", 0)]
)
def test_a_part_that_is_no_text_is_not_read(media: str, read: int) -> None:
    assert len(told(part(f'name="a"\r\nContent-Type: {media}', "x"))) == read


def test_the_boundary_may_be_quoted_or_unsaid() -> None:
    body = part('name="a"', "1") + b"--XX--"
    assert told(body, 'multipart/form-data; boundary="XX"') == told(body, "multipart/form-data")
    assert told(b"no boundary", "multipart/form-data") == []


def test_bare_newlines_are_read_too() -> None:
    assert told(part('name="a"', "1", "\n"))[0][0] == "a"


@given(st.binary())
def test_no_bytes_raise(body: bytes) -> None:
    told(body)
    told(b"--XX\r\n" + body)
