"""Count, and say how far a count can be trusted: shares with 95 % Wilson intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # standard errors either side that 95 % of cases lie within


@dataclass(frozen=True, slots=True)
class Number:
    """A measured value, within what the true one lies in 95 of 100 cases, and of how many texts."""

    value: float
    low: float
    high: float
    of: int


type Numbers = dict[str, Number]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the interval in which the true share lies, 95 times of 100."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    spread = Z * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    centre = share + Z**2 / (2 * of)
    within = 1 + Z**2 / of
    return max(0.0, (centre - spread) / within), min(1.0, (centre + spread) / within)


def share(hits: int, of: int) -> Number:
    low, high = wilson(hits, of)
    return Number(hits / of, min(low, hits / of), max(high, hits / of), of)


def per_thousand(hits: int, of: int) -> Number:
    one = share(hits, of)
    return Number(1000 * one.value, 1000 * one.low, 1000 * one.high, of)


def f1(right: int, wrong: int, missed: int) -> Number:
    """Return the harmonic mean of precision and recall.

    It grows with the share of those right among all that were right, wrong or missed, so the
    interval of that share gives the interval of the mean.
    """
    one = share(right, right + wrong + missed)
    value, low, high = (2 * part / (1 + part) for part in (one.value, one.low, one.high))
    return Number(value, low, high, one.of)


def ratio(one: Number, other: Number) -> Number | None:
    """Say how many times the other a number is; nothing where the other is zero."""
    if not other.value:
        return None
    value = one.value / other.value
    return Number(value, value, value, min(one.of, other.of))


def put_share(numbers: Numbers, name: str, hits: int, of: int) -> None:
    """Note a share, unless there was nothing to measure it by."""
    if of:
        numbers[name] = share(hits, of)


def put_per_thousand(numbers: Numbers, name: str, hits: int, of: int) -> None:
    if of:
        numbers[name] = per_thousand(hits, of)


def put_ratio(numbers: Numbers, name: str, one: str, other: str) -> None:
    """Note how many times the other a number is, where both were measured."""
    if one in numbers and other in numbers and (times := ratio(numbers[one], numbers[other])):
        numbers[name] = times


def as_table(numbers: Mapping[str, Number]) -> dict[str, dict[str, float]]:
    """Return numbers as JSON can hold them."""
    return {
        name: {
            "value": round(one.value, 5),
            "low": round(one.low, 5),
            "high": round(one.high, 5),
            "of": one.of,
        }
        for name, one in numbers.items()
    }


def changes(before: Mapping[str, Mapping[str, float]], after: Mapping[str, Number]) -> list[str]:
    """Say which numbers are others than in a table of before, the most moved first."""
    moved = [
        (abs(one.value - before[name]["value"]) / (abs(before[name]["value"]) or 1), name, one)
        for name, one in after.items()
        if name in before and round(one.value, 5) != before[name]["value"]
    ]
    moved.sort(key=lambda one: (-one[0], one[1]))
    lines = [f"{name}: {before[name]['value']:.4g} -> {one.value:.4g}" for _, name, one in moved]
    lines += [f"{name}: new, {after[name].value:.4g}" for name in after if name not in before]
    return lines + [f"{name}: no longer measured" for name in before if name not in after]
