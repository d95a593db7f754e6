"""The text of a page is what a person reads on it, block by block, whatever stands there."""

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.page_text import (
    DEEPEST,
    LONGEST_BODY,
    MOST_DRAWINGS,
    MOST_STRONG,
    PageText,
    html_text,
    looks_like_html,
    page_text,
)

ROWS: list[dict[str, Any]] = tomllib.loads(
    Path("tests/tables/pages.toml").read_text(encoding="utf-8")
)["page"]
BITS = """<p> </p> <b </b> <div hidden> </div> <!-- --> --!> <script> </script> <title> </title>
            <svg> </svg> <template> </template> <h1> </h1> <textarea> </textarea> <xmp> <a href= " '
            = > < & &amp; &#0; &#x110000; <img alt= <input value=x> <br/> ]]> <![CDATA[ \x00 <?x
            <p hidden> <li hidden> <td> <meta name=description content= /> é 漢"""
SOUP = st.lists(
    st.one_of(
        st.sampled_from(BITS.split()),
        st.text(max_size=5),
    )
).map("".join)
FULL = "<p> </p> <b> </b> <!--x--> <svg> </svg> <h1> </h1> <br/> <td> a &amp; 5<5 <x> <?y>"
WHOLE = st.lists(st.sampled_from(FULL.split())).map("".join)
TYPES = ("text/html", "text/plain", "application/json", "text/xml", "application/xhtml+xml", "")


@pytest.mark.parametrize(
    ("html", "text"),
    [(html, row["text"]) for row in ROWS for html in row["html"]],
)
def test_a_page_of_the_table_reads_so(html: str, text: str) -> None:
    assert html_text(html).text == text


def _strong(page: PageText) -> list[str]:
    return [page.text[start:end] for start, end in page.strong]


@pytest.mark.parametrize(
    ("html", "strong"),
    [
        ("<title>a &amp; b</title><p>c", ["a & b"]),
        ("x<h1>a<b>b</b></h1>y<h3>c</h3>z<h4>d</h4>", ["ab", "c"]),
        ("<h1>a<p>b</h1>c", ["a\nb"]),
        ("<h2> </h2><h1>a<h2>b</h2>", ["a", "b"]),
        ("<p>none", []),
    ],
)
def test_titles_and_headings_are_strong(html: str, strong: list[str]) -> None:
    assert _strong(html_text(html)) == strong


def test_a_page_of_headings_alone_is_marked_up_to_a_bound_and_read_whole() -> None:
    page = html_text("<h1>a</h1><title>b</title>" * MOST_STRONG)
    assert len(page.strong) <= MOST_STRONG
    assert page.text.count("a") == MOST_STRONG


def test_a_page_of_nothing_but_drawings_that_end_in_their_titles_is_read_in_bounds() -> None:
    assert html_text("<svg><title></svg>yes" * (MOST_DRAWINGS + 9)).text.startswith("yesyes")


def test_what_is_nested_too_deep_to_follow_is_read() -> None:
    assert html_text("<div hidden>yes" + "<i>" * DEEPEST + "too</div>").text == "yestoo"


@pytest.mark.parametrize(
    ("body", "media", "text"),
    [
        ("<b>words</b>", "text/plain; charset=utf-8", "<b>words</b>"),
        ('{"key": "one\\u0021", "b": [{"c": "two"}, 3, ""]}', "application/json", "one!\ntwo"),
        ('data {"a":"one"}\n{"b":"tw\\q"', "application/ld+json", "one\ntw\\q"),
        ("var a = 'words'", "text/javascript", ""),
        ("a { b: c }", "text/css", ""),
        ("<script src='x'/><p>one</p>", "application/xhtml+xml", "one"),
        (
            "<rss><title>a</title><link>b</link><![CDATA[<p>c<b>d</b></p>]]>&lt;p&gt;e&lt;/p&gt;</rss>",
            "application/rss+xml",
            "a\nb\ncd\ne",
        ),
        (
            "<svg><text>a<tspan>b</tspan></text><style/><text>c</text></svg>",
            "image/svg+xml",
            "ab\nc",
        ),
        ("<p>one<p>two", "", "one\ntwo"),
    ],
)
def test_other_kinds_of_body_are_read_in_their_own_way(body: str, media: str, text: str) -> None:
    assert page_text(body.encode(), media).text == text


def test_the_title_of_a_feed_is_strong() -> None:
    feed = b"<rss><title>a</title><item>b</item></rss>"
    assert _strong(page_text(feed, "text/xml")) == ["a"]


def test_what_stands_beyond_the_bound_is_not_read_and_said_to_be_cut() -> None:
    page = page_text(b"a" * LONGEST_BODY + b"b", "text/html")
    assert page.cut
    assert "b" not in page.text
    assert not page_text(b"a" * LONGEST_BODY, "text/html").cut


def test_a_number_of_thousands_of_digits_is_no_character() -> None:
    assert html_text("a&#" + "1" * 9000 + ";b").text == "a\ufffdb"


@pytest.mark.parametrize(
    ("body", "is_html"),
    [
        (b"<!DOCTYPE html>", True),
        (b"\n <html lang=en>", True),
        (b"\xef\xbb\xbf<head>", True),
        ("\ufeff<body>".encode("utf-16-le"), True),
        (b"<!-- x --><p>", True),
        (b"How plants grow", False),
        (b"<3 you", False),
        (b"", False),
    ],
)
def test_a_web_page_is_known_by_its_beginning(body: bytes, is_html: bool) -> None:  # noqa: FBT001  a row
    assert looks_like_html(body) is is_html


@given(st.one_of(st.binary(), SOUP.map(str.encode)), st.sampled_from(TYPES))
def test_nothing_raises_and_spans_lie_inside_the_text(body: bytes, media: str) -> None:
    page = page_text(body, media)
    end = -1
    for start, stop in page.strong:
        assert end < start < stop <= len(page.text)
        assert page.text[start:stop].strip()
        end = stop


@given(WHOLE, SOUP, SOUP)
def test_a_script_is_never_read(before: str, script: str, after: str) -> None:
    body = script.replace("</", "<")
    assert "zqx" not in html_text(f"{before}<script>zqx{body}</script>{after}").text


@given(SOUP)
def test_text_in_paragraphs_reads_as_it_was_written(soup: str) -> None:
    words = " ".join(soup.split())
    shown = words.replace("&", "&amp;").replace("<", "&lt;")
    if "\0" not in words:
        assert html_text(f"<p>{shown}</p>").text == words


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "&",
        "&amp;",
        "<div>",
        "<div hidden>",
        "<!--",
        "<",
        "<a x=\"<b y='",
        "<title>",
        "<svg><title></svg>",
        "<p hidden>",
    ],
)
def test_time_grows_with_length_and_no_faster(piece: str) -> None:
    def took(length: int) -> float:
        body = (piece * length)[:length].encode()
        return min(_timed(body) for _ in range(3))

    assert took(400_000) < 3 * 4 * took(100_000) + 0.02


def _timed(body: bytes) -> float:
    started = time.perf_counter()
    page_text(body, "text/html")
    return time.perf_counter() - started
