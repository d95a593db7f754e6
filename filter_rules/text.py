"""Fold a text to plain words, so that spelling cannot hide what it says, and find them again.

A text is cut into tokens that remember where they stood. `plain` gives a token its one
spelling (compatibility forms, case, accents, invisible characters, apostrophes). What goes
beyond spelling (look-alike letters, leet, words run together) could invent words: that is
the `vocabulary`'s part.
"""

import re
from collections.abc import Iterator
from unicodedata import normalize

from filter_rules.letters import (
    EMOJI,
    FRAMED,
    MARKS,
    POINTS,
    SIGNS,
    SPELT,
    UNSPACED,
    UNSPACED_SIGNS,
)

APOSTROPHES = "'’‘ʼ`´＇"
SYMBOLS = "@$!*|€£"  # stand for letters inside a word, end a sentence outside one

_KEPT = rf"{MARKS}{SIGNS}{FRAMED}"
_PART = rf"(?:[^\W{UNSPACED}]|[{_KEPT}])"
_LETTER = rf"(?:[^\W{UNSPACED}]|[{FRAMED}])[{MARKS}]*"
_BETWEEN = r"\s.,\-*/|·•~+"
_GAP = rf"[{_BETWEEN}]{{1,3}}"
_SPACED = rf"{_LETTER}(?:{_GAP}{_LETTER}(?!{_PART})){{2,400}}"
_ALONE = rf"[{UNSPACED}][{UNSPACED_SIGNS}{MARKS}]*"
_PICTURE = rf"(?<!\w)[{''.join(EMOJI)}](?!\ufe0f?\w)"
_WORD = rf"[@$]?{_PART}+(?:[{SYMBOLS}{APOSTROPHES}]+{_PART}+)*\$*"
_TOKEN = re.compile(rf"{_SPACED}|{_ALONE}|{_PICTURE}|{_WORD}")
SPACED_OUT = re.compile(_SPACED)
GAPS = re.compile(_GAP)
# White space elsewhere is where no token goes on: the gaps of a spaced-out word, from the one
# before its second letter on, all lie within one such run.
_RUN = re.compile(rf"(?:[{_BETWEEN}]{{1,3}}+{_LETTER}(?!{_PART})){{2,}}+")
_WIDE = re.compile(r"\s\s{3,}")  # wider than a gap: how wide does not matter
_SOLID = re.compile(r"\S+")
_SPACE = re.compile(r"\s")
AROUND = ".,;:?!()[]{}<>\"'“”‘’…–—-/"  # never of a token, before or after a word of letters
_BOUND = "\0"  # stands for white space inside a run
_NOT_LETTERS = re.compile(rf"[^\w{SIGNS}{FRAMED}{UNSPACED_SIGNS}]|[_ʼ{MARKS}{POINTS}]")


def tokens(text: str) -> list[str]:
    """Return the words of a text in order; a word with its letters spaced out is one token."""
    return [token for piece in pieces(text) for token in cut(piece)]


def pieces(text: str) -> list[str]:
    """Cut a text where no token goes on: far quicker than to find its tokens."""
    narrow = _WIDE.sub("    ", _levelled(text).replace(_BOUND, "\1"))
    return _RUN.sub(lambda run: _SPACE.sub(_BOUND, run[0]), narrow).split()


def rough(text: str) -> list[str]:
    """Cut a text at white space alone: quicker still, but letters that are spaced out fall apart."""
    return _levelled(text).split()


def rough_spans(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Return each `rough` piece with where its tokens stand in the text."""
    for found in _SOLID.finditer(_levelled(text)):
        start = found.start()
        yield (
            found[0],
            [(start + one.start(), start + one.end()) for one in _tokens_of(found[0])],
        )


def bare(piece: str) -> str:
    """Return the plain word that is all a piece holds beside punctuation, else nothing."""
    word = piece.strip(AROUND)
    return word if word.isascii() and word.isalpha() else ""


def cut(piece: str) -> list[str]:
    """Return the tokens of one of the `pieces`."""
    word = bare(piece)
    return [word] if word else [found[0] for found in _tokens_of(piece)]


def _tokens_of(piece: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(piece.replace(_BOUND, " "))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Say where each of `tokens` stood in the text."""
    return (found.span() for found in _TOKEN.finditer(_levelled(text)))


def plain(token: str) -> str:
    """Give a token its one spelling: no case, accents, apostrophes or invisible characters."""
    word = token.replace("’", "")
    if word.isascii():  # as most are: what follows would change nothing but the case
        return (word if word.isalnum() else _NOT_LETTERS.sub("", word)).lower()
    if shows := EMOJI.get(token):
        return shows
    apart = normalize("NFKD", normalize("NFKD", token).casefold())
    return normalize("NFKC", _NOT_LETTERS.sub("", apart).translate(SPELT)).casefold()


def fold(text: str) -> str:
    """Return the words of a text in their one spelling, a single space between them."""
    words = (plain(part) for token in tokens(text) for part in token.split())
    return " ".join(filter(None, words))


def _levelled(text: str) -> str:
    """Lower the case without moving a character (İ alone would become two)."""
    return text.replace("_", " ").replace("İ", "I").lower()
