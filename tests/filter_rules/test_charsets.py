"""Bytes are decoded as a browser would: BOM, header, the page itself, a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.charsets import _LABELS, codec_of, decoded, in_page


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("sjálf".encode(), "text/plain"),
        ("sjálf".encode(), "text/plain; charset=utf-8"),
        ("sjálf".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        ("sjálf".encode("latin-1"), "text/plain; charset=us-ascii"),
        ("sjálf".encode("utf-16"), "text/plain"),
        ("\ufeffsjálf".encode("utf-16-be"), "text/plain; charset=latin-1"),
        (b"\xef\xbb\xbf" + "sjálf".encode(), "text/plain; charset=latin-1"),
        ("sjálf".encode(), 'text/plain; charset="no-such-thing"'),
        ("sjálf".encode(), "text/plain; charset=utf-7"),
    ],
)
def test_the_charset_is_believed_in_the_order_of_browsers(body: bytes, content_type: str) -> None:
    assert decoded(body, content_type) == "sjálf"


@pytest.mark.parametrize(
    ("beginning", "codec"),
    [
        (b'<meta charset="windows-1251">', "cp1251"),
        (b"<META CHARSET = gb2312 >", "gb18030"),
        (b'<meta http-equiv=Content-Type content="text/html; charset=koi8-r">', "koi8-r"),
        (b"<meta content='text/html;charset=big5' http-equiv='content-type'>", "big5hkscs"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b'<!-- <meta charset="koi8-r"> --><meta charset="latin1">', "cp1252"),
        (b"<a title='<meta charset=koi8-r>'><meta charset=latin2>", "iso8859-2"),
        (b'<?xml version="1.0" encoding="windows-1250"?>', "cp1250"),
        (b'<meta name=x content="text/html; charset=koi8-r">', ""),
        (b"<meta http-equiv=content-type content=text/html>", ""),
        (b"<meta charset=nonsense><meta charset=koi8-r>", "koi8-r"),
        (b"<meta >", ""),
        (b"<p>", ""),
    ],
)
def test_the_charset_that_a_page_names_itself_is_found(beginning: bytes, codec: str) -> None:
    assert in_page(beginning) == codec


def test_an_unnamed_charset_is_guessed() -> None:
    prose = "Это обычная страница на русском языке, и она довольно длинная. " * 20
    assert "обычная страница" in decoded(prose.encode("windows-1251"), "text/plain")


def test_bytes_of_no_charset_are_replaced() -> None:
    assert decoded(b"caf\xff\xfe\x00\x81 menu", "") != ""


def test_utf_8_that_is_cut_off_inside_a_character_is_utf_8() -> None:
    assert decoded("sjálf漢".encode()[:-1], "text/html") == "sjálf"


def test_every_label_names_a_charset_that_can_be_read() -> None:
    assert all(b"a".decode(codec, "replace") is not None for codec in _LABELS.values())
    assert codec_of(" Latin1 ") == "cp1252"


@given(st.binary(), st.text(max_size=20))
def test_nothing_raises(body: bytes, label: str) -> None:
    assert isinstance(decoded(body, f"text/html; charset={label}"), str)
