"""The nouns of the data path: who asks, for what, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core.evasion import Evasion


class Action(StrEnum):
    """What is done with a target."""

    ALLOW = "allow"
    BLOCK = "block"


class Manner(StrEnum):
    """How the action is done. An edge that does not know the word does the plain action."""

    PLAIN = ""
    WARN = "warn"  # blocked, with a page from which a person may go on, which is then kept
    MONITOR = "monitor"  # allowed, and kept where a person can see it


class Channel(StrEnum):
    """By which edge a target came in."""

    WEB = "web"
    DNS = "dns"
    TESTER = "tester"


class Scope(IntEnum):
    """Whom a rule is for, widest first: the higher is for fewer people."""

    EVERYONE = 0
    GROUP = 1
    NETWORK = 2
    ROOM = 3
    PERSON = 4


class Reason(StrEnum):
    """Why the verdict is what it is. Staff see these words: see docs/reference/reasons.md."""

    DEFAULT = "no rule applied"
    RULE = "a rule applied"
    WORDS = "what was typed or shown"
    HELP = "help is always reachable"
    MONITORED = "a rule would block it, and this group is only monitored"
    SEALED = "unlawful content, which no rule can allow"
    VIRUS = "a virus in what was downloaded"
    UNSEEN = "a site that is opened only where it can be inspected"
    SEALED_MISSING = "a sealed list is missing or cannot be trusted"
    UNREADABLE = "the address cannot be read"
    NO_RULES = "the filter has no rules to judge by"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks. `person` and `device` are ids of ours (empty: unknown), never names.

    `method` says how the person was found (see safeguard.core.identifying), so that every
    event can say how sure it is. `room`: where, as far as it is known. `since`, `until`: the
    time for which it is claimed who asks; None: it is written down, and holds at any time.
    """

    group: str
    address: str = ""
    person: str = ""
    device: str = ""
    method: str = "none"
    room: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this subject from another: the person, else the device, else the address."""
        return self.person or self.device or self.address


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: a host (DNS, TLS), a URL, or a text on its way to or from one.

    `url` is empty where only a host is known. `words` is what a person typed (a search, a
    prompt) or what a page shows; `kind` says which. `addresses` are those that the host was
    found to lead to, where somebody has looked. `size` is in bytes, `mime` is the type that the
    server gave, `protocol` one of PROTOCOLS in safeguard.core.facts; each empty where unknown.
    `strong`: where the title and headings stand in the words of a page. `port`: where it is
    known and no `url` is. `evasions`: what an edge saw of ways round the filter.
    """

    host: str
    url: str = ""
    words: str = ""
    kind: Kind | None = None
    channel: Channel = Channel.WEB
    addresses: tuple[str, ...] = ()
    size: int | None = None
    mime: str = ""
    protocol: str = ""
    strong: tuple[tuple[int, int], ...] = ()
    port: int = 0
    evasions: tuple[Evasion, ...] = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule that was weighed, what it was weighed for, and why it lost (empty: it did not)."""

    rule: str
    action: Action
    scope: Scope
    about: Hit | Finding
    lost_because: str = ""
    manner: Manner = Manner.PLAIN

    @property
    def would(self) -> str:
        """What the rule would do, in one word: allow, monitor, warn or block."""
        return self.manner.value or self.action.value


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and all that was weighed for it, the decisive rules first.

    `action` and `flagged` are separate: an allowed page can need a person's eye, and a
    blocked advert need not. `manner` is how the action is done, for edges that know.
    """

    action: Action
    reason: Reason
    flagged: bool = False
    rule: str = ""
    hits: tuple[Hit, ...] = ()
    findings: tuple[Finding, ...] = ()
    considered: Sequence[Considered] = ()
    policy_version: str = ""
    artefact: str = ""
    manner: Manner = Manner.PLAIN

    @property
    def word(self) -> str:
        """What is done, in one word: allow, monitor, warn or block."""
        return self.manner.value or self.action.value

    @property
    def blocked(self) -> bool:
        return self.action is Action.BLOCK

    @property
    def eventful(self) -> bool:
        """Whether an edge must hand it to the recorder: blocked, flagged or monitored."""
        return self.flagged or self.blocked or self.manner is Manner.MONITOR

    @property
    def withheld(self) -> bool:
        """Whether the address may not be told, because it tells what a sealed list holds."""
        return self.reason in {Reason.SEALED, Reason.UNSEEN}

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hit.category for hit in self.hits))

    @property
    def severity(self) -> Severity:
        """The highest of the findings', help-seeking left out."""
        return max(
            (one.severity for one in self.findings if not one.help_seeking),
            default=Severity.NONE,
        )
