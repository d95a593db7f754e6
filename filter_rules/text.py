"""Fold text to plain words, so that spelling cannot hide what it says, and find them again.

A text is cut into tokens that remember where they stood. `plain` gives a token its one
spelling (compatibility forms, case, accents, invisible characters, apostrophes). What goes
beyond spelling (look-alike letters, leet, drawn-out letters, spaced-out letters, words run
together) could invent words, so a `Vocabulary` reads a token that way only where a word it
knows comes out.
"""

import re
from collections.abc import Iterable, Iterator
from math import inf
from unicodedata import normalize

# Marks and invisible characters that stand on or inside a word without being a letter of it.
MARKS = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"  # invisible
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # points and accents
)
# Vowel signs that Python does not count as letters: without them these scripts are unreadable.
SIGNS = r"\u0900-\u0963\u0966-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e"
# Letters in circles and squares: symbols by name, letters to the eye.
FRAMED = r"\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"
APOSTROPHES = "'’‘ʼ`´＇"
SYMBOLS = "@$!*|€£"  # stand for letters inside a word, end a sentence outside one

_PART = rf"[\w{MARKS}{SIGNS}{FRAMED}]"
_LETTER = rf"[\w{FRAMED}][{MARKS}]*"
_BETWEEN = r"\s.,\-*/|·•~+"
_GAP = rf"[{_BETWEEN}]{{1,3}}"
_SPACED = rf"{_LETTER}(?:{_GAP}{_LETTER}(?!{_PART})){{2,400}}"
_WORD = rf"[@$]?{_PART}+(?:[{SYMBOLS}{APOSTROPHES}]+{_PART}+)*\$*"
_TOKEN = re.compile(rf"{_SPACED}|{_WORD}")
_SPACED_OUT = re.compile(_SPACED)
_GAPS = re.compile(_GAP)
# White space elsewhere is where no token goes on: the gaps of a spaced-out word, from the one
# before its second letter on, all lie within one such run.
_RUN = re.compile(rf"(?:[{_BETWEEN}]{{1,3}}+{_LETTER}(?!{_PART})){{2,}}+")
_WIDE = re.compile(r"\s\s{3,}")  # wider than a gap: how wide does not matter
_SPACE = re.compile(r"\s")
_AROUND = ".,;:?!()[]{}<>\"'“”‘’…–—-/"  # never of a token, before or after a word of letters
_BOUND = "\0"  # stands for white space inside a run
_NOT_LETTERS = re.compile(rf"[^\w{SIGNS}{FRAMED}]|[_ʼ{MARKS}]")
_SYMBOL_RUN = re.compile(rf"[{re.escape(SYMBOLS)}]+")
_DRAWN_OUT = re.compile(r"(.)\1\1")
_REPEATED = re.compile(r"(.)\1+")
_SHORTEST_DISGUISE = 2  # below this, a digit is a digit
_PRICE_OF_A_LETTER = 2.5  # dearer than any known word: letters are left over, not preferred
_SHORTEST_GLUED = 8  # words run together are read from this length on

# What is drawn like a Latin letter without being one: Greek, Cyrillic, Armenian, phonetic.
_LOOK_ALIKES = str.maketrans(
    {
        look_alike: letter
        for letter, look_alikes in {
            "a": "аαɑᴀ", "b": "вьβʙ", "c": "сϲᴄ", "d": "ԁɖđᴅ", "e": "еєεəɛᴇ", "f": "ғƒ", "g": "ɡɢց",
            "h": "һнʜհ", "i": "іιıɩɪ", "j": "јϳᴊ", "k": "кκᴋ", "l": "ӏłʟ", "m": "мᴍ", "n": "пηոɴ",
            "o": "оοσøօᴏ", "p": "рρᴘ", "q": "ԛզ", "r": "гʀ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υսᴜ",
            "v": "νѵᴠ", "w": "шωԝѡᴡ", "x": "хχ", "y": "уγүʏ", "z": "ʐᴢ",
        }.items()
        for look_alike in look_alikes
    }
)  # fmt: skip
_LEET = (
    str.maketrans("01345789@$€£!|", "oieastbgaselii"),
    str.maketrans("01345789@$€£!|", "oleastbgaselll"),
)


def tokens(text: str) -> list[str]:
    """Return the words of a text in order; a word with its letters spaced out is one token."""
    return [token for piece in pieces(text) for token in cut(piece)]


def pieces(text: str) -> list[str]:
    """Cut a text where no token goes on: far quicker than to find its tokens."""
    narrow = _WIDE.sub("    ", _levelled(text).replace(_BOUND, "\1"))
    return _RUN.sub(lambda run: _SPACE.sub(_BOUND, run[0]), narrow).split()


def bare(piece: str) -> str:
    """Return the plain word that is all a piece holds beside punctuation, else nothing."""
    word = piece.strip(_AROUND)
    return word if word.isascii() and word.isalpha() else ""


def cut(piece: str) -> list[str]:
    """Return the tokens of one of the `pieces`."""
    word = bare(piece)
    return [word] if word else _TOKEN.findall(piece.replace(_BOUND, " "))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Say where each of `tokens` stood in the text."""
    return (found.span() for found in _TOKEN.finditer(_levelled(text)))


def plain(token: str) -> str:
    """Give a token its one spelling: no case, accents, apostrophes or invisible characters."""
    word = token.replace("’", "")
    if word.isascii():  # as most are: what follows would change nothing but the case
        return (word if word.isalnum() else _NOT_LETTERS.sub("", word)).lower()
    apart = normalize("NFKD", normalize("NFKD", token).casefold())
    return normalize("NFKC", _NOT_LETTERS.sub("", apart)).casefold()


def fold(text: str) -> str:
    """Return the words of a text in their one spelling, a single space between them."""
    words = (plain(part) for token in tokens(text) for part in token.split())
    return " ".join(filter(None, words))


def _levelled(text: str) -> str:
    """Lower the case without moving a character (İ alone would become two)."""
    return text.replace("_", " ").replace("İ", "I").lower()


class Vocabulary:
    """The words that count, and what else is read as one of them. Never changes."""

    UNKNOWN = "."

    def __init__(self, phrases: Iterable[str]) -> None:
        folded = tuple(phrases)
        words = sorted({word for phrase in folded for word in phrase.split()})
        glued = {phrase.replace(" ", ""): phrase for phrase in folded}
        self._readings = {
            together: apart for together, apart in glued.items() if len(together) >= _SHORTEST_GLUED
        }
        self._readings |= {word: word for word in words}
        self._disguises = {_REPEATED.sub(r"\1", word): word for word in words}
        self._disguises |= {masked: word for word in words for masked in _masked(word)}
        self._words = frozenset(words)
        self._beginnings = frozenset(
            word[:end] for word in words for end in range(1, len(word) + 1)
        )

    def read(self, token: str) -> str:
        """Return the known words that a token says, a space between them, or UNKNOWN."""
        if token.isascii():
            token = token.lower()
            if known := self._readings.get(token):
                return known
            if token.isalpha():
                return self._drawn_in(token) or self.UNKNOWN
        if _SPACED_OUT.fullmatch(token):
            return self._spelt_out(token)
        return self._undisguised(token) or self._in_parts(token) or self.UNKNOWN

    def _drawn_in(self, word: str) -> str | None:
        """Read soooo as so."""
        return self._disguises.get(_REPEATED.sub(r"\1", word)) if _DRAWN_OUT.search(word) else None

    def _undisguised(self, token: str) -> str | None:
        """Read k1ll as kill, сut in Cyrillic as cut, su*cide as suicide."""
        as_is = plain(token)
        if not _SYMBOL_RUN.search(token) and (known := self._readings.get(as_is)):
            return known
        if not any(map(str.isalpha, token)):
            return None
        shown = normalize("NFKC", token).casefold()
        for spelling in dict.fromkeys(map(shown.translate, _LEET)):
            unmasked = as_is if spelling == token else plain(spelling)
            word = plain(unmasked.translate(_LOOK_ALIKES))
            if len(word) < _SHORTEST_DISGUISE:
                continue
            if known := self._readings.get(word) or self._drawn_in(word):
                return known
        return self._disguises.get(shown)

    def _in_parts(self, token: str) -> str | None:
        """Read what a symbol joins (well!done) as words apart."""
        parts = _SYMBOL_RUN.split(token)
        if len(parts) == 1:
            return None
        return " ".join(self.read(part) for part in parts if part)

    def _spelt_out(self, token: str) -> str:
        """Read s p e l t o u t: the fewest known words that its letters make, else the letters."""
        letters = "".join(map(plain, _GAPS.split(token)))
        if not letters.isalpha() and any(map(str.isalpha, letters)):
            letters = letters.translate(_LEET[0])
        cost = [0.0] + [inf] * len(letters)
        cut = [0] * (len(letters) + 1)
        for start in range(len(letters)):
            for end, price in self._steps(letters, start):
                if cost[start] + price < cost[end]:
                    cost[end], cut[end] = cost[start] + price, start
        words: list[str] = []
        end = len(letters)
        while end:
            words.append(letters[cut[end] : end])
            end = cut[end]
        return " ".join(reversed(words)) or self.UNKNOWN

    def _steps(self, letters: str, start: int) -> Iterator[tuple[int, float]]:
        """Where a word that begins here may end, with the price: long known words are cheap."""
        yield start + 1, _PRICE_OF_A_LETTER
        for end in range(start + 1, len(letters) + 1):
            word = letters[start:end]
            if word not in self._beginnings:
                return
            if word in self._words:
                yield end, 1 + 1 / len(word)


def _masked(word: str) -> Iterator[str]:
    """Spell a word with a star for one of its vowels, as people do to slip past filters."""
    for place, letter in enumerate(word):
        if place and letter in "aeiou":
            yield f"{word[:place]}*{word[place + 1 :]}"
