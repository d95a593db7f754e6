"""Weigh what was found of one theme, and say how soon a person should look.

A phrase weighs what its theme says; words near it raise, lower or excuse it. Each word of a
text counts once: where two phrases overlap, the heavier one counts. The heaviest phrase counts
whole, the next half, the next a quarter: much of the same adds up, but to less than twice.
One sentence that was typed is enough. A page must say several different things, and a long
page more of them: a newspaper that quotes one sentence is not a cry for help.

A floor phrase that was typed is excused only within its own sentence, and where it speaks of
the one who types it stays at least low: else a game's name would silence a cry for help.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from filter_rules.phrase_index import Sighting
from filter_rules.phrases import Phrase, Theme, Together
from filter_rules.surroundings import Nearby, Text, overlap, together
from filter_rules.types import Effect, Kind, Severity

TYPED = ((10.0, Severity.URGENT), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (1.0, Severity.LOW))
SHOWN = ((30.0, Severity.HIGH), (15.0, Severity.MEDIUM), (5.0, Severity.LOW))
SHORT_PAGE = 500  # words; what stands on a longer page counts for less
DISTINCT_ON_A_PAGE = 3  # different phrases below which a page is never more than low
STRONG = 1.5  # what stands in the title or a heading of a page weighs so many times as much
# Categories of sites that speak of harm without doing any: their pages must say twice as much.
REPORTING = frozenset(("news", "education", "health", "museums", "government", "help"))
REPORTING_SAYS = 2.0
AT_LEAST_LOW = 1.0  # weight of a floor phrase that is excused and speaks of oneself


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sighting of a phrase with the weight it has where it stands, and why."""

    phrase: Phrase
    sighting: Sighting
    weight: float
    beside: tuple[tuple[Effect, Sighting], ...] = ()
    capped: str = ""

    @property
    def excused(self) -> bool:
        return any(effect is Effect.EXCUSED for effect, _ in self.beside)


def weigh(theme: Theme, text: Text) -> list[Weighed]:
    """Return the sightings of a theme, heaviest first; those that are excused weigh nothing."""
    found = [
        one
        for phrase in theme.phrases
        if text.kind in phrase.kinds and text.groups.isdisjoint(phrase.exempt)
        for one in _weighed(phrase, _sightings(phrase, text), text)
    ]
    found.sort(key=_order)
    taken: set[int] = set()
    apart: list[Weighed] = []
    for one in found:
        words = _range(one.sighting)
        if taken.isdisjoint(words):
            taken.update(words)
            apart.append(one)
    for one, said in sorted(_composites(theme.togethers, text), key=lambda pair: _order(pair[0])):
        if said <= taken:  # all of it is part of a phrase: the heavier counts
            rivals = [other for other in apart if not said.isdisjoint(_range(other.sighting))]
            if any(other.weight >= one.weight for other in rivals):
                continue
            apart = [other for other in apart if other not in rivals]
        taken |= said
        apart.append(one)
    apart.sort(key=_order)
    return list(_capped(theme, apart, text.kind)) if theme.groups else apart


def counted(standing: Iterable[Weighed], kind: Kind) -> list[Weighed]:
    """Return what counts of what stands, heaviest first: the heaviest of each thing said."""
    heaviest: dict[object, Weighed] = {}
    for one in standing:
        if one.weight > 0:
            heaviest.setdefault(_said_by(one, kind), one)
    return list(heaviest.values())


def score(counting: Sequence[Weighed], kind: Kind, words: int) -> float:
    """Add up what counts, in the way of its kind."""
    weights = sorted((one.weight for one in counting), reverse=True)
    if kind is Kind.PAGE:
        return round(sum(weights) * sqrt(min(1.0, SHORT_PAGE / max(words, 1))), 2)
    return round(sum(weight * 0.5**place for place, weight in enumerate(weights)), 2)


def severity(
    theme: Theme,
    total: float,
    counting: Sequence[Weighed],
    kind: Kind,
    about: frozenset[str] = frozenset(),
) -> Severity:
    """Say how severe a total is, within what the theme allows."""
    if kind is not Kind.PAGE:
        return min(max(_step(total, TYPED), floor(theme, counting, kind)), theme.most)
    reporting = not REPORTING.isdisjoint(about)
    reached = _step(total / REPORTING_SAYS if reporting else total, SHOWN)
    most = Severity.LOW if len(counting) < DISTINCT_ON_A_PAGE else Severity.URGENT
    return min(reached, most, Severity.MEDIUM if reporting else theme.most, theme.most)


def floor(theme: Theme, counting: Iterable[Weighed], kind: Kind) -> Severity:
    """Return how severe a finding is at least: a floor phrase that was typed says so."""
    if kind is Kind.PAGE:
        return Severity.NONE
    held = any(one.phrase.floor and not one.excused for one in counting)
    return theme.floor if held else Severity.NONE


def _step(total: float, steps: Sequence[tuple[float, Severity]]) -> Severity:
    return next((step for least, step in steps if total >= least), Severity.NONE)


def _order(one: Weighed) -> tuple[float, int, int, str, str]:
    sighting = one.sighting
    return -one.weight, sighting.first, -sighting.last, sighting.pattern, one.phrase.says


def _said_by(one: Weighed, kind: Kind) -> object:
    """What tells two things that were said apart: the phrase, and on a page its wording."""
    if kind is Kind.PAGE and not one.phrase.once:
        return one.sighting.pattern
    return id(one.phrase)


def _capped(theme: Theme, apart: Iterable[Weighed], kind: Kind) -> Iterator[Weighed]:
    """Take from the phrases of a group what is above the group's cap, lightest first."""
    left = dict(theme.groups)
    known: set[object] = set()
    for one in apart:
        group, said = one.phrase.group, _said_by(one, kind)
        if group not in left or said in known:
            yield one
            continue
        known.add(said)
        weight = min(one.weight, left[group])
        left[group] -= weight
        yield one if weight == one.weight else replace(one, weight=weight, capped=group)


def _sightings(phrase: Phrase, text: Text) -> list[Sighting]:
    return [one for pattern in phrase.patterns for one in text.seen.get(pattern.text, ())]


def _weighed(phrase: Phrase, sightings: Sequence[Sighting], text: Text) -> Iterator[Weighed]:
    if not sightings:
        return
    excuses, lowerers, raisers = (
        Nearby(patterns, text.seen) for patterns in (phrase.unless, phrase.lower_near, phrase.near)
    )
    guarded = phrase.floor and text.kind is not Kind.PAGE
    for one in sightings:
        excuse = _first(excuses.around(one), one, text, guarded=guarded)
        if excuse:
            stays = guarded and text.speaks_of_oneself(one)
            weight = min(AT_LEAST_LOW, phrase.weight) if stays else 0.0
            yield Weighed(phrase, one, weight, ((Effect.EXCUSED, excuse),))
            continue
        raiser = next((other for other in raisers.around(one) if not overlap(one, other)), None)
        beside = (other for other in lowerers.around(one) if not overlap(one, other))
        lowerer = _first(beside, one, text, guarded=guarded)
        effects = ((Effect.RAISED, raiser), (Effect.LOWERED, lowerer))
        told = tuple((effect, other) for effect, other in effects if other)
        weight = _between(phrase, raised=bool(raiser), lowered=bool(lowerer))
        if weight > 0 or lowerer:
            yield Weighed(phrase, one, weight * _strength(one, text), told)


def _first(
    others: Iterable[Sighting], one: Sighting, text: Text, *, guarded: bool
) -> Sighting | None:
    """Return the first of them that counts: of a floor phrase, only its own sentence does."""
    return next(
        (other for other in others if not guarded or text.in_one_sentence(one, other)), None
    )


def _between(phrase: Phrase, *, raised: bool, lowered: bool) -> float:
    """Return what a phrase weighs where it is raised, lowered, or both: then as if neither."""
    if raised == lowered:
        return phrase.weight
    if raised:
        return phrase.raised
    return max(phrase.lowered, AT_LEAST_LOW) if phrase.floor else phrase.lowered


def _strength(one: Sighting, text: Text) -> float:
    return STRONG if text.kind is Kind.PAGE and text.is_strong(one) else 1.0


def _range(sighting: Sighting) -> range:
    return range(sighting.first, sighting.last + 1)


def _composites(togethers: Iterable[Together], text: Text) -> Iterator[tuple[Weighed, set[int]]]:
    """Weigh what is said by several things together, once in a text, and name its words.

    It stands where the first of them does.
    """
    for one in togethers:
        if text.kind not in one.phrase.kinds or not text.groups.isdisjoint(one.phrase.exempt):
            continue
        parts = together(one.texts, text.seen, one.within)
        if parts is None:
            continue
        first, *others = sorted(parts, key=lambda part: (part.first, part.last))
        told = tuple((Effect.TOGETHER, part) for part in others)
        said = {number for part in parts for number in _range(part)}
        for weighed in _weighed(one.phrase, [replace(first, pattern=one.name)], text):
            yield replace(weighed, beside=(*told, *weighed.beside)), said
