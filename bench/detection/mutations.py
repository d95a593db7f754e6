"""Disguises that pupils put on what they type. Pure: the same text and seed give the same disguise.

Where a disguise touches only some letters, the seed decides which. Nothing here is meant to
be the worst that can be thought of; it is what word filters are slipped past with.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from urllib.parse import quote, quote_plus

from filter_rules.typed.addresses import typed_in_url
from filter_rules.urls import split

type Disguise = Callable[[str, int], str]

_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_LEET_SYMBOLS = {"a": "@", "i": "!", "s": "$"}
_HOMOGLYPHS = {
    "a": "а", "c": "с", "e": "е", "i": "і", "j": "ј", "k": "κ", "o": "о", "p": "р", "s": "ѕ",
    "t": "т", "u": "υ", "v": "ν", "x": "х", "y": "у",
}  # fmt: skip
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
_ACCENTS = {"a": "á", "e": "é", "i": "ï", "o": "ö", "u": "ú", "y": "ÿ"}
_SHORTEST = 3  # letters of a word that is worth a disguise
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True, slots=True)
class Mutation:
    """A disguise with its name. Where `gated` is false it is reported, and no gate asks for it."""

    name: str
    says: str
    of: Disguise
    gated: bool = True


def _draws(text: str, seed: int) -> Iterator[int]:
    """Numbers as good as chance, the same for the same text and seed."""
    for step in count():
        yield int.from_bytes(blake2b(f"{seed}\0{step}\0{text}".encode(), digest_size=8).digest())


def _each_word(text: str, change: Callable[[str], str]) -> str:
    return " ".join(change(word) if len(word) >= _SHORTEST else word for word in text.split(" "))


def _some(word: str, letters: dict[str, str], draws: Iterator[int]) -> str:
    """Replace about half of the letters that can be, at least one."""
    places = [place for place, letter in enumerate(word) if letter.lower() in letters]
    if not places:
        return word
    sure = places[next(draws) % len(places)]
    return "".join(
        letters[letter.lower()]
        if place == sure or (place in places and next(draws) % 2)
        else letter
        for place, letter in enumerate(word)
    )


def _longest(text: str, change: Callable[[str], str]) -> str:
    """Change the longest word, the first of them, which is mostly the one that tells."""
    words = text.split(" ")
    place = max(range(len(words)), key=lambda at: (len(words[at]), -at))
    return " ".join([*words[:place], change(words[place]), *words[place + 1 :]])


def upper(text: str, _seed: int) -> str:
    return text.upper()


def mixed_case(text: str, seed: int) -> str:
    draws = _draws(text, seed)
    return "".join(one.upper() if next(draws) % 2 else one.lower() for one in text)


def leet(text: str, seed: int) -> str:
    draws = _draws(text, seed)
    return _each_word(text, lambda word: _some(word, _LEET, draws))


def leet_symbols(text: str, seed: int) -> str:
    draws = _draws(text, seed)
    return _each_word(text, lambda word: _some(word, _LEET_SYMBOLS, draws))


def leet_all(text: str, _seed: int) -> str:
    """Replace every letter of a word that can be; one letter at least is left in each word."""

    def changed(word: str) -> str:
        disguised = "".join(_LEET.get(letter.lower(), letter) for letter in word)
        return disguised if any(map(str.isalpha, disguised)) else word[0] + disguised[1:]

    return _each_word(text, changed)


def spaced_word(text: str, _seed: int) -> str:
    return _longest(text, " ".join)


def spaced_all(text: str, _seed: int) -> str:
    """Space all letters out, words by three spaces apart."""
    return "   ".join(" ".join(word) for word in text.split())


def punctuated(text: str, seed: int) -> str:
    mark = ".-*_"[next(_draws(text, seed)) % 4]
    return _longest(text, mark.join)


def zero_width(text: str, seed: int) -> str:
    draws = _draws(text, seed)

    def changed(word: str) -> str:
        place = 1 + next(draws) % (len(word) - 1)
        return word[:place] + _ZERO_WIDTH[next(draws) % len(_ZERO_WIDTH)] + word[place:]

    return _each_word(text, changed)


def homoglyphs(text: str, seed: int) -> str:
    draws = _draws(text, seed)
    return _each_word(text, lambda word: _some(word, _HOMOGLYPHS, draws))


def accented(text: str, seed: int) -> str:
    draws = _draws(text, seed)
    return _each_word(text, lambda word: _some(word, _ACCENTS, draws))


def full_width(text: str, _seed: int) -> str:
    return text.translate(_FULL_WIDTH)


def doubled(text: str, seed: int) -> str:
    """Draw a letter of each word out to four, as in sooooo."""
    draws = _draws(text, seed)

    def changed(word: str) -> str:
        places = [place for place, letter in enumerate(word) if letter.isalpha()]
        if not places:
            return word
        place = places[next(draws) % len(places)]
        return word[:place] + word[place] * 4 + word[place + 1 :]

    return _each_word(text, changed)


def percent_encoded(text: str, _seed: int) -> str:
    """Search for it, %20 for a space, and return what is read from that address."""
    return _read_back(quote(text, safe=""))


def plus_encoded(text: str, _seed: int) -> str:
    return _read_back(quote_plus(text))


def encoded_twice(text: str, _seed: int) -> str:
    return _read_back(quote(quote(text, safe=""), safe=""))


def left_encoded(text: str, _seed: int) -> str:
    """Write it as an address does where nobody reads addresses, as in a copied link."""
    return quote(text, safe="")


def _read_back(query: str) -> str:
    address = split(f"https://www.bing.com/search?q={query}&form=QBLH")
    found = typed_in_url(address) if address else None
    return found.words if found else ""


def _in_one_word(text: str, seed: int, change: Callable[[str, int], str]) -> str:
    """Change one of the words of four letters and more, at a place of it that is not its first."""
    draws = _draws(text, seed)
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > _SHORTEST]
    if not long:
        return text
    at = long[next(draws) % len(long)]
    words[at] = change(words[at], 1 + next(draws) % (len(words[at]) - 2))
    return " ".join(words)


def dropped_letter(text: str, seed: int) -> str:
    return _in_one_word(text, seed, lambda word, at: word[:at] + word[at + 1 :])


def twin_letter(text: str, seed: int) -> str:
    return _in_one_word(text, seed, lambda word, at: word[:at] + word[at] + word[at:])


def swapped_letters(text: str, seed: int) -> str:
    return _in_one_word(
        text, seed, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    )


MUTATIONS = (
    Mutation("upper-case", "ALL IN CAPITALS", upper),
    Mutation("mixed-case", "capitals anywhere in a word", mixed_case),
    Mutation("leet", "digits for some letters of every word", leet),
    Mutation("leet-symbols", "@, ! and $ for some letters of every word", leet_symbols),
    Mutation("leet-all", "digits for every letter that has one", leet_all),
    Mutation("spaced-word", "the longest word with spaces between its letters", spaced_word),
    Mutation("spaced-all", "spaces between all letters, three between words", spaced_all),
    Mutation("punctuated", "points, dashes, stars or lines in the longest word", punctuated),
    Mutation("zero-width", "an invisible character inside every word", zero_width),
    Mutation("homoglyphs", "Cyrillic and Greek letters that look the same", homoglyphs),
    Mutation("accents", "accents on some letters", accented),
    Mutation("full-width", "the wide letters of East Asian fonts", full_width),
    Mutation("doubled", "a letter of every word drawn out to four", doubled),
    Mutation("percent-encoded", "in the address of a search, %20 for a space", percent_encoded),
    Mutation("plus-encoded", "in the address of a search, + for a space", plus_encoded),
    Mutation("encoded-twice", "in the address of a search, encoded twice", encoded_twice),
    Mutation("left-encoded", "with %20 for a space, in no address", left_encoded, gated=False),
    Mutation("dropped-letter", "a letter left out of one word", dropped_letter, gated=False),
    Mutation("twin-letter", "a letter typed twice in one word", twin_letter, gated=False),
    Mutation("swapped-letters", "two letters of one word swapped", swapped_letters, gated=False),
)
