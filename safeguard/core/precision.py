"""What people concluded -> how often each rule was right, and how sure that number is.

The interval is Wilson's score interval (E. B. Wilson, "Probable inference, the law of
succession, and statistical inference", Journal of the American Statistical Association 22,
1927, pages 209 to 212): it stays honest where few were judged, or all one way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from safeguard.core.concerns import NOT_A_CONCERN, REAL, Outcome

Z_95 = 1.959964  # two-sided, 95 %
ENOUGH = 10  # judged; below it nobody should change a rule by its number


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person concluded of an event that a rule raised: a theme, or one of its phrases."""

    rule: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a rule was right, of those that were judged; the truth lies between the two."""

    rule: str
    real: int
    judged: int
    low: float
    high: float

    @property
    def says(self) -> str:
        few = " Too few to tell." if self.judged < ENOUGH else ""
        return (
            f"{self.real} of {self.judged} were real: between {self.low:.0%} and {self.high:.0%} "
            f"of what this rule raises.{few}"
        )


def precision_of(judgements: Iterable[Judgement]) -> list[Precision]:
    """Return each rule's precision, the one that is surest to be wrong first.

    The wrong pupil and a duplicate say nothing about a rule, and are left out.
    """
    counts: dict[str, tuple[int, int]] = {}
    for one in judgements:
        if one.outcome in REAL | NOT_A_CONCERN:
            real, judged = counts.get(one.rule, (0, 0))
            counts[one.rule] = real + (one.outcome in REAL), judged + 1
    rules = [
        Precision(rule, real, judged, *wilson(real, judged))
        for rule, (real, judged) in counts.items()
    ]
    return sorted(rules, key=lambda one: (one.high, one.rule))


def wilson(real: int, judged: int, z: float = Z_95) -> tuple[float, float]:
    """Return the interval of a share, of one or more judged."""
    share = real / judged
    middle = share + z * z / (2 * judged)
    spread = z * sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged))
    whole = 1 + z * z / judged
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
