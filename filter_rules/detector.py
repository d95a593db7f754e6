"""Say what a text speaks of: every theme found in it, how severe, and because of which words.

A detector never changes after it is made. It keeps nothing of what was typed, and of pages
only what some of their words read as, so what one person reads cannot weigh on another.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

from filter_rules.phrase_index import PhraseIndex, Places, Sightings
from filter_rules.phrases import Pattern, Theme
from filter_rules.scoring import Weighed, score, severity, weigh
from filter_rules.types import Finding, Kind, Match

LONGEST_TEXT = 1_000_000  # characters; what stands beyond is not read
MOST_MATCHES = 20  # kept to explain a finding, heaviest first


class Detector:
    """The themes, ready to be looked for."""

    def __init__(self, themes: Iterable[Theme]) -> None:
        self._themes = tuple(themes)
        about: defaultdict[str, set[int]] = defaultdict(set)
        patterns: list[Pattern] = []
        context: list[Pattern] = []
        for number, theme in enumerate(self._themes):
            for phrase in theme.phrases:
                patterns += phrase.patterns
                context += phrase.near + phrase.unless
                for pattern in phrase.patterns:
                    about[pattern.text].add(number)
        self._about = {pattern: tuple(numbers) for pattern, numbers in about.items()}
        self._index = PhraseIndex(patterns, context)

    def detect(self, text: str, kind: Kind) -> tuple[Finding, ...]:
        """Return what was found, most severe first."""
        found = self._index.find(text[:LONGEST_TEXT], typed=kind is not Kind.PAGE)
        numbers = {number for pattern in found.seen for number in self._about.get(pattern, ())}
        themes = [self._themes[number] for number in sorted(numbers)]
        weighed = [(theme, weigh(theme, found.seen, kind)) for theme in themes]
        if not any(standing for _, standing in weighed):
            return ()  # as most texts: before their words are found again, which takes longest
        places = found.places()
        findings = (_finding(theme, standing, kind, found, places) for theme, standing in weighed)
        telling = [finding for finding in findings if finding.score > 0]
        return tuple(sorted(telling, key=lambda one: (-one.severity, -one.score, one.theme)))


def _finding(
    theme: Theme, standing: Sequence[Weighed], kind: Kind, found: Sightings, places: Places
) -> Finding:
    total = score(standing, kind, found.words)
    distinct = len({one.sighting.pattern for one in standing})
    return Finding(
        theme.name,
        severity(theme, total, distinct, kind),
        total,
        tuple(_match(one, found.text, places) for one in islice(standing, MOST_MATCHES)),
        theme.help_seeking,
    )


def _match(one: Weighed, text: str, places: Places) -> Match:
    start, end = places.of(one.sighting)
    words = places.words(one.sighting)
    return Match(words, text[start:end], one.weight, start, end, one.phrase.says)
