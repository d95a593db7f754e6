"""The nouns of matching: what a list or a theme says, and what it says of one target."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How soon a person should look, mildest first."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class Kind(StrEnum):
    """What a text is: the same words weigh differently when typed and when shown."""

    SEARCH = "search"
    CHAT = "chat"
    PAGE = "page"


class Part(StrEnum):
    """The part of a target that an entry of a list speaks of."""

    HOST = "host"
    URL = "url"
    PATTERN = "pattern"
    EXPRESSION = "expression"
    NETWORK = "network"


class Reach(StrEnum):
    """How far below its own name a host entry reaches."""

    SUBTREE = "the name and all below it"
    EXACT = "the name alone"
    BELOW = "all below the name, not the name"


class Rank(IntEnum):
    """How an entry weighs against others of its list: which of them an exception lifts."""

    LIFTS_WIDER = 0  # entries that reach further than itself
    LIFTS_AS_WIDE = 1  # those, and entries that reach as far
    ORDINARY = 2  # all but important entries
    IMPORTANT = 3  # all; an entry of this rank is lifted by no other


@dataclass(frozen=True, slots=True)
class Entry:
    """One usable line of a list, in its one spelling.

    `value` is a host for HOST, `host/path` without scheme for URL, a pattern of Adblock syntax
    for PATTERN, a regular expression for EXPRESSION and a CIDR network for NETWORK. `allow`
    marks an exception: it lifts entries of the same list, as far as its rank says, and nothing
    else. `withdraws` marks an entry that takes back the same list's entry that is otherwise
    the same. `category` is what the line itself says that it is about; empty where the file
    tells.
    """

    part: Part
    value: str
    reach: Reach = Reach.SUBTREE
    allow: bool = False
    rank: Rank = Rank.ORDINARY
    withdraws: bool = False
    category: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be used. A bad line is reported; it never stops a list."""

    file: str
    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry of a list that matched one part of a target."""

    category: str
    list: str
    entry: str
    part: Part = Part.HOST


class Effect(StrEnum):
    """What words beside a phrase did."""

    RAISED = "raised"
    LOWERED = "lowered"
    EXCUSED = "excused"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Beside:
    """Words beside a phrase that changed its weight, or that say it together with it."""

    effect: Effect
    quote: str


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in a text, quoted as it stood there (characters `start` to `end`).

    `says` is the theme's sentence for it: what was meant, without the words. `full` is what the
    phrase weighs where nothing stands around it, `capped` the group that took some of it,
    `sentence` what stands around it, secrets masked.
    """

    phrase: str
    quote: str
    weight: float
    start: int
    end: int
    says: str = ""
    full: float = 0.0
    beside: Sequence[Beside] = ()
    capped: str = ""
    sentence: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a text says of one theme: how severe, by what score, because of which phrases.

    `floor`: it is never less severe than this. `cut`: not all of the text could be read.
    `seconded`: the words for which a second opinion made it more severe, or found it without any
    phrase, heaviest first. `doubted`: a second opinion made it less severe.
    """

    theme: str
    severity: Severity
    score: float
    matches: Sequence[Match] = ()
    help_seeking: bool = False
    floor: Severity = Severity.NONE
    cut: bool = False
    seconded: Sequence[str] = ()
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """What a list is about. `standard` is its UKSIC name, empty where UKSIC has none."""

    name: str
    title: str
    definition: str
    standard: str = ""
