"""Rules: what each is about, whom it is for, when it is in force and what it does."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from filter_rules.types import Finding, Kind, Severity
from safeguard.core.facts import TYPED
from safeguard.core.modes import SafeSearch, YouTube
from safeguard.core.types import Action, Manner, Scope


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a rule is for. Nobody named means everyone; of several kinds the narrowest counts.

    A room's rule is for whoever is in it, as long as they are; a network's (such as
    10.20.0.0/16) for who asks from there.
    """

    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for one in self.networks:
            if canonical_network(one) != one:
                raise ValueError(f"The network {one!r} is written {canonical_network(one)}.")

    @property
    def scope(self) -> Scope:
        kinds = (
            (Scope.PERSON, self.people),
            (Scope.ROOM, self.rooms),
            (Scope.NETWORK, self.networks),
            (Scope.GROUP, self.groups),
        )
        return next((scope for scope, named in kinds if named), Scope.EVERYONE)


EVERYONE = Who()


@dataclass(frozen=True, slots=True)
class Times:
    """When a rule is in force: while a schedule is on, from a moment, and until one."""

    schedule: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def rests(self, now: datetime, schedules_on: Collection[str]) -> str:
        """Return why a rule is not in force now; empty where it is."""
        if self.until is not None and now >= self.until:
            return "it has ended"
        if self.since is not None and now < self.since:
            return "it has not begun yet"
        if self.schedule and self.schedule not in schedules_on:
            return f"it is for “{self.schedule}” alone, and that is not now"
        return ""


ALWAYS = Times()
STRICTNESS = {
    (Action.ALLOW, Manner.PLAIN): 0,
    (Action.ALLOW, Manner.MONITOR): 1,
    (Action.BLOCK, Manner.WARN): 2,
    (Action.BLOCK, Manner.PLAIN): 3,
}
BLOCKS_FROM = 2


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """These categories, and what is on these lists, for these people.

    `categories` also names facts: a site, a file type, a size, a protocol; see
    safeguard.core.facts. `named`: staff put the very address on a list.
    `lifts`: it is an override, which lifts blocks for a while; see safeguard.core.overrides.
    """

    name: str
    action: Action
    categories: frozenset[str]
    who: Who = EVERYONE
    named: bool = False
    reason: str = ""
    times: Times = ALWAYS
    lifts: bool = False
    lists: frozenset[str] = frozenset()
    manner: Manner = Manner.PLAIN

    def __post_init__(self) -> None:
        _check_manner(self.name, self.action, self.manner)

    @property
    def strictness(self) -> int:
        return STRICTNESS[self.action, self.manner]


@dataclass(frozen=True, slots=True)
class TextRule:
    """These themes from this severity up, in these kinds of text. No theme named means any.

    `themes` also names words of the school's own (see safeguard.core.facts), of any severity.
    `spares_help_seeking`: not where the same text asks for help, as a worried friend does.
    """

    name: str
    action: Action
    kinds: frozenset[Kind]
    severity: Severity
    themes: frozenset[str] = frozenset()
    who: Who = EVERYONE
    reason: str = ""
    spares_help_seeking: bool = False
    times: Times = ALWAYS
    manner: Manner = Manner.PLAIN

    def __post_init__(self) -> None:
        _check_manner(self.name, self.action, self.manner)

    @property
    def strictness(self) -> int:
        return STRICTNESS[self.action, self.manner]

    def speaks_of(self, finding: Finding, kind: Kind, *, help_sought: bool = False) -> bool:
        if finding.help_seeking or kind not in self.kinds:
            return False
        if finding.theme.startswith(TYPED):  # words alone cannot tell who asks for help
            return finding.theme in self.themes and not help_sought
        return (
            not (help_sought and self.spares_help_seeking)
            and finding.severity >= self.severity
            and (not self.themes or finding.theme in self.themes)
        )


@dataclass(frozen=True, slots=True)
class InspectionRule:
    """Whether what is encrypted is inspected or passed by unread. No category named: any site."""

    name: str
    inspects: bool
    categories: frozenset[str] = frozenset()
    who: Who = EVERYONE
    reason: str = ""
    times: Times = ALWAYS


@dataclass(frozen=True, slots=True)
class ModeRule:
    """Modes for some people or some time; what is None stays as the groups have it."""

    name: str
    safe_search: SafeSearch | None = None
    youtube: YouTube | None = None
    tenants: tuple[str, ...] | None = None
    who: Who = EVERYONE
    reason: str = ""
    times: Times = ALWAYS


type AnyRule = PolicyRule | TextRule | InspectionRule | ModeRule


def canonical_network(text: str) -> str:
    """Return the one spelling of a network; what is none raises a sentence."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise ValueError(f"{text!r} is no network, such as 10.20.0.0/16.") from None


def _check_manner(name: str, action: Action, manner: Manner) -> None:
    if (action, manner) not in STRICTNESS:
        raise ValueError(f"The rule {name!r} cannot {action.value} and {manner.value} at once.")
