"""Let a second opinion move what phrases found, within bounds that keep people in charge of it.

It moves a finding by one step: up to medium at most, or down, but never below the floor of the
finding and never an urgent one. It finds nothing by itself.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from filter_rules.types import Finding, Severity

THEMES = frozenset(("bullying", "hate", "misogyny"))  # what it was trained to tell
SURE = 0.9
DOUBTFUL = 0.1
HIGHEST = Severity.MEDIUM  # to which it may promote


class Judged(Protocol):
    """How likely it is that a text is abusive, and by which of its words."""

    @property
    def probability(self) -> float: ...


class Opinion(Protocol):
    """What gives a second opinion. It never changes."""

    def judge(self, text: str, /) -> Judged: ...


def second_opinion(
    findings: Iterable[Finding],
    judged: Judged,
    *,
    themes: frozenset[str] = THEMES,
    sure: float = SURE,
    doubtful: float = DOUBTFUL,
) -> list[Finding]:
    """Return the findings as the second opinion leaves them."""
    return [
        replace(one, severity=_moved(one, judged.probability, sure, doubtful))
        if one.theme in themes
        else one
        for one in findings
    ]


def _moved(one: Finding, probability: float, sure: float, doubtful: float) -> Severity:
    if Severity.NONE < one.severity < HIGHEST and probability >= sure:
        return Severity(one.severity + 1)
    movable = one.floor < one.severity < Severity.URGENT
    if movable and one.severity > Severity.LOW and probability <= doubtful:
        return Severity(one.severity - 1)
    return one.severity
