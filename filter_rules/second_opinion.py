"""Let a second opinion move what phrases found, within bounds that keep people in charge of it.

It moves a finding up by one step, to medium at most. It finds nothing by itself and takes
nothing back: both were measured, and neither was worth it. Nor is most of what it adds its own:
it chooses, among findings that are low, those that a person should rather see. The numbers:
docs/reference/second-opinion.md.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from filter_rules.types import Finding, Severity

THEMES = frozenset(("bullying", "hate", "misogyny", "profanity"))  # what it was trained to tell
SURE = 0.6  # from here on it promotes
HIGHEST = Severity.MEDIUM  # to which it may promote


class Judged(Protocol):
    """How likely it is that a text hurts somebody, and by which of its words."""

    @property
    def probability(self) -> float: ...

    @property
    def because(self) -> tuple[str, ...]: ...


class Opinion(Protocol):
    """What gives a second opinion. It never changes."""

    def judge(self, text: str, /) -> Judged: ...


def second_opinion(findings: Iterable[Finding], judged: Judged) -> list[Finding]:
    """Return the findings as the second opinion leaves them."""
    if judged.probability < SURE:
        return list(findings)
    return [_promoted(one, judged) for one in findings]


def _promoted(one: Finding, judged: Judged) -> Finding:
    if one.theme not in THEMES or not Severity.NONE < one.severity < HIGHEST:
        return one
    return replace(one, severity=Severity(one.severity + 1), seconded=judged.because)
