"""What a theme is made of: phrases, the patterns that say them, and what changes their weight.

`(a|b)` stands for either, `[a]` for a or nothing; both may be nested, and stand inside a word
(`kill[ing]`). `…` stands for up to four words of any kind, `…8` for up to eight. Phrases match
whole words; `suicid*` is every word that begins so, `*phobic` every word that ends so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from filter_rules.text import fold
from filter_rules.types import Kind, Severity

MOST_WAYS = 1_000  # that one slot may be filled
WIDEST_GAP = 20  # words
SHORTEST_STEM = 3  # letters of a word that is given by its beginning or its end
ENGLISH = "en"

_MARK = re.compile(r"[()\[\]|]|[^()\[\]|]+")
_GAP = re.compile(r"…(\d*)")
_USUAL_GAP = 4
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to so many words of any kind."""

    most: int


type Slot = frozenset[str] | Gap


@dataclass(frozen=True, slots=True)
class Pattern:
    """Ways of saying something, slot by slot: an empty text means that the slot may be empty.

    A word with a star at an edge (`suicid*`, `*phobic`) stands for all that begin or end so.
    """

    text: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Patterns that say one thing, and what the words around them change.

    `floor`: only excuses of its own count, and typed only within its own sentence. `exempt`:
    the groups of people whom the school has exempted from it.
    """

    patterns: tuple[Pattern, ...]
    says: str
    weight: float
    raised: float
    near: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    kinds: frozenset[Kind] = frozenset(Kind)
    lowered: float = 0.0
    lower_near: tuple[Pattern, ...] = ()
    floor: bool = False
    group: str = ""
    once: bool = False
    language: str = ENGLISH
    exempt: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Together:
    """A phrase that is said by several things together, each of which may say little.

    `texts`: those of the patterns of each set, to see at once which of them were found.
    """

    phrase: Phrase
    name: str
    sets: tuple[tuple[Pattern, ...], ...]
    within: int | None = None
    texts: tuple[frozenset[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        texts = tuple(frozenset(pattern.text for pattern in one) for one in self.sets)
        object.__setattr__(self, "texts", texts)


@dataclass(frozen=True, slots=True)
class Theme:
    """What phrases are about: one harm, or the search for help."""

    name: str
    title: str = ""
    family: str = ""
    four_cs: str = ""
    most: Severity = Severity.URGENT
    help_seeking: bool = False
    phrases: tuple[Phrase, ...] = ()
    definition: str = ""
    floor: Severity = Severity.NONE
    age_bands: tuple[str, ...] = ()
    ages: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, float] = field(default_factory=dict)
    togethers: tuple[Together, ...] = ()


def read_pattern(text: str) -> Pattern:
    """Return the pattern that a text spells. Raise ValueError with a sentence."""
    slots = [slot for slot in map(_slot, _parts(text)) if slot != frozenset([""])]
    while slots and isinstance(slots[0], Gap):
        del slots[0]
    while slots and isinstance(slots[-1], Gap):
        del slots[-1]
    if all(isinstance(slot, Gap) or "" in slot for slot in slots):
        raise ValueError(f"The pattern {text!r} can be empty: give it a word that always stands.")
    return Pattern(text, tuple(slots))


def _slot(part: str) -> Slot:
    if gap := _GAP.fullmatch(part):
        most = int(gap[1] or _USUAL_GAP)
        if not 0 < most <= WIDEST_GAP:
            raise ValueError(f"A gap holds 1 to {WIDEST_GAP} words, not {most}.")
        return Gap(most)
    if "…" in part:
        raise ValueError(f"In {part!r} a gap must stand alone: put spaces around the “…”.")
    return frozenset(map(_way, _alternatives(iter(_MARK.findall(part)), closing="")))


def _way(text: str) -> str:
    """Fold one way of filling a slot; a star stays where it is the beginning or end of a word."""
    if "*" not in text:
        return fold(text)
    return " ".join(filter(None, map(_word, text.split())))


def _word(text: str) -> str:
    stem = fold(text.strip("*"))
    if text.count("*") == 0:
        return stem
    if text.count("*") > 1 or "*" in text.strip("*"):
        raise ValueError(f"In {text!r} one * may stand, at the beginning or the end of the word.")
    if " " in stem or len(stem) < SHORTEST_STEM:
        raise ValueError(f"Beside the * in {text!r} must stand {SHORTEST_STEM} letters or more.")
    return f"*{stem}" if text.startswith("*") else f"{stem}*"


def _parts(text: str) -> list[str]:
    """Cut a pattern at the spaces outside its brackets."""
    parts = [""]
    depth = 0
    for character in text:
        depth += (character in _CLOSING) - (character in _CLOSING.values())
        if character == " " and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _alternatives(marks: Iterator[str], closing: str) -> list[str]:
    finished: list[str] = []
    ways = [""]
    for mark in marks:
        match mark:
            case "|" if closing:
                finished += ways
                ways = [""]
            case "(" | "[":
                inner = _alternatives(marks, _CLOSING[mark])
                ways = _joined(ways, [*inner, ""] if mark == "[" else inner)
            case ")" | "]" | "|":
                if mark != closing:
                    raise ValueError(f"There is a {mark} too many.")
                return finished + ways
            case words:
                ways = _joined(ways, [words])
    if closing:
        raise ValueError(f"A {closing} is missing.")
    return ways


def _joined(ways: list[str], following: list[str]) -> list[str]:
    if len(ways) * len(following) > MOST_WAYS:
        raise ValueError(f"One place of a pattern can be filled in {MOST_WAYS} ways at most.")
    return [way + more for way in ways for more in following]
