"""The detector under test, and what it says of a text in few words: never the text's own.

What a phrase was found by is told as the pattern of the theme, so that a report can say why
texts were flagged without a word of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from filter_rules.detector import Detector
from filter_rules.languages import read_themes
from filter_rules.phrase_index import PhraseIndex, Sighting
from filter_rules.phrases import Pattern, Theme
from filter_rules.types import Finding, Kind, Match, Severity
from safeguard.core.policy import FLAGGED_FROM
from safeguard.opinion_file import opinion_or_none
from safeguard.opinion_file import shipped as shipped_opinion
from safeguard.sources import shipped_languages, shipped_themes


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """What a text was flagged for: the theme, its sentence for it, the pattern, and which way.

    The phrase is left out where the pattern lets words stand in it that are none of its own.
    """

    theme: str
    says: str
    pattern: str = ""
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of a text: how severe each theme, who seeks help, and why it was flagged."""

    themes: Mapping[str, Severity] = field(default_factory=dict)
    help: frozenset[str] = frozenset()
    causes: tuple[Cause, ...] = ()

    @property
    def severity(self) -> Severity:
        return max(self.themes.values(), default=Severity.NONE)

    @property
    def flagged(self) -> bool:
        return self.severity >= FLAGGED_FROM

    def reaches(self, theme: str, severity: Severity) -> bool:
        """Whether a theme was found, at least so severe."""
        if theme in self.help:
            return True
        return self.themes.get(theme, Severity.NONE) >= max(severity, Severity.LOW)


def shipped() -> tuple[Theme, ...]:
    """Return the themes of the source tree as they stand, other languages with them."""
    return tuple(read_themes(shipped_themes(), shipped_languages())[0])


class Subject:
    """A detector that says of texts what an evaluation needs to know."""

    def __init__(self, themes: Iterable[Theme]) -> None:
        self._themes = {theme.name: theme for theme in themes}
        self.detector = Detector(self._themes.values(), opinion_or_none(shipped_opinion()))
        self._indexes: dict[tuple[str, str], PhraseIndex] = {}
        self._found: dict[tuple[str, str, str], Pattern | None] = {}

    @property
    def themes(self) -> frozenset[str]:
        """The names of all themes."""
        return frozenset(self._themes)

    def judge(self, text: str, kind: Kind) -> Told:
        findings = self.detector.detect(text, kind)
        telling = [one for one in findings if not one.help_seeking]
        return Told(
            {one.theme: one.severity for one in telling},
            frozenset(one.theme for one in findings if one.help_seeking),
            tuple(self._cause(one) for one in telling if one.severity >= FLAGGED_FROM),
        )

    def _cause(self, finding: Finding) -> Cause:
        if not finding.matches:
            return Cause(finding.theme, "")
        heaviest = finding.matches[0]
        pattern = self._pattern(finding.theme, heaviest)
        own = pattern is not None and set(heaviest.phrase.split()) <= _words(pattern)
        return Cause(
            finding.theme,
            heaviest.says,
            pattern.text if pattern else "",
            heaviest.phrase if own else "",
        )

    def _pattern(self, theme: str, match: Match) -> Pattern | None:
        """Return the pattern that a match was found by, nothing where it cannot be told."""
        key = (theme, match.says, match.phrase)
        if key not in self._found:
            patterns = self._patterns_of(theme, match.says)
            index = self._index(theme, match.says)
            seen = index.find(match.phrase, typed=True).seen
            fitting = [one for one in patterns if one.text in seen]
            self._found[key] = min(
                fitting, key=lambda one: (-_widest(seen[one.text]), one.text), default=None
            )
        return self._found[key]

    def _patterns_of(self, theme: str, says: str) -> list[Pattern]:
        known = self._themes.get(theme, Theme(theme)).phrases
        return [one for phrase in known if phrase.says == says for one in phrase.patterns]

    def _index(self, theme: str, says: str) -> PhraseIndex:
        key = (theme, says)
        if key not in self._indexes:
            self._indexes[key] = PhraseIndex(self._patterns_of(theme, says))
        return self._indexes[key]


def _widest(sightings: Sequence[Sighting]) -> int:
    return max((one.last - one.first for one in sightings), default=-1)


def _words(pattern: Pattern) -> set[str]:
    """Return the words that a pattern itself spells: what stands in its gaps is none of them."""
    return {word for slot in pattern.slots for way in _ways(slot) for word in way.split()}


def _ways(slot: object) -> frozenset[str]:
    return slot if isinstance(slot, frozenset) else frozenset()
