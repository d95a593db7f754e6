"""Say what a text speaks of: every theme found in it, how severe, and because of which words.

A detector never changes after it is made and keeps nothing of the texts it reads, so what
one person typed cannot weigh on another.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

from filter_rules.phrase_index import PhraseIndex, Sighting, Sightings
from filter_rules.phrases import Theme
from filter_rules.scoring import Places, Weighed, score, severity, weigh
from filter_rules.types import Finding, Kind, Match

LONGEST_TEXT = 1_000_000  # characters; what stands beyond is not read
MOST_MATCHES = 20  # kept to explain a finding, heaviest first


class Detector:
    """The themes, ready to be looked for."""

    def __init__(self, themes: Iterable[Theme]) -> None:
        self._themes = tuple(themes)
        about: defaultdict[str, set[int]] = defaultdict(set)
        context: set[str] = set()
        for number, theme in enumerate(self._themes):
            for phrase in theme.phrases:
                context |= phrase.near | phrase.unless
                for literal in phrase.literals:
                    about[literal].add(number)
        self._about = {literal: tuple(sorted(numbers)) for literal, numbers in about.items()}
        self._index = PhraseIndex(context | about.keys())

    def detect(self, text: str, kind: Kind) -> tuple[Finding, ...]:
        """Return what was found, most severe first."""
        found = self._index.find(text[:LONGEST_TEXT])
        seen: defaultdict[str, list[Sighting]] = defaultdict(list)
        for sighting in found.seen:
            seen[sighting.literal].append(sighting)
        numbers = {number for literal in seen for number in self._about.get(literal, ())}
        if not numbers:
            return ()
        places = found.places()
        findings = (
            _finding(self._themes[number], seen, kind, found, places) for number in sorted(numbers)
        )
        standing = [finding for finding in findings if finding.score > 0]
        return tuple(sorted(standing, key=lambda one: (-one.severity, -one.score, one.theme)))


def _finding(
    theme: Theme,
    seen: Places,
    kind: Kind,
    found: Sightings,
    places: Sequence[tuple[int, int]],
) -> Finding:
    standing = weigh(theme, seen, kind)
    total = score(standing, kind, found.words)
    distinct = len({id(one.phrase) for one in standing})
    return Finding(
        theme.name,
        severity(theme, total, distinct, kind),
        total,
        tuple(_match(one, found.text, places) for one in islice(standing, MOST_MATCHES)),
        theme.help_seeking,
    )


def _match(one: Weighed, text: str, places: Sequence[tuple[int, int]]) -> Match:
    start, end = places[one.sighting.first][0], places[one.sighting.last][1]
    return Match(one.sighting.literal, text[start:end], one.weight, start, end)
