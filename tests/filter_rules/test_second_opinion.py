"""A second opinion moves a finding by one step, within its bounds, and nothing else."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.second_opinion import HIGHEST, second_opinion
from filter_rules.types import Finding, Severity


@dataclass(frozen=True)
class Said:
    probability: float


@pytest.mark.parametrize(
    ("theme", "before", "probability", "after"),
    [
        ("hate", Severity.LOW, 0.95, Severity.MEDIUM),
        ("hate", Severity.MEDIUM, 0.95, Severity.MEDIUM),
        ("hate", Severity.NONE, 0.95, Severity.NONE),
        ("hate", Severity.LOW, 0.5, Severity.LOW),
        ("hate", Severity.MEDIUM, 0.05, Severity.LOW),
        ("hate", Severity.LOW, 0.05, Severity.LOW),
        ("hate", Severity.HIGH, 0.05, Severity.MEDIUM),
        ("hate", Severity.URGENT, 0.05, Severity.URGENT),
        ("suicide", Severity.MEDIUM, 0.05, Severity.MEDIUM),
    ],
)
def test_it_moves_so_far(theme: str, before: Severity, probability: float, after: Severity) -> None:
    (found,) = second_opinion([Finding(theme, before, 1.0)], Said(probability))
    assert found.severity is after


@given(st.sampled_from(Severity), st.sampled_from(Severity), st.floats(0, 1))
def test_it_keeps_its_bounds(before: Severity, floor: Severity, probability: float) -> None:
    one = Finding("hate", before, 1.0, floor=floor)
    (found,) = second_opinion([one], Said(probability))
    assert abs(found.severity - before) <= 1
    assert found.severity <= max(before, HIGHEST)
    assert found.severity >= min(before, floor)
    assert before is not Severity.URGENT or found == one
