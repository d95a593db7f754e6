"""Let a second opinion add to what phrases found, within bounds that keep people in charge of it.

It may do two things, both to medium at most, so that a person looks and nothing is blocked for
it: move up a low finding, and, where phrases found nothing that a person would see, say which
theme the text is most like. It takes nothing back, lowers nothing and never speaks where
phrases found something already. The numbers: docs/reference/second-opinion.md.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from filter_rules.types import Finding, Severity

ABUSIVE = frozenset(("bullying", "hate", "misogyny", "profanity"))  # of these abuse is a sign
ABUSE_SURE = 0.65  # from here on a low finding of them is moved up
EYE_SURE = 0.95  # from here on a text needs a person's eye whatever phrases found
FEWEST_WORDS = 4  # of a text that it may find something in: fewer could be of anything
HIGHEST = Severity.MEDIUM  # to which it may move
_EYE, _ABUSE = 0, 1  # columns of the opinion


class Judged(Protocol):
    """How likely a text needs a person's eye, how likely it is abusive, and what it is like."""

    @property
    def eye(self) -> float: ...

    @property
    def abuse(self) -> float: ...

    @property
    def theme(self) -> str: ...


class Opinion(Protocol):
    """What gives a second opinion. It never changes."""

    def judge(self, text: str, /) -> Judged: ...

    def because(self, text: str, column: int, /) -> tuple[str, ...]: ...


def second_opinion(findings: Iterable[Finding], text: str, opinion: Opinion) -> list[Finding]:
    """Return the findings as the second opinion leaves them, perhaps with one more."""
    found = list(findings)
    if any(one.severity >= HIGHEST and not one.help_seeking for one in found):
        return found
    judged = opinion.judge(text)
    if judged.abuse >= ABUSE_SURE and any(map(_may_be_abuse, found)):
        because = opinion.because(text, _ABUSE)
        return [_moved_up(one, because) if _may_be_abuse(one) else one for one in found]
    if judged.eye < EYE_SURE or len(text.split(maxsplit=FEWEST_WORDS)) < FEWEST_WORDS:
        return found
    because = opinion.because(text, _EYE)
    low = [one for one in found if one.severity is Severity.LOW and not one.help_seeking]
    if not low:
        return [*found, Finding(judged.theme, HIGHEST, 0.0, seconded=because)]
    most_like = max(low, key=lambda one: (one.theme == judged.theme, one.score, one.theme))
    return [_moved_up(one, because) if one is most_like else one for one in found]


def _may_be_abuse(one: Finding) -> bool:
    return one.theme in ABUSIVE and one.severity is Severity.LOW


def _moved_up(one: Finding, because: tuple[str, ...]) -> Finding:
    return replace(one, severity=HIGHEST, seconded=because)
