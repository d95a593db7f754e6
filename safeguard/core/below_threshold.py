"""What was found in words and stayed below the threshold: counted, so that others can be tried.

Kept are theme, group, hour and a rounded score. No words, no address, and nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from safeguard.core.events import SCHOOL, clean
from safeguard.core.types import Subject, Verdict

STEP = 5  # scores are told apart by half a point: that is what thresholds are set in
TENTHS = 10
HIGHEST = 500


@dataclass(frozen=True, slots=True)
class BelowThreshold:
    """What one writer has counted of a theme, group and score in an hour: a total, as a tally."""

    writer: str
    hour: datetime
    theme: str
    group: str
    score: int
    count: int
    school_id: int = SCHOOL


def below_threshold(subject: Subject, verdict: Verdict) -> Iterator[tuple[str, str, int]]:
    """Yield theme, group and score (in tenths) of what nobody is told of."""
    if verdict.flagged or verdict.withheld:
        return
    for finding in verdict.findings:
        if not finding.help_seeking:
            steps = round(finding.score * TENTHS / STEP)
            yield finding.theme, clean(subject.group), min(steps * STEP, HIGHEST)
