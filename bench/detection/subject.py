"""The detector under test, and what it says of a text in few words: never the text's own.

What a phrase was found by is told as the pattern of the theme, so that a report can say why
texts were flagged without a word of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from filter_rules.detector import Detector
from filter_rules.phrase_index import PhraseIndex
from filter_rules.phrases import Theme, parse_theme
from filter_rules.types import Finding, Kind, Match, Severity
from safeguard.core.policy import FLAGGED_FROM
from safeguard.sources import shipped_themes


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """What a text was flagged for: the theme, its sentence for it, and the pattern."""

    theme: str
    says: str
    pattern: str = ""


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
    """Return the themes of the source tree, as they stand."""
    return tuple(parse_theme(text, name)[0] for name, text in shipped_themes().items())


class Subject:
    """A detector that says of texts what an evaluation needs to know."""

    def __init__(self, themes: Iterable[Theme]) -> None:
        self._themes = {theme.name: theme for theme in themes}
        self.detector = Detector(self._themes.values())
        self._indexes: dict[tuple[str, str], PhraseIndex] = {}
        self._patterns: dict[tuple[str, str, str], str] = {}

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
        return Cause(finding.theme, heaviest.says, self._pattern(finding.theme, heaviest))

    def _pattern(self, theme: str, match: Match) -> str:
        """Return the pattern that a match was found by, nothing where it cannot be told."""
        key = (theme, match.says, match.phrase)
        if key not in self._patterns:
            seen = self._index(theme, match.says).find(match.phrase, typed=True).seen
            self._patterns[key] = min(seen, key=lambda one: (-len(one), one), default="")
        return self._patterns[key]

    def _index(self, theme: str, says: str) -> PhraseIndex:
        key = (theme, says)
        if key not in self._indexes:
            known = self._themes.get(theme, Theme(theme)).phrases
            patterns = [one for phrase in known if phrase.says == says for one in phrase.patterns]
            self._indexes[key] = PhraseIndex(patterns)
        return self._indexes[key]
