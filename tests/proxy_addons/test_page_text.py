"""The text of a page is what a person reads on it, in whatever charset it comes."""

import pytest

from proxy_addons.page_text import text_of, visible_text

PAGE = """<html><head><title>The title</title><meta name=description content="About us">
<style>.unseen{}</style></head><body><script>unseen()</script><p>Some <b>bold</b> words</p>
<img alt="A picture"><template>unseen</template><noscript>unseen</noscript>
<input type=button value="Press me"></body></html>"""


@pytest.mark.parametrize("words", ["The title", "About us", "bold", "A picture", "Press me"])
def test_what_a_person_reads_is_found(words: str) -> None:
    assert words in visible_text(PAGE)


def test_scripts_styles_and_templates_are_not_read() -> None:
    assert "unseen" not in visible_text(PAGE)


def test_words_of_two_paragraphs_do_not_run_together() -> None:
    assert "onetwo" not in visible_text("<p>one</p><p>two</p>")


def test_a_page_without_anything_has_no_text() -> None:
    assert visible_text("").strip() == ""


def test_plain_text_is_taken_as_it_is() -> None:
    assert text_of(b"<b>words</b>", "text/plain; charset=utf-8") == "<b>words</b>"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("sjálf".encode(), "text/plain"),
        ("sjálf".encode(), "text/plain; charset=utf-8"),
        ("sjálf".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        ("sjálf".encode("utf-16"), "text/plain"),
        ("\ufeffsjálf".encode("utf-16-be"), "text/plain; charset=latin-1"),
        (b"\xef\xbb\xbf" + "sjálf".encode(), "text/plain; charset=latin-1"),
        ("sjálf".encode(), 'text/plain; charset="no-such-thing"'),
        ("sjálf".encode(), "text/plain; charset=us-ascii"),
    ],
)
def test_the_charset_is_believed_in_the_order_of_browsers(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type).lstrip("\ufeff") == "sjálf"


def test_the_charset_that_a_page_names_itself_is_believed() -> None:
    page = '<meta charset="windows-1251"><p>привет</p>'.encode("windows-1251")
    assert "привет" in text_of(page, "text/html")


def test_an_unnamed_charset_is_guessed() -> None:
    prose = "Это обычная страница на русском языке, и она довольно длинная. " * 20
    assert "обычная страница" in text_of(prose.encode("windows-1251"), "text/plain")
