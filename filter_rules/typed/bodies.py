"""Read the words that a person typed from what is sent to a site: forms, JSON, plain text.

Where the table names the leaves, those are read; elsewhere, and where a site has moved its
leaves, every string is that a person may have written. Never read: files, and what withheld.py
knows for a secret. Work is bounded, and no bytes raise.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from filter_rules.typed.addresses import fields, unquoted
from filter_rules.typed.leaves import at, literals, may_be_json, parsed, strings
from filter_rules.typed.markup import without_tags
from filter_rules.typed.multipart import text_fields
from filter_rules.typed.sites import Known, site_of
from filter_rules.typed.wire import wire_strings
from filter_rules.typed.withheld import NO_NAME, Name, is_no_words, is_prose, name_of
from filter_rules.typed.words import Typed
from filter_rules.types import Kind
from filter_rules.urls import Url

MOST_BYTES = 1024 * 1024  # of what is sent; what stands beyond is not read
MOST_FOUND = 20  # strings told one by one; the others as one
MOST_CHARACTERS = 200_000  # of all that is found
_CHARSET = re.compile(
    r"charset\s*=\s*[\"']?((?:utf|iso|windows|us-ascii|latin|gb|big5|euc|shift)[\w.-]*)",
    re.IGNORECASE,
)
_WIRE = (
    "application/grpc",
    "application/connect+proto",
    "application/proto",
    "application/x-protobuf",
)
_FORM = re.compile(r"[\w.\[\]%*-]{1,100}=")


@dataclass(frozen=True, slots=True)
class Tree:
    """What was sent, taken apart.

    `by_form`: people fill in forms and write plain text; programs write JSON.
    """

    value: object
    by_form: bool = False


def typed_in_body(url: Url, content_type: str, body: bytes) -> tuple[Typed, ...]:
    """Return what a person typed, in order; nothing where the body is of no kind that is read."""
    tree = read(content_type, body[:MOST_BYTES])
    if tree is None:
        return ()
    known = site_of(url.host)
    if known and (named := named_in(known, url, tree.value)) is not None:
        return named
    site = known.site.name if known else url.host
    return anything_typed(tree, site)


def is_read(content_type: str) -> bool:
    """Say whether words may stand in a body of this media type."""
    return _reader(content_type) != ""


def read(content_type: str, body: bytes) -> Tree | None:
    """Take a body apart by its media type, or by how it begins where that says nothing."""
    reader = _reader(content_type)
    if reader == "" or not body.strip():
        return None
    if reader == "multipart":
        parts = text_fields(content_type, body)
        return Tree(
            _form((name, decoded(value, content_type)) for name, value in parts), by_form=True
        )
    if reader == "wire":
        return Tree(wire_strings(body))
    return _of_text(reader, decoded(body, content_type))


def _of_text(reader: str, text: str) -> Tree:
    if reader == "form" or (reader == "text" and _FORM.match(text)):
        return Tree(_form((name, unquoted(value)) for name, value in fields(text)), by_form=True)
    if reader == "json" or may_be_json(text):
        return Tree(_json(text))
    return Tree(text, by_form=True)


def anything_typed(tree: Tree, site: str) -> tuple[Typed, ...]:
    """Return every string that a person may have written."""
    secrets: set[str] = set()
    found: dict[str, None] = {}
    left = MOST_CHARACTERS
    names = _Names()
    for leaf in strings(tree.value):
        own = names[leaf.names[-1]] if leaf.names else NO_NAME
        if own.secret or any(names[name].hides for name in leaf.names):
            secrets.add(leaf.text.strip())
        elif left > 0 and _is_written(own, leaf.text, by_form=tree.by_form and not leaf.nested):
            words = without_tags(leaf.text).strip()[:left]
            left -= len(words)
            found[words] = None
    told = [words for words in found if words not in secrets]
    rest = "\n".join(told[MOST_FOUND:])
    return tuple(
        Typed(words, Kind.CHAT, site, certain=False)
        for words in (*told[:MOST_FOUND], rest)
        if words
    )


def decoded(body: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type)
    try:
        return body.decode(declared[1] if declared else "utf-8", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", "replace")


def _reader(content_type: str) -> str:
    media = content_type.partition(";")[0].strip().lower()
    if media == "application/x-www-form-urlencoded":
        return "form"
    if media == "multipart/form-data":
        return "multipart"
    if media.startswith(_WIRE):
        return "wire"
    if media.endswith(("json", "json+protobuf", "ndjson", "jsonl", "graphql")):
        return "json"
    return "text" if media in {"", "text/plain"} else ""


def _json(text: str) -> object:
    """Return what a JSON text says; of a broken one, or of several, its strings."""
    try:
        return parsed(text)
    except ValueError:
        return list(literals(text)) or text


def _form(pairs: Iterable[tuple[str, str]]) -> object:
    tree: dict[str, list[str]] = {}
    for name, value in pairs:
        tree.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in tree.items()}


def named_in(known: Known, url: Url, value: object) -> tuple[Typed, ...] | None:
    """Return what stands where the table says; None where it says nothing that is there."""
    found: list[Typed] = []
    for place in known.sent:
        if place.path.fullmatch(url.path):
            if not place.names:
                return ()
            found += _at_places(value, place.names, place.kind, known.site.name)
    for place in known.asked if isinstance(value, Mapping) else ():
        if not found and place.path.fullmatch(url.path):
            found += _at_places(value, place.names, place.kind, known.site.name)
    return tuple(dict.fromkeys(found)) or None


def _at_places(value: object, places: Iterable[str], kind: Kind, site: str) -> Iterator[Typed]:
    for place in places:
        texts = (without_tags(text).strip() for text in at(value, place))
        words = "\n".join(text for text in texts if text and not is_no_words(text))
        if words:
            yield Typed(words[:MOST_CHARACTERS], kind, site)


def _is_written(name: Name, text: str, *, by_form: bool) -> bool:
    if not (by_form or name.telling) and (name.of_program or not is_prose(text)):
        return False
    return not is_no_words(text)


class _Names(dict[str, Name]):
    """What is known of the names of one body, most of which come again and again."""

    def __missing__(self, name: str) -> Name:
        known = self[name] = name_of(name)
        return known
