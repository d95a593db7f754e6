"""Facts -> how severe, how sure, and why, in words a lead can repeat to a colleague.

A concern starts at the worst it holds. Each of STEPS that holds lifts it by one, and so does a
combination, as far as its family goes. To "urgent" only a combination lifts what was less than
"high" or only read. No step is ever taken back by more facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from filter_rules.types import Severity
from safeguard.core.concern_rules import HELP, Combination, ConcernRules, Family
from safeguard.core.concerns import Confidence, Facts, Known, Times, Way, Who
from safeguard.core.evidence import MOST_NAMES, MOST_OCCASIONS

HOW = {
    Way.SEARCH: "Typed into a search",
    Way.CHAT: "Written in a chat or prompt",
    Way.OPENED: "Address asked for",
    Way.PAGE: "Shown on a page",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What else is known of the subject.

    `days`: on how many days lately it had a concern of this family. `speaks_of`: the themes and
    signs of all its concerns of this day.
    """

    days: int = 1
    speaks_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Climb:
    """How far a concern climbed, and why."""

    severity: Severity
    confidence: Confidence
    care: bool
    reasons: tuple[str, ...]


type Step = Callable[[Facts, Around, ConcernRules], str]


def repeated(facts: Facts, _around: Around, rules: ConcernRules) -> str:
    if len(facts.occasions) < rules.repeated:
        return ""
    more = " or more" if len(facts.occasions) == MOST_OCCASIONS else ""
    return f"{len(facts.occasions)}{more} separate times in one spell"


def widespread(facts: Facts, _around: Around, rules: ConcernRules) -> str:
    if len(facts.hosts) < rules.sites:
        return ""
    more = " or more" if len(facts.hosts) == MOST_NAMES else ""
    return f"On {len(facts.hosts)}{more} different sites"


def at_night(facts: Facts, _around: Around, rules: ConcernRules) -> str:
    return f"At night, at {clock(facts.night.first, rules)}" if facts.night else ""


def lately(_facts: Facts, around: Around, rules: ConcernRules) -> str:
    if around.days < rules.days:
        return ""
    return f"On {around.days} days within {rules.within_days}"


STEPS: tuple[Step, ...] = (repeated, widespread, at_night, lately)


def climb(facts: Facts, family: Family, around: Around, who: Who, rules: ConcernRules) -> Climb:
    """Work out what the facts come to."""
    steps = [] if family.name == HELP or facts.only_help else _steps(facts, around, rules)
    together = [one for one in rules.combinations if _holds(one, facts, family, around)]
    severity = _lifted(facts, family, len(steps), together=bool(together))
    confidence = sure(facts, rules)
    return Climb(
        severity,
        confidence,
        facts.only_help or family.name == HELP,
        (
            *(how_often(way, times, rules) for way, times in facts.ways),
            *(f"{one}: this weighs more." for one in steps),
            *(f"{one.says}: this weighs more." for one in together),
            *_only_read(facts),
            *_help(facts, rules),
            *_whose(who),
            *_how_sure(confidence),
        ),
    )


def how_often(way: Way, times: Times, rules: ConcernRules) -> str:
    """Say a way and its times: Typed into a search at 22:41, twice more since."""
    match times.count - 1:
        case 0:
            more = ""
        case 1:
            more = ", once more since"
        case 2:
            more = ", twice more since"
        case count:
            more = f", {count} times more until {clock(times.last, rules)}"
    return f"{HOW[way]} at {clock(times.first, rules)}{more}."


def clock(at: datetime, rules: ConcernRules) -> str:
    local = rules.local(at)
    return f"{local.hour:02}:{local.minute:02}"


def sure(facts: Facts, rules: ConcernRules) -> Confidence:
    """Strong where one text says enough by itself, or several say it together."""
    several = len(facts.occasions) >= rules.repeated or len(facts.themes) > 1
    return Confidence.STRONG if facts.strong or several else Confidence.POSSIBLE


def _steps(facts: Facts, around: Around, rules: ConcernRules) -> list[str]:
    return [says for step in STEPS if (says := step(facts, around, rules))]


def _holds(one: Combination, facts: Facts, family: Family, around: Around) -> bool:
    if one.family != family.name or (one.one | one.other).isdisjoint((*facts.themes, *facts.signs)):
        return False
    return bool(one.one & around.speaks_of) and bool(one.other & around.speaks_of)


def _lifted(facts: Facts, family: Family, steps: int, *, together: bool) -> Severity:
    """Lift what was found by its steps, as far as family and intent allow."""
    lifted = facts.weighed + steps + together
    ceiling = Severity.URGENT if _may_be_urgent(facts, together=together) else Severity.HIGH
    return Severity(max(facts.weighed, min(lifted, ceiling, family.most)))


def _may_be_urgent(facts: Facts, *, together: bool) -> bool:
    return together or (facts.weighed >= Severity.HIGH and facts.intended)


def _only_read(facts: Facts) -> tuple[str, ...]:
    if facts.weighed >= facts.found:
        return ()
    return ("Only read, not typed: this weighs less.",)


def _help(facts: Facts, rules: ConcernRules) -> tuple[str, ...]:
    if facts.helped is None:
        return ()
    if facts.only_help:
        return ("Each time in search of help: meet it with care.",)
    return (f"Also looked for help, at {clock(facts.helped.first, rules)}.",)


def _whose(who: Who) -> tuple[str, ...]:
    if who.known is Known.PERSON:
        return ()
    return (f"Nobody is known by name: this is what one {who.known.value} did.",)


def _how_sure(confidence: Confidence) -> tuple[str, ...]:
    if confidence is Confidence.STRONG:
        return ()
    return ("One sign alone: it may mean something else.",)
