"""The text that a page shows: of HTML its visible words, title, description and image texts."""

import re

from charset_normalizer import from_bytes
from selectolax.lexbor import LexborHTMLParser

UNSEEN = ("script", "style", "template", "noscript", "svg")
SPOKEN = (("meta[name=description]", "content"), ("img[alt]", "alt"), ("input[value]", "value"))
LOOKED_AT = 64 * 1024  # bytes that the guess of a charset looks at
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_IN_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def text_of(body: bytes, content_type: str) -> str:
    """What a person reads on this page."""
    text = _decoded(body, content_type)
    if content_type.partition(";")[0].strip().lower() == "text/plain":
        return text
    return visible_text(text)


def visible_text(html: str) -> str:
    """The words of an HTML page, those that only help to find or hear it included."""
    tree = LexborHTMLParser(html)
    spoken = [
        value
        for selector, attribute in SPOKEN
        for node in tree.css(selector)
        if (value := node.attributes.get(attribute))
    ]
    title = tree.css_first("title")
    tree.strip_tags(list(UNSEEN))
    shown = tree.body.text(separator=" ") if tree.body else ""
    return "\n".join([title.text() if title else "", *spoken, shown])


def _decoded(body: bytes, content_type: str) -> str:
    for claimed in _claimed_charsets(body, content_type):
        try:
            return body.decode(claimed)
        except (LookupError, UnicodeDecodeError):
            continue  # a wrong claim: the next may be right
    guess = from_bytes(body[:LOOKED_AT]).best()
    return body.decode(guess.encoding if guess else "utf-8", errors="replace")


def _claimed_charsets(body: bytes, content_type: str) -> list[str]:
    """In the order in which browsers believe them: BOM, header, the page itself; then UTF-8."""
    claims = [charset for mark, charset in _BOMS if body.startswith(mark)]
    if found := _IN_HEADER.search(content_type):
        claims.append(found[1])
    if found_in_page := _IN_META.search(body[:4096]):
        claims.append(found_in_page[1].decode("ascii", errors="ignore"))
    return [*claims, "utf-8"]
