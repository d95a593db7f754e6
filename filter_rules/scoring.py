"""Weigh what was found of one theme, and say how soon a person should look.

A phrase weighs what its theme says; words near it raise or excuse it. Each word of a text
counts once: where two phrases overlap, the heavier one counts. The heaviest phrase counts
whole, the next half, the next a quarter: much of the same adds up, but to less than twice.
One sentence that was typed is enough. A page must say several different things, and a long
page more of them: a newspaper that quotes one sentence is not a cry for help.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from operator import itemgetter

from filter_rules.phrase_index import Sighting
from filter_rules.phrases import Pattern, Phrase, Theme
from filter_rules.types import Kind, Severity

NEAR = 12  # words either side within which others raise or excuse a phrase
LONGEST_CONTEXT = 12  # words of such others: longer ones are seen only where they end near
TYPED = ((10.0, Severity.URGENT), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (1.0, Severity.LOW))
SHOWN = ((30.0, Severity.HIGH), (15.0, Severity.MEDIUM), (5.0, Severity.LOW))
SHORT_PAGE = 500  # words; what stands on a longer page counts for less
DISTINCT_ON_A_PAGE = 3  # different phrases below which a page is never more than low


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sighting of a phrase with the weight it has where it stands."""

    phrase: Phrase
    sighting: Sighting
    weight: float


type Seen = Mapping[str, Sequence[Sighting]]


def weigh(theme: Theme, seen: Seen, kind: Kind) -> list[Weighed]:
    """Return the sightings of a theme that count, heaviest first."""
    counted = [
        one for phrase in theme.phrases if kind in phrase.kinds for one in _weighed(phrase, seen)
    ]
    counted.sort(key=lambda one: (-one.weight, one.sighting.first, -one.sighting.last))
    taken: set[int] = set()
    standing: list[Weighed] = []
    for one in counted:
        words = range(one.sighting.first, one.sighting.last + 1)
        if taken.isdisjoint(words):
            taken.update(words)
            standing.append(one)
    return standing


def score(standing: Sequence[Weighed], kind: Kind, words: int) -> float:
    """Add up what stands, in the way of its kind."""
    if kind is Kind.PAGE:
        heaviest = {one.sighting.pattern: one.weight for one in reversed(standing)}
        return round(sum(heaviest.values()) * sqrt(min(1.0, SHORT_PAGE / max(words, 1))), 2)
    first_of_its_kind = {id(one.phrase): one.weight for one in reversed(standing)}
    weights = sorted(first_of_its_kind.values(), reverse=True)
    return round(sum(weight * 0.5**place for place, weight in enumerate(weights)), 2)


def severity(theme: Theme, total: float, distinct: int, kind: Kind) -> Severity:
    """Say how severe a total is, within what the theme allows."""
    reached = next(
        (step for least, step in (SHOWN if kind is Kind.PAGE else TYPED) if total >= least),
        Severity.NONE,
    )
    if kind is Kind.PAGE and distinct < DISTINCT_ON_A_PAGE:
        reached = min(reached, Severity.LOW)
    return min(reached, theme.most)


def _weighed(phrase: Phrase, seen: Seen) -> Iterator[Weighed]:
    sightings = [one for pattern in phrase.patterns for one in seen.get(pattern.text, ())]
    if not sightings:
        return
    excuses, raisers = _Nearby(phrase.unless, seen), _Nearby(phrase.near, seen)
    for one in sightings:
        if next(excuses.around(one), None):
            continue
        raised = any(not _overlap(one, other) for other in raisers.around(one))
        weight = phrase.raised if raised else phrase.weight
        if weight > 0:
            yield Weighed(phrase, one, weight)


class _Nearby:
    """Context words in the order of the text, so that few are looked at for each phrase."""

    def __init__(self, patterns: Iterable[Pattern], seen: Seen) -> None:
        self._ends = sorted(
            ((one.last, one) for pattern in patterns for one in seen.get(pattern.text, ())),
            key=itemgetter(0),
        )

    def around(self, one: Sighting) -> Iterator[Sighting]:
        start = bisect_left(self._ends, one.first - NEAR, key=itemgetter(0))
        for last, other in islice(self._ends, start, None):
            if last > one.last + NEAR + LONGEST_CONTEXT:
                return
            if other.first <= one.last + NEAR:
                yield other


def _overlap(one: Sighting, other: Sighting) -> bool:
    return one.first <= other.last and other.first <= one.last
