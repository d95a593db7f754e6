"""Say what a text speaks of: every theme found in it, how severe, and because of which words.

A detector never changes after it is made. It keeps nothing of what was typed, and of pages
only what some of their words read as, so what one person reads cannot weigh on another.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Self

from filter_rules.excerpts import excerpt
from filter_rules.phrase_index import PhraseIndex
from filter_rules.phrases import Pattern, Phrase, Theme
from filter_rules.scoring import Weighed, counted, floor, score, severity, weigh
from filter_rules.second_opinion import Opinion, second_opinion
from filter_rules.surroundings import Text
from filter_rules.types import Beside, Finding, Kind, Match

LONGEST_TEXT = 1_000_000  # characters; what stands beyond is not read
MOST_MATCHES = 20  # kept to explain a finding, heaviest first
MOST_BESIDE = 5

type _Spans = Iterable[tuple[int, int]]


class Detector:
    """The themes, ready to be looked for."""

    def __init__(self, themes: Iterable[Theme], opinion: Opinion | None = None) -> None:
        self._themes = tuple(themes)
        self._opinion = opinion
        # Most of what is said by several things together is looked for only in what is typed:
        # pages, which are long, are not searched for it.
        self._typed = _Sought.of(self._themes, typed=True)
        self._shown = _Sought.of(self._themes, typed=False)

    def detect(
        self,
        text: str,
        kind: Kind,
        *,
        strong: _Spans = (),
        about: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
        spent: Callable[[], bool] | None = None,
        excused_too: bool = False,
    ) -> tuple[Finding, ...]:
        """Return what was found, most severe first.

        `strong`: where title and headings stand. `about`: the categories of the site. `groups`:
        those of the person. `spent`: says when no more time may be spent. `excused_too`: with
        the themes of which all that was found was excused.
        """
        typed = kind is not Kind.PAGE
        sought = self._typed if typed else self._shown
        sightings = sought.index.find(text[:LONGEST_TEXT], typed=typed, spent=spent)
        numbers = {one for pattern in sightings.seen for one in sought.about.get(pattern, ())}
        read = Text(sightings, kind, strong, groups)
        cut = sightings.cut or len(text) > LONGEST_TEXT
        weighed = [(theme, weigh(theme, read)) for theme in map(self._theme, sorted(numbers))]
        if not excused_too:
            weighed = [
                (theme, [one for one in found if one.weight > 0]) for theme, found in weighed
            ]
        telling = [
            _finding(theme, standing, read, about, cut=cut)
            for theme, standing in weighed
            if standing
        ]  # none of most texts: before their words are found again, which takes longest
        if self._opinion and kind is not Kind.PAGE:
            telling = second_opinion(telling, text[:LONGEST_TEXT], self._opinion)
        return tuple(sorted(telling, key=lambda one: (-one.severity, -one.score, one.theme)))

    def _theme(self, number: int) -> Theme:
        return self._themes[number]


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is looked for in one sort of texts, and which themes each pattern may be of."""

    index: PhraseIndex
    about: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, themes: Iterable[Theme], *, typed: bool) -> Self:
        about: defaultdict[str, set[int]] = defaultdict(set)
        patterns: list[Pattern] = []
        context: list[Pattern] = []
        for number, theme in enumerate(themes):
            phrases = [one for one in theme.phrases if _is_sought(one, typed=typed)]
            togethers = [one for one in theme.togethers if _is_sought(one.phrase, typed=typed)]
            telling = [pattern for phrase in phrases for pattern in phrase.patterns]
            for one in togethers:  # all sets must be there, so one is enough to look for
                first, *others = one.sets
                telling += first
                context += chain.from_iterable(others)
            for phrase in chain(phrases, (one.phrase for one in togethers)):
                patterns += phrase.patterns
                context += phrase.near + phrase.unless + phrase.lower_near
            patterns += telling
            for pattern in telling:
                about[pattern.text].add(number)
        named = {pattern: tuple(numbers) for pattern, numbers in about.items()}
        return cls(PhraseIndex(patterns, context), named)


def _is_sought(phrase: Phrase, *, typed: bool) -> bool:
    return any((kind is not Kind.PAGE) is typed for kind in phrase.kinds)


def _finding(
    theme: Theme, standing: Sequence[Weighed], text: Text, about: frozenset[str], *, cut: bool
) -> Finding:
    counting = counted(standing, text.kind)
    total = score(counting, text.kind, text.words)
    ages = [theme.ages[group] for group in text.groups if group in theme.ages]
    total = round(total * max(ages, default=1.0), 2)
    return Finding(
        theme.name,
        severity(theme, total, counting, text.kind, about),
        total,
        tuple(_match(one, text) for one in islice(standing, MOST_MATCHES)),
        theme.help_seeking,
        floor(theme, counting, text.kind),
        cut,
    )


def _match(one: Weighed, text: Text) -> Match:
    start, end = text.places.of(one.sighting)
    return Match(
        text.places.words(one.sighting),
        text.original[start:end],
        one.weight,
        start,
        end,
        one.phrase.says,
        full=one.phrase.weight,
        beside=tuple(
            Beside(effect, text.quote(other)) for effect, other in one.beside[:MOST_BESIDE]
        ),
        capped=one.capped,
        sentence=excerpt(text.original, start, end),
        language=one.phrase.language,
    )
