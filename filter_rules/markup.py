"""The tags of HTML, told apart from its text as the standard's tokenizer does, in one pass.

Every pattern here reads on and never back, so that time grows with the length of a page alone,
whatever stands on it.
"""

import re
from html import unescape

_RAW = "script|style|title|textarea|noscript|iframe|noembed|noframes|xmp|plaintext"
_FIRST = "".join(sorted({name[0] + name[0].upper() for name in _RAW.split("|")}))
_ANY_CASE = "|".join(
    "".join(f"[{letter}{letter.upper()}]" for letter in name) for name in _RAW.split("|")
)
_END_OF_VALUE = r"[\s/]*+=?+"  # an = here begins a name
_ATTRIBUTES = (
    rf"{_END_OF_VALUE}(?:[^>=]++(?:=\s*+(?:"
    rf"(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+){_END_OF_VALUE})?+)?+)*+"
)
# No flag for any case: it would take a fifth longer.
TOKEN = re.compile(
    r"((?:[^<]++|<(?![a-zA-Z!?/]))*+)"  # text, then one of:
    r"(?:<(?:"
    rf"(?=[{_FIRST}])({_ANY_CASE})(?=[\s/>])({_ATTRIBUTES})>"  # what holds no tags ...
    r"([^<]*+(?:<(?!/(?i:\2)[\s/>])[^<]*+)*+)"  # ... up to its end
    rf"|(/?[a-zA-Z][^\s/>]*+)({_ATTRIBUTES})>?+"  # a tag
    r"|!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?>)?+)"  # a comment
    r"|[!?/][^>]*+>?+"  # what counts as a comment
    r")|\Z)"
)
SELF_CLOSED = re.compile(rf"<(?:{_RAW})(?=[\s/])[^<>]*/>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"'][^\s>]*+))?+)?+"
)
_TOO_LONG = re.compile(r"&#[0-9]{1000,};?")


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag; of two of one name the first counts."""
    said: dict[str, str] = {}
    for name, double, single, unquoted in _ATTRIBUTE.findall(text):
        said.setdefault(name.lower(), double or single or unquoted)
    return said


def unescaped(text: str) -> str:
    """Decode the entities of a text. Never raises."""
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return unescape(_TOO_LONG.sub("\ufffd", text))
