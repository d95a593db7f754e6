"""What another threshold would have flagged: more of what stayed below, or less of what did not.

What stayed below is known by theme, group and score alone, to half a point and without what kind
of text it was. So the flags that a lower threshold would add are told as "at most". Those that a
higher one would spare are counted one by one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isclose

from filter_rules.scoring import SHOWN, TYPED
from filter_rules.types import Kind
from safeguard.core.below_threshold import STEP, TENTHS
from safeguard.core.policy import FLAGGED_FROM


class Text(StrEnum):
    """What is read: each has a threshold of its own."""

    TYPED = "typed"
    PAGE = "page"

    @classmethod
    def of(cls, kind: Kind) -> "Text":
        return cls.PAGE if kind is Kind.PAGE else cls.TYPED


THRESHOLDS: Mapping[Text, float] = {
    text: next(least for least, severity in steps if severity is FLAGGED_FROM)
    for text, steps in ((Text.TYPED, TYPED), (Text.PAGE, SHOWN))
}


@dataclass(frozen=True, slots=True)
class Near:
    """How often a theme came to this score in a group, and nobody was told."""

    theme: str
    group: str
    score: float
    times: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A text that a person was told of: the scores of the themes that are why.

    `anyway`: it would have been flagged without any theme, as a way around the filter is.
    """

    group: str
    text: Text
    scores: Mapping[str, float]
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Of a group: flags about the theme as they were, at most so many more, and so many fewer."""

    group: str
    flags: int
    more: int
    fewer: int


def is_step(threshold: float) -> bool:
    """Whether scores are told apart as finely as this threshold asks."""
    steps = threshold * TENTHS / STEP
    return threshold > 0 and isclose(steps, round(steps))


def rehearse(
    near: Iterable[Near], flags: Iterable[Flag], text: Text, threshold: float, theme: str = ""
) -> list[Change]:
    """Return what another threshold of this kind of text changes, by group; no theme: all."""
    now = THRESHOLDS[text]
    higher = threshold > now
    then: Counter[str] = Counter()
    fewer: Counter[str] = Counter()
    for one in flags:
        about = {name for name in one.scores if theme in {"", name}}
        if one.text is text and about:
            then[one.group] += 1
            fewer[one.group] += higher and _is_spared(one, about, threshold)
    more: Counter[str] = Counter()
    for each in near if threshold < now else ():
        if theme in {"", each.theme} and threshold <= each.score <= now:
            more[each.group] += each.times
    return [
        Change(group, then[group], more[group], fewer[group])
        for group in sorted(then.keys() | more.keys())
    ]


def _is_spared(flag: Flag, about: set[str], threshold: float) -> bool:
    """Whether nothing is left that a person would be told of."""
    if flag.anyway or about != flag.scores.keys():
        return False
    return all(score < threshold for score in flag.scores.values())
