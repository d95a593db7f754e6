"""Events of one spell -> Facts; facts and more facts -> Facts, within bounds.

Each number only grows and each set keeps its smallest members, so it matters neither in which
order events arrive nor in how many batches, and a page loaded a thousand times is one line.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from heapq import nsmallest
from typing import NamedTuple

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import HELP, ConcernRules, Family
from safeguard.core.concerns import ConcernEvent, Facts, Line, ThemeSeen, Times, Way
from safeguard.core.types import Action

MOST_LINES = 50
MOST_NAMES = 20  # of themes, signs, hosts, groups, classes, each
MOST_OCCASIONS = 8  # more of them change nothing
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type LineKey = tuple[int, Way, str, str]

_WAY = {Kind.SEARCH: Way.SEARCH, Kind.CHAT: Way.CHAT, Kind.PAGE: Way.PAGE, None: Way.OPENED}


class Seen(NamedTuple):
    """What an event says of one family."""

    event: ConcernEvent
    themes: tuple[ThemeSeen, ...]
    found: Severity
    weighed: Severity
    night: bool


def families_of(event: ConcernEvent, rules: ConcernRules) -> dict[str, tuple[ThemeSeen, ...]]:
    """Return the families an event speaks of, with its themes in each.

    What is said in passing beside something worse is not a concern of its own; the search for
    help is one only where nothing else is said.
    """
    about: dict[str, tuple[ThemeSeen, ...]] = {}
    if len(event.themes) == 1:  # most events: worth the haste
        theme = event.themes[0].theme
        return {rules.family_of.get(theme, theme): event.themes}
    for one in event.themes:
        family = rules.family_of.get(one.theme, one.theme)
        about[family] = (*about.get(family, ()), one)
    if len(about) == 1:
        return about
    worst = {family: max(one.severity for one in themes) for family, themes in about.items()}
    worst.pop(HELP, None)
    spoken = [family for family, severity in worst.items() if severity >= rules.speaks_from]
    if not spoken and worst:
        spoken = [min(worst, key=lambda family: (-worst[family], family))]
    return {family: about[family] for family in spoken}


def seen(
    event: ConcernEvent,
    themes: tuple[ThemeSeen, ...],
    family: Family,
    rules: ConcernRules,
    local: datetime,
) -> Seen:
    found = max([one.severity for one in themes])
    return Seen(
        event, themes, found, weighed(found, event.kind, family), rules.hours.is_night(local)
    )


def weighed(found: Severity, kind: Kind | None, family: Family) -> Severity:
    """Return what a severity weighs: a step less where it was only read, but not below the floor."""
    if family.name == HELP:
        return Severity.LOW
    if kind is not Kind.PAGE:
        return found
    floor = min(found, max(family.floor, Severity.LOW))
    return Severity(max(found - 1, floor))


def facts_of(spell: Sequence[Seen], rules: ConcernRules) -> Facts:
    """Return the facts of some events, the earliest first."""
    events = [one.event for one in spell]
    risky = [one for one in spell if not one.event.help_seeking]
    return Facts(
        first=events[0].at,
        last=events[-1].at,
        count=len(spell),
        found=max([one.found for one in spell]),
        weighed=max([one.weighed for one in spell]),
        strong=True in {_strong(one, rules) for one in spell},
        themes=_few([theme.theme for one in spell for theme in one.themes]),
        signs=_few([sign for event in events for sign in event.signs]),
        hosts=_few([one.event.host for one in risky]),
        groups=_few([event.group for event in events]),
        places=_few([event.place for event in events]),
        occasions=_few([_occasion(one, rules) for one in risky], MOST_OCCASIONS),
        ways=_ways_of(events),
        night=_times_of([one.event for one in risky if one.night]),
        helped=_times_of([event for event in events if event.help_seeking]),
        blocked=sum([event.action is Action.BLOCK for event in events]),
        lines=_lines_of(spell),
    )


def added(parts: Sequence[Facts]) -> Facts:
    """Return what the parts, which share no event, come to together."""
    if len(parts) == 1:
        return parts[0]
    return Facts(
        first=min(one.first for one in parts),
        last=max(one.last for one in parts),
        count=sum(one.count for one in parts),
        found=max(one.found for one in parts),
        weighed=max(one.weighed for one in parts),
        strong=any(one.strong for one in parts),
        themes=_few(name for one in parts for name in one.themes),
        signs=_few(name for one in parts for name in one.signs),
        hosts=_few(name for one in parts for name in one.hosts),
        groups=_few(name for one in parts for name in one.groups),
        places=_few(name for one in parts for name in one.places),
        occasions=_few((name for one in parts for name in one.occasions), MOST_OCCASIONS),
        ways=_ways(way for one in parts for way in one.ways),
        night=_times(one.night for one in parts if one.night),
        helped=_times(one.helped for one in parts if one.helped),
        blocked=sum(one.blocked for one in parts),
        lines=_lines(line for one in parts for line in one.lines),
    )


def lines_shown(facts: Facts) -> tuple[Line, ...]:
    """Return the lines, the worst first, each page once, however severe it was each time."""
    shown: dict[tuple[Way, str, str], Line] = {}
    for line in facts.lines:
        key = line.way, line.host, line.page
        worst = shown.get(key)
        shown[key] = line if worst is None else _joined(worst, line)
    return tuple(shown.values())


def _joined(worst: Line, line: Line) -> Line:
    return Line(worst.severity, line.way, line.host, line.page, _both(worst.times, line.times))


def _strong(one: Seen, rules: ConcernRules) -> bool:
    least = rules.strong_shown if one.event.kind is Kind.PAGE else rules.strong_typed
    return one.found is Severity.URGENT or max([each.score for each in one.themes]) >= least


def _occasion(one: Seen, rules: ConcernRules) -> str:
    """What counts once: a page in a spell, the same words in a few minutes."""
    event = one.event
    if event.kind is Kind.PAGE:
        return f"{event.host} {event.page}"
    return f"{event.host} {event.page} {(event.at - EPOCH) // rules.again}"


def _few(names: Iterable[str], most: int = MOST_NAMES) -> tuple[str, ...]:
    distinct = set(names)
    distinct.discard("")
    return tuple(nsmallest(most, distinct) if len(distinct) > most else sorted(distinct))


def _times_of(events: Sequence[ConcernEvent]) -> Times | None:
    """Return the times of events, the earliest first."""
    return Times(events[0].at, events[-1].at, len(events)) if events else None


def _ways_of(events: Sequence[ConcernEvent]) -> tuple[tuple[Way, Times], ...]:
    ways: dict[Way, list[ConcernEvent]] = {}
    for event in events:
        ways.setdefault(_WAY[event.kind], []).append(event)
    return tuple(
        (way, Times(these[0].at, these[-1].at, len(these))) for way, these in sorted(ways.items())
    )


def _lines_of(spell: Sequence[Seen]) -> tuple[Line, ...]:
    whole: dict[LineKey, list[Seen]] = {}
    for one in spell:
        event = one.event
        key = -one.found, _WAY[event.kind], event.host, event.page
        whole.setdefault(key, []).append(one)
    lines = []
    for key in _foremost(whole):
        these = whole[key]
        times = Times(these[0].event.at, these[-1].event.at, len(these))
        lines.append(Line(these[0].found, key[1], key[2], key[3], times))
    return tuple(lines)


def _foremost(whole: Mapping[LineKey, object]) -> list[LineKey]:
    """Return the lines to keep: the worst, then those of most intent."""
    return nsmallest(MOST_LINES, whole) if len(whole) > MOST_LINES else sorted(whole)


def _times(parts: Iterable[Times]) -> Times | None:
    whole: Times | None = None
    for one in parts:
        whole = one if whole is None else _both(whole, one)
    return whole


def _both(one: Times, other: Times) -> Times:
    return Times(min(one.first, other.first), max(one.last, other.last), one.count + other.count)


def _ways(parts: Iterable[tuple[Way, Times]]) -> tuple[tuple[Way, Times], ...]:
    whole: dict[Way, Times] = {}
    for way, times in parts:
        before = whole.get(way)
        whole[way] = times if before is None else _both(before, times)
    return tuple(sorted(whole.items()))


def _lines(parts: Iterable[Line]) -> tuple[Line, ...]:
    whole: dict[LineKey, Line] = {}
    for line in parts:
        key = -line.severity, line.way, line.host, line.page
        before = whole.get(key)
        whole[key] = line if before is None else _joined(before, line)
    return tuple([whole[key] for key in _foremost(whole)])
