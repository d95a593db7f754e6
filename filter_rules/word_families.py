"""Families of words: those that mean much the same to the second opinion.

A model that has seen "stuff down the loo" in no text it learned from has still seen others of the
same kind. Each family is a name and its words, written by hand; a word that ends in * stands for
all that begin like it. A word can be of several families, and most words are of none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

FEWEST_LETTERS = 2  # of what stands before a *
MOST_LETTERS = 20  # of a word that is looked at: what is longer is nobody's

type Hashes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Families:
    """The hashes of the families of each word, and of each beginning of a word."""

    words: Mapping[str, Hashes]
    beginnings: Mapping[str, Hashes]

    @classmethod
    def of(cls, table: Mapping[str, str]) -> "Families":
        """Take names of families with their words, parted by spaces. Raise ValueError."""
        words: dict[str, Hashes] = {}
        beginnings: dict[str, Hashes] = {}
        for name, kin in table.items():
            number = (crc32(name.encode()),)
            for word in kin.split():
                whole = word.removesuffix("*")
                if (whole != word and len(whole) < FEWEST_LETTERS) or "*" in whole:
                    raise ValueError(
                        f"The family {name} has {word!r}: write two letters or more, and * last."
                    )
                into = beginnings if whole != word else words
                into[whole] = into.get(whole, ()) + number
        return cls(words, beginnings)

    def kin(self, word: str) -> Hashes:
        """Return the hashes of the families that a word is of."""
        found = self.words.get(word, ())
        for length in range(FEWEST_LETTERS, min(len(word), MOST_LETTERS) + 1):
            begins = self.beginnings.get(word[:length])
            if begins:
                found += begins
        if not found and word.endswith("s"):
            return self.words.get(word[:-1], ())
        return found if len(found) < 2 else tuple(dict.fromkeys(found))  # noqa: PLR2004  one has no copy

    def places(self, words: Iterable[str]) -> tuple[list[int], list[int]]:
        """Return the hashes of the families of words in their order, and which word each is of."""
        kin: list[int] = []
        at: list[int] = []
        for place, word in enumerate(words):
            for one in self.kin(word):
                kin.append(one)
                at.append(place)
        return kin, at


NONE = Families({}, {})
