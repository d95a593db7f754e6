"""Take the tags out of what a page's own editor sends: people see words, and typed no tags."""

import re
from html import unescape

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})(?:\s[^<>]*)?/?>")
_WITHIN_WORDS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "code",
        "del",
        "em",
        "font",
        "i",
        "ins",
        "mark",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "wbr",
    ]
)


def without_tags(text: str) -> str:
    """Return the words of a text that may be HTML, a line for each block."""
    if "<" not in text or not _TAG.search(text):
        return text
    bare = _TAG.sub(lambda tag: "" if tag[1].lower() in _WITHIN_WORDS else "\n", text)
    lines = (line.strip() for line in unescape(bare).split("\n"))
    return "\n".join(line for line in lines if line)
