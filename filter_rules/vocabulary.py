"""The words that count, and everything that is read as one of them.

What goes beyond spelling (look-alike letters, leet, drawn-out or spaced-out letters, words
run together or split by signs, a slip of the finger) could invent words: so a token is read
as it stands where that is a known word, and otherwise only where a known word comes out.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from math import inf
from unicodedata import normalize

from filter_rules.everyday import RIGHT, SHORT
from filter_rules.letters import EMOJI, LEET, LOOK_ALIKES, STROKES
from filter_rules.text import AROUND, GAPS, SPACED_OUT, SYMBOLS, bare, cut, plain
from filter_rules.wildcards import Wildcards

_SYMBOL_RUN = re.compile(rf"[{re.escape(SYMBOLS)}]+")
_DRAWN_OUT = re.compile(r"(.)\1\1")
_REPEATED = re.compile(r"(.)\1+")
_STROKE = re.compile("|".join(re.escape(drawn) for drawn, _ in STROKES))
_DRAWN = dict(STROKES)
_SHORTEST_DISGUISE = 2  # below this, a digit is a digit
_LONE = 2  # letters below which a group of them is a letter
_PRICE_OF_A_LETTER = 2.5  # dearer than any known word: letters are left over, not preferred
_SHORTEST_GLUED = 8  # words run together are read from this length on
_ONE_WORD = frozenset(("therapist", "therapists", "together"))  # though others stand in them
_SHORTEST_HASHTAG = 10  # and any known words from this
_FEWEST_IN_HASHTAG = 3  # so that "therapist" never falls apart
_LONGEST_HASHTAG = 60
_OPENINGS = frozenset(("i", "how", "why"))  # of a sentence run together without a #
_OPENING = tuple(sorted(_OPENINGS))
_SHORTEST_MISSPELT = 7
_MOST_PARTS = 12  # of one piece that may be one word


class Vocabulary:
    """The words of some phrases. `keys` are read with one slip too. Never changes.

    `wildcards` are words with a star at an edge: any word that begins, ends or goes on so. A
    word that is not known otherwise is read as `beginning*middle*end`, the longest of each.
    """

    UNKNOWN = "."

    def __init__(
        self, phrases: Iterable[str], keys: Iterable[str] = (), wildcards: Iterable[str] = ()
    ) -> None:
        folded = tuple(phrases)
        words = sorted({word for phrase in folded for word in phrase.split()})
        glued = {phrase.replace(" ", ""): phrase for phrase in folded}
        self._readings = {
            together: apart
            for together, apart in glued.items()
            if len(together) >= _SHORTEST_GLUED and together not in _ONE_WORD
        }
        self._readings |= {word: word for word in words}
        self._disguises = {_REPEATED.sub(r"\1", word): word for word in words}
        self._disguises |= {masked: word for word in words for masked in _masked(word)}
        self._keys = frozenset(key for key in keys if _may_slip(key))
        self._dropped = {slip: key for key in sorted(self._keys) for slip in _dropped(key)}
        self._words = frozenset(words)
        self._beginnings = frozenset(
            word[:end] for word in words for end in range(1, len(word) + 1)
        )
        self.wildcards = Wildcards(wildcards)

    def hear(self, piece: str) -> tuple[tuple[str, int], ...]:
        """Return what the tokens of a piece say, each reading with the number of its tokens."""
        if piece.startswith("#") and (words := self._run_together(bare(piece[1:]), SHORT)):
            return ((words, 1),)
        apart = tuple((self.read(token), 1) for token in cut(piece))
        if any(reading == self.UNKNOWN for reading, _ in apart) and (
            together := self._together(piece, len(apart))
        ):
            return ((together, len(apart)),)
        return apart

    def read(self, token: str) -> str:
        """Return the known words that a token says, a space between them, or UNKNOWN."""
        if token.isascii():
            token = token.lower()
            if known := self._readings.get(token):
                return known
            if token.isalpha():
                return self._known(token) or self._less_likely(token) or self.UNKNOWN
        if token in EMOJI:
            return token
        if SPACED_OUT.fullmatch(token):
            return self._spelt_out(token)
        return self._undisguised(token) or self._in_parts(token) or self.UNKNOWN

    def _known(self, word: str) -> str | None:
        """Read a plain word, drawn out as it may be: soooo as so."""
        return (
            self._readings.get(word)
            or (self._disguises.get(_REPEATED.sub(r"\1", word)) if _DRAWN_OUT.search(word) else "")
            or self.wildcards.read(word)
        )

    def _less_likely(self, word: str) -> str | None:
        """Read a slip of the finger, ph for f, and three or more words run together."""
        if known := self._slipped(word):
            return known
        if _STROKE.search(word) and (known := self._readings.get(_undrawn(word))):
            return known
        return self._run_together(word) if word.startswith(_OPENING) else None

    def _slipped(self, word: str) -> str | None:
        """Read a word with a letter dropped, doubled or swapped, its first in place."""
        if len(word) < _SHORTEST_MISSPELT - 1 or word in RIGHT:
            return None
        if known := self._dropped.get(word):
            return known
        for place in range(1, len(word) - 1):
            here, following = word[place], word[place + 1]
            rest = word[place + 2 :]
            right = word[:place] + (here if here == following else following + here) + rest
            if right in self._keys:
                return right
        return None

    def _run_together(self, word: str, openings: frozenset[str] = _OPENINGS) -> str | None:
        """Read iwanttodie as known words, none of them short but the most common."""
        if not _SHORTEST_HASHTAG <= len(word) <= _LONGEST_HASHTAG:
            return None
        words = self._cheapest(word)
        fits = words[0] in openings or (openings is SHORT and len(words[0]) > _SHORTEST_DISGUISE)
        if len(words) < _FEWEST_IN_HASHTAG or not fits:
            return None
        known = (
            one in self._words and (len(one) > _SHORTEST_DISGUISE or one in SHORT) for one in words
        )
        return " ".join(words) if all(known) else None

    def _together(self, piece: str, parts: int) -> str | None:
        """Read what signs split (su-icide, |<ill) as one word or as one run together."""
        if parts > _MOST_PARTS:
            return None
        signs = piece.strip(AROUND)
        if _STROKE.search(piece) and (known := self._readings.get(plain(_undrawn(signs)))):
            return known
        if parts == 1 or " " in signs or "\0" in signs:
            return None
        return self._readings.get(plain(signs.translate(LEET[0]))) or self._readings.get(
            plain(signs)
        )

    def _undisguised(self, token: str) -> str | None:
        """Read k1ll as kill, сut in Cyrillic as cut, su*cide as suicide."""
        as_is = plain(token)
        if not _SYMBOL_RUN.search(token) and (known := self._known(as_is)):
            return known
        if not any(map(str.isalpha, token)):
            return None
        shown = token if token.isascii() else normalize("NFKC", token).casefold()
        for spelling in dict.fromkeys(shown.translate(leet) for leet in LEET):
            word = spelling
            if not (spelling.isascii() and spelling.isalpha()):
                word = plain(plain(spelling).translate(LOOK_ALIKES))
            if len(word) < _SHORTEST_DISGUISE:
                continue
            if known := self._known(word) or self._slipped(word):
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
        groups = _between_wide_gaps(token)
        words = [self._cheapest(letters) for letters in groups]
        if not all(
            len(letters) < _LONE or self._says(said)
            for letters, said in zip(groups, words, strict=True)
        ):
            words = [self._cheapest("".join(groups))]
        return " ".join(chain.from_iterable(words)) or self.UNKNOWN

    def _says(self, said: Iterable[str]) -> bool:
        return all(word in self._words for word in said)

    def _cheapest(self, letters: str) -> list[str]:
        """Cut letters into the fewest known words, single letters where there is none."""
        cost = [0.0] + [inf] * len(letters)
        cuts = [0] * (len(letters) + 1)
        for start in range(len(letters)):
            for end, price in self._steps(letters, start):
                if cost[start] + price < cost[end]:
                    cost[end], cuts[end] = cost[start] + price, start
        words: list[str] = []
        end = len(letters)
        while end:
            words.append(letters[cuts[end] : end])
            end = cuts[end]
        return words[::-1]

    def _steps(self, letters: str, start: int) -> Iterator[tuple[int, float]]:
        """Where a word that begins here may end, with the price: long known words are cheap."""
        yield start + 1, _PRICE_OF_A_LETTER
        for end in range(start + 1, len(letters) + 1):
            word = letters[start:end]
            if word not in self._beginnings:
                return
            if word in self._words:
                yield end, 1 + 1 / len(word)


def _between_wide_gaps(token: str) -> list[str]:
    """Return the letters of a spelt-out token, apart where a gap is wider than the narrowest."""
    gaps = [len(gap) for gap in GAPS.findall(token)]
    narrowest = min(gaps)
    groups = [""]
    for letter, gap in zip(GAPS.split(token), [*gaps, narrowest], strict=True):
        groups[-1] += plain(letter)
        if gap > narrowest:
            groups.append("")
    if not all(map(str.isalpha, groups)) and any(map(str.isalpha, "".join(groups))):
        groups = [letters.translate(LEET[0]) for letters in groups]
    return [letters for letters in groups if letters]


def _undrawn(word: str) -> str:
    return _STROKE.sub(lambda found: _DRAWN[found[0]], word)


def _masked(word: str) -> Iterator[str]:
    """Spell a word with a star for one of its vowels, as people do to slip past filters."""
    for place, letter in enumerate(word):
        if place and letter in "aeiou":
            yield f"{word[:place]}*{word[place + 1 :]}"


def _may_slip(word: str) -> bool:
    return len(word) >= _SHORTEST_MISSPELT and word.isalpha()


def _dropped(word: str) -> Iterator[str]:
    """Spell a word with a letter dropped, its first and last in place."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word) - 1))
