"""What stayed below the threshold is told by theme, group and score, and names nobody."""

from dataclasses import replace

import pytest

from filter_rules.types import Severity
from safeguard.core.below_threshold import HIGHEST, below_threshold
from safeguard.core.types import Action, Reason, Verdict
from tests.safeguard.samples import PUPIL, finding, flagged, sealed


def unflagged(score: float, *, help_seeking: bool = False) -> Verdict:
    found = replace(finding(), score=score, severity=Severity.LOW, help_seeking=help_seeking)
    return Verdict(Action.ALLOW, Reason.DEFAULT, findings=(found,))


@pytest.mark.parametrize(
    ("score", "kept"), [(0.0, 0), (1.2, 10), (1.3, 15), (3.0, 30), (9999.0, HIGHEST)]
)
def test_a_score_is_kept_to_half_a_point(score: float, kept: int) -> None:
    assert list(below_threshold(PUPIL, unflagged(score))) == [("low-mood", "primary", kept)]


def test_what_is_an_event_already_is_not_counted_again() -> None:
    assert list(below_threshold(PUPIL, flagged())) == []
    assert list(below_threshold(PUPIL, sealed())) == []


def test_the_search_for_help_is_not_counted() -> None:
    assert list(below_threshold(PUPIL, unflagged(2.0, help_seeking=True))) == []
