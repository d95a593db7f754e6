"""From "not a concern" to a narrow exemption, and what it would have hidden.

An exemption looks away from one theme, for one group, on one site or for one phrase, until a
day. It is never wider than what was judged: not for another kind of text, nor for anything more
severe. A theme that can be urgent is never exempted, and nothing urgent is ever hidden.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import HELP, ConcernRules
from safeguard.core.concerns import NOT_A_CONCERN, REAL, ConcernEvent, Outcome, ThemeSeen

# How long each answer is likely to hold.
LASTS = {
    Outcome.LESSON: timedelta(days=14),  # a topic is taught for a week or two
    Outcome.LYRICS: timedelta(days=90),  # a song is sung for a term
    Outcome.TOO_BROAD: timedelta(days=30),  # until the rule is mended
}
LONGEST = max(LASTS.values())
NEVER = "{} can be urgent, and is never exempted: mend its phrases instead."


@dataclass(frozen=True, slots=True)
class Exemption:
    """What is looked away from. Empty `host`, `phrase` or `place`: any; one of the first two is given."""

    school_id: int
    theme: str
    group: str
    since: datetime
    expires: datetime
    kinds: frozenset[Kind | None]
    up_to: Severity
    host: str = ""
    phrase: str = ""
    place: str = ""

    @property
    def says(self) -> str:
        where = f" on {self.host}" if self.host else ""
        said = f" with the phrase “{self.phrase}”" if self.phrase else ""
        whose = f"{self.group}, class {self.place}" if self.place else self.group
        return (
            f"Look away from {self.theme}{where}{said}, up to {self.up_to.word}, "
            f"for {whose}, until {self.expires:%-d %B %Y}."
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no exemption is proposed, and what to do instead."""

    says: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What an exemption would have hidden of past events, and how much of it was real."""

    hidden: tuple[str, ...]
    thinned: tuple[str, ...]
    real: tuple[str, ...]
    days: int

    @property
    def says(self) -> str:
        real = f"{len(self.real)} of them" if self.real else "none of them"
        return (
            f"Would have hidden {len(self.hidden)} events in {self.days} days and one theme of "
            f"{len(self.thinned)} more; {real} judged real."
        )


def propose(
    events: Sequence[ConcernEvent],
    theme: str,
    outcome: Outcome,
    now: datetime,
    rules: ConcernRules,
) -> Exemption | Refusal:
    """Return the narrowest exemption that covers the events, or why there is none."""
    said = [one for event in events for one in event.themes if one.theme == theme]
    because = _never(theme, outcome, said, rules) or _too_mixed(events)
    if because:
        return Refusal(because)
    hosts = {event.host for event in events}
    places = {event.place for event in events}
    phrase = _common_phrase(events)
    host = hosts.pop() if len(hosts) == 1 else ""
    if not (phrase or (host and not any(event.typed for event in events))):
        return Refusal(
            "They share no phrase: what was typed is exempted by its phrase, never by its site."
            if host
            else "They share neither a site nor a phrase: exempt them one by one."
        )
    return Exemption(
        school_id=events[0].who.school_id,
        theme=theme,
        group=events[0].group,
        since=now,
        expires=now + LASTS[outcome],
        kinds=frozenset(event.kind for event in events),
        up_to=max(one.severity for one in said),
        host=host,
        phrase=phrase,
        place=places.pop() if len(places) == 1 else "",
    )


def refused(exemption: Exemption, rules: ConcernRules) -> str:
    """Return why it may not be, as a sentence; empty where it may. A proposal always may."""
    lasts = exemption.expires - exemption.since
    checks = (
        (not rules.mutable(exemption.theme), NEVER.format(exemption.theme)),
        (exemption.up_to >= Severity.URGENT, "Nothing urgent is exempted."),
        (
            not exemption.group or not exemption.kinds,
            "An exemption is for one group and for the kinds of text that were judged.",
        ),
        (
            not exemption.host and not exemption.phrase,
            "An exemption is for one site or one phrase: without either it would hide a theme.",
        ),
        (
            not timedelta() < lasts <= LONGEST,
            f"An exemption ends after it begins, and within {LONGEST.days} days.",
        ),
    )
    return next((sentence for wrong, sentence in checks if wrong), "")


def covers(exemption: Exemption, event: ConcernEvent) -> bool:
    """Say whether an exemption speaks of an event, whenever it was."""
    return (
        event.who.school_id == exemption.school_id
        and event.group == exemption.group
        and event.kind in exemption.kinds
        and exemption.host in {"", event.host}
        and exemption.place in {"", event.place}
        and (not exemption.phrase or exemption.phrase in _phrases(event))
        and not any(one.severity is Severity.URGENT for one in event.themes)
    )


def without(
    event: ConcernEvent, exemptions: Iterable[Exemption], rules: ConcernRules
) -> ConcernEvent | None:
    """Return the event as the exemptions in force leave it; None: nothing is left to look at."""
    in_force = [one for one in exemptions if one.since <= event.at < one.expires]
    return _left(event, in_force, rules)


def replay(
    exemption: Exemption,
    past: Iterable[tuple[ConcernEvent, Outcome | None]],
    rules: ConcernRules,
) -> Replay:
    """Say what the exemption would have hidden of past events, each with what was concluded."""
    hidden: list[str] = []
    thinned: list[str] = []
    real: list[str] = []
    moments: list[datetime] = []
    for event, outcome in past:
        moments.append(event.at)
        left = _left(event, [exemption], rules)
        if left == event:
            continue
        (hidden if left is None else thinned).append(event.id)
        if outcome in REAL:
            real.append(event.id)
    days = (max(moments) - min(moments)).days + 1 if moments else 0
    return Replay(tuple(hidden), tuple(thinned), tuple(real), days)


def _left(
    event: ConcernEvent, exemptions: Iterable[Exemption], rules: ConcernRules
) -> ConcernEvent | None:
    speaking = [one for one in exemptions if rules.mutable(one.theme) and covers(one, event)]
    if not speaking:
        return event
    left = tuple(one for one in event.themes if not _exempted(one, speaking))
    if all(rules.family_of.get(one.theme) == HELP for one in left):
        return None
    return replace(event, themes=left)


def _exempted(seen: ThemeSeen, exemptions: Iterable[Exemption]) -> bool:
    return any(seen.theme == one.theme and seen.severity <= one.up_to for one in exemptions)


def _never(theme: str, outcome: Outcome, said: Sequence[ThemeSeen], rules: ConcernRules) -> str:
    if outcome not in NOT_A_CONCERN:
        return f"“{outcome.value.capitalize()}” says nothing against the rule."
    if not rules.mutable(theme):
        return NEVER.format(theme)
    if not said:
        return f"None of these events speaks of {theme}."
    return ""


def _too_mixed(events: Sequence[ConcernEvent]) -> str:
    if any(one.severity is Severity.URGENT for event in events for one in event.themes):
        return "One of these events is urgent: nothing urgent is exempted."
    if len({(event.who.school_id, event.group) for event in events}) > 1:
        return "They are of several groups: exempt each group by itself."
    if not events[0].group:
        return "Their group is not known."
    return ""


def _common_phrase(events: Sequence[ConcernEvent]) -> str:
    """Return the longest phrase that stands in all of them: the longest is the narrowest."""
    common = frozenset.intersection(*(_phrases(event) for event in events))
    return max(common, key=lambda phrase: (len(phrase), phrase), default="")


def _phrases(event: ConcernEvent) -> frozenset[str]:
    return frozenset(phrase.casefold() for phrase in event.phrases)
