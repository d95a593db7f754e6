"""Phrase lists of other filters: e2guardian's, plain words one a line, and JSON arrays of words.

    <word>              inside words too; < word > whole words, since a space stands for an edge
    <one>,<two>         both somewhere on the page, in any order
    <word><50>          a weight, also negative, or <50%> of the limit
    #listcategory: "x"  what the lines below are about; any other # begins a comment
    #time: 9 0 15 0 01234   hours: no phrase decides hours here, see below
    .Include<path>      another file of the same kind

No list decides hours here, so it errs to the safe side, as the lists of sites do: what a list
of some hours weighs it weighs always, and what it would lift is not lifted.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from filter_rules.charsets import codec_of, guessed
from filter_rules.types import Problem

LONGEST_PHRASE = 200  # characters
MOST_TERMS = 16  # of one combination
HEAVIEST = 10_000

_SAID = re.compile(r"<([^<>]*)>")
_LINE = re.compile(r"((?:<[^<>]*>\s*,\s*)*<[^<>]*>)\s*(?:<\s*(-?\d{1,6})(%?)\s*>)?\s*(?:#.*)?")
_TAG = re.compile(
    r"#\s*(listcategory|time|charset|encoding|noconvert)\b\s*:?\s*(.*)", re.IGNORECASE
)
_INCLUDE = re.compile(r"\.Include\s*<\s*([^<>]+?)\s*>", re.IGNORECASE)
_NO_WORD = re.compile(r"[\s\x00-/:;=?@\[\\\]^_`<>{|}~]+")
_CHARSET_LINE = re.compile(rb"(?im)^#\s*(?:charset|encoding)\s*:\s*[\"']?([\w.:-]+)")
_BY_PATH = (  # as the files of e2guardian name theirs
    ("1251", "cp1251"), ("koi8", "koi8-r"), ("big5", "big5hkscs"), ("gb2312", "gb18030"),
    ("gbk", "gb18030"), ("euc-jp", "euc_jp"), ("sjis", "cp932"), ("1250", "cp1250"),
    ("8859-2", "iso8859-2"), ("polish", "iso8859-2"), ("japanese", "euc_jp"), ("japanese", "cp932"),
)  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]")
_KOI8_SMALL = re.compile(rb"[\xc0-\xdf]")
_LETTER = re.compile(rb"[a-zA-Z\x80-\xff]")
_GUESSABLE = frozenset(("cp1251", "koi8-r", "big5hkscs", "gb18030", "cp932", "euc_jp"))
_MANY_HIGH = 0.3  # of the bytes: less is a western language with a few accents


class ListKind(StrEnum):
    """What a phrase of a list does."""

    WEIGHTED = "weighted"
    BANNED = "banned"
    EXCEPTION = "exception"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class ListedPhrase:
    """One usable line: all terms must stand on a page, in any order.

    A term is in plain letters, single spaces between words; a space at its edge is the edge of
    a word. `weight` is for WEIGHTED alone; where `percent` it is of the limit.
    """

    terms: tuple[str, ...]
    kind: ListKind
    weight: float = 0.0
    percent: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Include:
    """A file that a list takes in, as it names it."""

    path: str


def kind_of(path: str) -> ListKind | None:
    """Return what a file of e2guardian holds, by its name; None where the name does not tell."""
    name = path.rpartition("/")[2].lower()
    return next(
        (
            kind
            for kind in (ListKind.WEIGHTED, ListKind.BANNED, ListKind.EXCEPTION)
            if name.startswith(kind.value)
        ),
        None,
    )


def normal(text: str) -> str:
    """Return a text as phrases are compared: small letters, and a space for all that is no word."""
    return _NO_WORD.sub(" ", text.lower())


def text_of(body: bytes, path: str, charset: str = "") -> str:
    """Decode a list: by what is said, else as UTF-8, else as its path or its bytes tell."""
    tagged = _CHARSET_LINE.search(body[:4096])
    said = codec_of(charset) or (codec_of(tagged[1].decode("ascii")) if tagged else "")
    if said:
        return body.decode(said, errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        named = [codec for hint, codec in _BY_PATH if hint in path.lower()]
        codecs = named or [_by_bytes(body, error.start)]
        # Some files were put together from others, so they change their charset on the way.
        return "".join(_line(line, ("utf-8", *codecs)) for line in body.splitlines(keepends=True))


def _line(line: bytes, codecs: Sequence[str]) -> str:
    """Decode a line by the first charset that it can be in, else by the last as well as it goes."""
    for codec in codecs:
        try:
            return line.decode(codec)
        except UnicodeDecodeError:
            continue
    return line.decode(codecs[-1], errors="replace")


def _by_bytes(body: bytes, first: int) -> str:
    letters = len(_LETTER.findall(body))
    high = len(_HIGH.findall(body))
    if high < _MANY_HIGH * letters:
        return "cp1252"
    found = guessed(body, first)
    if found in ("cp1251", "koi8-r"):  # where the one has its small letters the other has capitals
        return "koi8-r" if len(_KOI8_SMALL.findall(body)) * 2 > high else "cp1251"
    return found if found in _GUESSABLE else "cp1252"


def read_phrases(
    text: str, path: str, kind: ListKind | None = None
) -> Iterator[ListedPhrase | Include | Problem]:
    """Read a list line by line. What cannot be used is a Problem with its line."""
    kind = kind or kind_of(path)
    if text.lstrip().startswith("[") and path.lower().endswith(".json"):
        yield from _of_json(text, path)
        return
    about, hours = "", False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip("\r\n")
        if tag := _TAG.match(line.strip()):
            match tag[1].lower():
                case "listcategory":
                    about = tag[2].strip().strip("\"'")
                case "time":
                    hours = True
                case _:
                    pass
        elif include := _INCLUDE.match(line.strip()):
            yield Include(include[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            yield _read(line, Problem(path, number, ""), kind, about, hours=hours)


def _read(
    line: str, place: Problem, kind: ListKind | None, about: str, *, hours: bool
) -> ListedPhrase | Problem:
    try:
        phrase = _phrase(line, kind, about) if "<" in line or ">" in line else _word(line, about)
    except ValueError as error:
        return Problem(place.file, place.line, str(error))
    if phrase.kind is ListKind.EXCEPTION and hours:
        says = "This lifts others in some hours only: no phrase here knows hours."
        return Problem(place.file, place.line, says)
    return phrase


def _phrase(line: str, kind: ListKind | None, about: str) -> ListedPhrase:
    found = _LINE.fullmatch(line.strip())
    if not found:
        raise ValueError("This is no phrase: write <words>, <words><50> or <words>,<words><50>.")
    terms = tuple(dict.fromkeys(_term(term) for term in _SAID.findall(found[1])))
    if len(terms) > MOST_TERMS:
        raise ValueError(f"This combines more than {MOST_TERMS} phrases.")
    kind = kind or (ListKind.WEIGHTED if found[2] else ListKind.BANNED)
    if kind is not ListKind.WEIGHTED:
        return ListedPhrase(terms, kind, about=about)
    if not found[2]:
        raise ValueError("This has no weight: write it after the phrase, as in <words><50>.")
    weight = int(found[2])
    if abs(weight) > HEAVIEST:
        raise ValueError(f"A weight must lie between -{HEAVIEST:,} and {HEAVIEST:,}.")
    return ListedPhrase(terms, kind, float(weight), percent=bool(found[3]), about=about)


def _word(line: str, about: str) -> ListedPhrase:
    return ListedPhrase((_term(f" {line.partition('#')[0]} "),), ListKind.WORDS, about=about)


def _term(said: str) -> str:
    term = normal(said)
    if not term.strip():
        raise ValueError("This phrase holds no word: give it letters or digits.")
    if len(term) > LONGEST_PHRASE:
        raise ValueError(f"This phrase is longer than {LONGEST_PHRASE} characters.")
    return term


def _of_json(text: str, path: str) -> Iterator[ListedPhrase | Problem]:
    try:
        words = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Problem(path, getattr(error, "lineno", 1), "This is no JSON.")
        return
    for number, word in enumerate(words, 1):
        if isinstance(word, str):
            yield _read(
                f"{word} ".replace("#", " "), Problem(path, number, ""), None, "", hours=False
            )
        else:
            yield Problem(path, number, "An array of words holds texts alone.")
