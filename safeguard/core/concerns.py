"""The nouns of concerns: what is folded, what is known of a spell, and what a lead is shown.

A concern is one subject, one family of themes, one spell of time. It holds facts, which can be
added up in any order, and no words: those stay with their events. All here can be written down
and read back as it stands.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from filter_rules.types import Kind, Severity
from safeguard.core.types import Action


class Known(StrEnum):
    """What a subject is known by. A device or an address is not yet a pupil."""

    PERSON = "pupil"
    DEVICE = "device"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, order=True)
class Who:
    """Whom a concern is about."""

    school_id: int
    known: Known
    id: str


@dataclass(frozen=True, slots=True)
class ThemeSeen:
    """A theme that an event speaks of. `score` is 0 where it was not kept."""

    theme: str
    severity: Severity
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class ConcernEvent:
    """A flagged event, as far as concerns are made of it.

    `page` tells one page, or one set of words, from another: a keyed digest, never the words;
    empty: the host. `signs` are single words for what was said (concern_rules.SIGNS). `phrases`
    are for exemptions alone, and are never kept in a concern. `place` is the class; empty: unknown.
    """

    id: str
    at: datetime
    who: Who
    themes: tuple[ThemeSeen, ...]
    kind: Kind | None = None
    host: str = ""
    page: str = ""
    group: str = ""
    place: str = ""
    action: Action = Action.ALLOW
    help_seeking: bool = False
    signs: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    @property
    def typed(self) -> bool:
        return self.kind in {Kind.SEARCH, Kind.CHAT}


@dataclass(frozen=True, slots=True)
class Times:
    """How often, and between when."""

    first: datetime
    last: datetime
    count: int = 1


class Way(IntEnum):
    """How an event came about, the one of most intent first."""

    SEARCH = 0
    CHAT = 1
    OPENED = 2  # an address was asked for, and no words were judged
    PAGE = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One page, or one set of words, however often."""

    severity: Severity
    way: Way
    host: str
    page: str
    times: Times


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of some events of a spell. Facts of more events can be added, in any order.

    `found` is the highest severity as the detector said it, `weighed` after what was only read
    weighed less. What was done in search of help is in `helped`, and counts in none of
    `occasions`, `hosts` and `night`. Each set is bounded; `count` and `times` are exact.
    """

    first: datetime
    last: datetime
    count: int
    found: Severity
    weighed: Severity
    strong: bool
    themes: tuple[str, ...]
    signs: tuple[str, ...]
    hosts: tuple[str, ...]
    groups: tuple[str, ...]
    places: tuple[str, ...]
    occasions: tuple[str, ...]
    ways: tuple[tuple[Way, Times], ...]
    night: Times | None
    helped: Times | None
    blocked: int
    lines: tuple[Line, ...]

    @property
    def typed(self) -> bool:
        return any(way in {Way.SEARCH, Way.CHAT} for way, _ in self.ways)

    @property
    def intended(self) -> bool:
        """Whether someone typed it or asked for the address, and did not only read."""
        return any(way is not Way.PAGE for way, _ in self.ways)

    @property
    def only_help(self) -> bool:
        return self.helped is not None and self.helped.count == self.count


class Outcome(StrEnum):
    """What a person concluded."""

    ACTED = "real, and acted on"
    NOTED = "real, with nothing to do"
    LESSON = "not a concern: a lesson"
    LYRICS = "not a concern: song lyrics or a story"
    TOO_BROAD = "not a concern: the rule is too broad"
    WRONG_PUPIL = "the wrong pupil"
    DUPLICATE = "seen elsewhere already"

    @property
    def code(self) -> str:
        """The short name that it is kept as."""
        return self.name.lower()


def outcome_words(kept: str) -> str:
    """Return the sentence of an outcome as it is kept; old cases kept the sentence itself."""
    return next((one.value for one in Outcome if one.code == kept), kept)


REAL = frozenset({Outcome.ACTED, Outcome.NOTED})
NOT_A_CONCERN = frozenset({Outcome.LESSON, Outcome.LYRICS, Outcome.TOO_BROAD})
DISMISSED = NOT_A_CONCERN | {Outcome.WRONG_PUPIL}


@dataclass(frozen=True, slots=True)
class Review:
    """What a person concluded, of which facts, and how severe it was then. Never changed."""

    at: datetime
    outcome: Outcome
    severity: Severity
    facts: Facts


class Standing(StrEnum):
    """Where a concern stands."""

    NEW = "new"
    REVIEWED = "reviewed"
    CAME_BACK = "came back"
    GETTING_WORSE = "getting worse"

    @property
    def open(self) -> bool:
        return self is not Standing.REVIEWED


class Confidence(StrEnum):
    """How sure it is that the words mean it; how severe it would be is another matter."""

    POSSIBLE = "possible"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Concern:
    """One subject, one family, one spell. `facts` are all, `fresh` what no review has seen.

    Below `reviews` all is worked out from the facts and from the subject's other concerns.
    """

    who: Who
    family: str
    day: date
    facts: Facts
    fresh: Facts | None
    reviews: tuple[Review, ...] = ()
    severity: Severity = Severity.NONE
    confidence: Confidence = Confidence.POSSIBLE
    standing: Standing = Standing.NEW
    care: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[Who, str, datetime]:
        """What tells a concern from all others; a late event before its first changes it."""
        return self.who, self.family, self.facts.first


class ChangeKind(StrEnum):
    """What became of a concern."""

    RAISED = "raised"
    CAME_BACK = "came back"
    GETTING_WORSE = "getting worse"
    WORSE = "worse before anyone looked"
    GREW = "more of the same"
    REVIEWED = "reviewed"
    JOINED = "a late event shows that it is of a spell and of pages that were reviewed"
    TAKEN_BACK = "a review was taken back"
    REASSIGNED = "a person said whose it is"
    SETTLED = "other concerns changed what is said of it"


@dataclass(frozen=True, slots=True)
class Change:
    """A concern as it is now, and the ids of the events that were added.

    `before`: what it was. None: it is new. Two or more: a late event made them one.
    """

    kind: ChangeKind
    concern: Concern
    before: tuple[Concern, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether it is news to who was told already."""
        return self.kind in TELLS


TELLS = frozenset(
    {ChangeKind.RAISED, ChangeKind.CAME_BACK, ChangeKind.GETTING_WORSE, ChangeKind.WORSE}
)
