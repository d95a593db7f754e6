"""Patterns of Adblock syntax: their one spelling, that of addresses, and what they mean.

In a pattern `*` is anything, `^` what separates the parts of an address or its end, `||` in
front the beginning of a host or of a name above it, and `|` the address's own beginning or
end. What stands between slashes is a regular expression. Words behind ` $` narrow it:
`match-case`, and `denyallow=` with hosts of which it does not speak.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from filter_rules.formats.expressions import compiled, refusal_of
from filter_rules.formats.lines import Said, quoted, zone_entry
from filter_rules.hosts import canonical_host
from filter_rules.types import Entry, Part
from filter_rules.urls import one_spelling

OPTIONS = " $"
MATCH_CASE, EXCEPT = "match-case", "denyallow"

_FEWEST_CHARACTERS = 3
_SCHEME = re.compile(r"\|?(?:https?|wss?)?:?/*")
_WHOLE_WORD = re.compile(r"(?<![a-z0-9%*])[a-z0-9%]+(?![a-z0-9%*])")
_SPECIAL = re.compile(r"[*^|]")
_NAME_IN_FRONT = re.compile(r"(\|\||\|?[a-z]*://)([^/*^|?:]+)(?=[/^|?:])")
# Addresses are held with single slashes; two at the front, or behind a colon, are the scheme's.
_SLASHES = re.compile(r"(?<=[^:*^|/])//+")
_MEANS = {"*": ".*", "^": "(?:[^a-zA-Z0-9_.%-]|$)"}
_BELOW_A_DOT = "^[a-z]+://(?:[^/?]*[.])?"


def is_expression(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")  # noqa: PLR2004 the slashes


def taken_apart(value: str) -> tuple[str, Mapping[str, str]]:
    """Return the pattern itself, and the options that narrow it."""
    body, _, options = (value, "", "") if is_expression(value) else value.rpartition(OPTIONS)
    if not body:
        return value, {}
    split = (one.partition("=") for one in options.split(","))
    return body, {name: names for name, _, names in split}


def whole_words(value: str) -> list[str]:
    """Return the words that stand whole in each address that a pattern covers."""
    body, _ = taken_apart(value)
    if is_expression(body):
        return []
    # A word at an open end may go on in the address, just as at a star.
    before = "" if body.startswith("|") else "*"
    behind = "" if body.endswith("|") else "*"
    return _WHOLE_WORD.findall(f"{before}{body.lower()}{behind}")


def expression_of(value: str) -> str:
    """Return what a pattern means as an expression about a whole address."""
    body, options = taken_apart(value)
    text = body[1:-1] if is_expression(body) else _translated(body)
    return f"(?-i:{text})" if MATCH_CASE in options else text


def pattern_entry(text: str, options: Mapping[str, str], *, allow: bool) -> Said:
    """Read a pattern or, between slashes, an expression; of the options those that narrow it."""
    excepted = [zone_entry(name) for name in options.get(EXCEPT, "").split("|") if name]
    if wrong := next((said for said in excepted if isinstance(said, str)), ""):
        return wrong
    if wrong := _unfit(text):
        return wrong
    spelt = text if is_expression(text) else _spelt(text, cased=MATCH_CASE in options)
    names = "|".join(said.value for said in excepted if isinstance(said, Entry))
    kept = [f"{EXCEPT}={names}"] if names else []
    kept += [MATCH_CASE] if MATCH_CASE in options else []
    value = spelt + (OPTIONS + ",".join(kept) if kept else "")
    if refusal := refusal_of(expression_of(value)):
        return f"{quoted(text)} is no expression that can be used: {refusal}"
    return Entry(Part.PATTERN, value, allow=allow)


def _unfit(text: str) -> str:
    if is_expression(text):
        return _unfit_expression(text[1:-1])
    literal = _SPECIAL.sub("", _SCHEME.sub("", text, count=1))
    if len(literal) < _FEWEST_CHARACTERS or not any(one.isalnum() for one in literal):
        return f"{quoted(text)} would match too much of all there is"
    if not text.isprintable() or " " in text:
        return f"{quoted(text)} holds what no address does"
    return ""


def _unfit_expression(inner: str) -> str:
    if not inner.isprintable():
        return f"{quoted(inner)} holds characters that cannot be seen"
    if not refusal_of(inner) and compiled(inner).search(b""):
        return f"{quoted(inner)} would match all there is"
    return ""


def _spelt(text: str, *, cased: bool) -> str:
    if not text.isascii():
        text = _NAME_IN_FRONT.sub(_spelt_name, text, count=1)
        text = "".join(one if one.isascii() else quote(one) for one in text)
    text = one_spelling(text)
    before, question, behind = text.partition("?")
    text = _SLASHES.sub("/", before) + question + behind
    return text if cased else text.lower()


def _spelt_name(read: re.Match[str]) -> str:
    return read[1] + (canonical_host(read[2]) or read[2])


def _translated(body: str) -> str:
    before, middle, behind = "", body, ""
    if middle.startswith("||"):
        before, middle = _BELOW_A_DOT, middle[2:]
    elif middle.startswith("|"):
        before, middle = "^", middle[1:]
    if middle.endswith("|"):
        middle, behind = middle[:-1], "$"
    elif middle.endswith("?"):  # a query that is empty is spelt as none
        middle, behind = middle[:-1], "(?:[?]|$)"
    return before + "".join(_MEANS.get(one) or re.escape(one) for one in middle) + behind
