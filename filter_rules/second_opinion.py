"""Let a second opinion weigh in on what phrases found, within bounds that keep people in charge.

It may do three things, so that a person looks, and nothing is blocked for it. Up, to medium at
most: a low finding, or where phrases found nothing, the theme that the text is most like. Down,
to low: a finding that is medium or high in a short text that looks harmless through and
through. It never takes down what is urgent or has a floor, so that no harmless words around a
cry for help can hide it; nor what another language or the school's own phrases found. The numbers: docs/reference/second-opinion.md.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from filter_rules.phrases import ENGLISH
from filter_rules.theme_changes import SAYS
from filter_rules.types import Finding, Severity

ABUSIVE = frozenset(("bullying", "hate", "misogyny", "profanity"))  # of these abuse is a sign
ABUSE_SURE = 0.7  # from here on a low finding of them is moved up
EYE_SURE = 0.95  # from here on a text needs a person's eye whatever phrases found
EYE_SURE_OF_LOW = 0.8  # and from here on where they found something, though low
HARMLESS = 0.4  # up to here a text looks harmless
NOT_ABUSIVE = 0.5  # and up to here it abuses nobody
MOST_WORDS = 60  # of a text that may be taken for harmless: a long one could hide a word in it
FEWEST_WORDS = 4  # of a text that it may find something in: fewer could be of anything
HIGHEST = Severity.MEDIUM  # to which it may move
_OURS = frozenset(("", ENGLISH))  # of other languages it has learned too little to doubt
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
    enough = len(text.split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS
    if not (found or enough):
        return found  # most searches: it need not be asked
    judged = opinion.judge(text)
    found = [_moved_down(one) if _is_doubted(one, text, judged) else one for one in found]
    if any(one.severity >= HIGHEST and not one.help_seeking for one in found):
        return found
    if judged.abuse >= ABUSE_SURE and any(map(_may_be_abuse, found)):
        because = opinion.because(text, _ABUSE)
        return [_moved_up(one, because) if _may_be_abuse(one) else one for one in found]
    return _needing_an_eye(found, text, judged, opinion)


def _needing_an_eye(
    found: list[Finding], text: str, judged: Judged, opinion: Opinion
) -> list[Finding]:
    low = [one for one in found if one.severity is Severity.LOW and not one.help_seeking]
    if low and judged.eye >= EYE_SURE_OF_LOW:
        most_like = max(low, key=lambda one: (one.theme == judged.theme, one.score, one.theme))
        because = opinion.because(text, _EYE)
        return [_moved_up(one, because) if one is most_like else one for one in found]
    if judged.eye >= EYE_SURE and not found:
        return [Finding(judged.theme, HIGHEST, 0.0, seconded=opinion.because(text, _EYE))]
    return found


def _is_doubted(one: Finding, text: str, judged: Judged) -> bool:
    if one.help_seeking or one.floor or one.severity not in (Severity.MEDIUM, Severity.HIGH):
        return False
    if any(match.language not in _OURS or match.says == SAYS for match in one.matches):
        return False
    if judged.eye > HARMLESS or (one.theme in ABUSIVE and judged.abuse > NOT_ABUSIVE):
        return False
    return len(text.split(maxsplit=MOST_WORDS)) <= MOST_WORDS


def _moved_down(one: Finding) -> Finding:
    return replace(one, severity=Severity.LOW, doubted=True)


def _may_be_abuse(one: Finding) -> bool:
    return one.theme in ABUSIVE and one.severity is Severity.LOW and not one.doubted


def _moved_up(one: Finding, because: tuple[str, ...]) -> Finding:
    return replace(one, severity=HIGHEST, seconded=because)
