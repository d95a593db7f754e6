"""What a school changes of the themes: phrases of its own, and phrases that it takes less to heart.

What can be urgent is never weakened and nobody is exempted from it: a cry for help is heard
whoever finds it a nuisance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from filter_rules.phrases import Pattern, Phrase, Theme, read_pattern
from filter_rules.theme_files import URGENT
from filter_rules.toml_values import HEAVIEST

MOST = 2_000  # changes that one school may make
LONGEST = 500  # characters of a pattern
SAYS = "A phrase of the school's own."


class Way(StrEnum):
    """What is changed."""

    ADD = "add"
    WEAKEN = "weaken"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """One change: a phrase that is new, one that weighs less, or one that a group is exempt from."""

    way: Way
    theme: str
    pattern: str
    weight: float = 0.0
    group: str = ""


def refused(themes: Iterable[Theme], change: ThemeChange) -> str:
    """Say why a change cannot be made; empty where it can."""
    theme = next((one for one in themes if one.name == change.theme), None)
    if theme is None:
        return f"There is no theme {change.theme!r}."
    if len(change.pattern) > LONGEST:
        return f"A phrase has at most {LONGEST} characters."
    return _unreadable(change) if change.way is Way.ADD else _unweakened(theme, change)


def changed(themes: Iterable[Theme], changes: Iterable[ThemeChange]) -> list[Theme]:
    """Return the themes with every change that can be made; the order of changes is nothing."""
    result = {one.name: one for one in themes}
    ordered = sorted(set(changes), key=lambda one: (list(Way).index(one.way), _key(one)))
    for one in ordered[:MOST]:
        if not refused(result.values(), one):
            result[one.theme] = _with(result[one.theme], one)
    return list(result.values())


def _key(one: ThemeChange) -> tuple[str, str, float, str]:
    return one.theme, one.pattern, -one.weight, one.group


def _unreadable(change: ThemeChange) -> str:
    if not 0 < change.weight <= HEAVIEST:
        return f"A phrase weighs more than 0 and at most {HEAVIEST:g}."
    try:
        read_pattern(change.pattern)
    except ValueError as error:
        return str(error)
    return ""


def _unweakened(theme: Theme, change: ThemeChange) -> str:
    said = _saying(theme, change.pattern)
    if not said:
        return f"The theme {theme.name} has no phrase {change.pattern!r}."
    if theme.help_seeking:
        return "Who looks for help is always heard: this theme cannot be changed so."
    if any(one.floor or max(one.weight, one.raised) >= URGENT for one in said):
        return f"The phrase {change.pattern!r} can be urgent: it is never weakened."
    return _without_effect(change, max(one.weight for one in said))


def _without_effect(change: ThemeChange, heaviest: float) -> str:
    if change.way is Way.EXEMPT:
        return "" if change.group else "Say which group is exempt."
    if not 0 <= change.weight < heaviest:
        return f"To weaken it, let it weigh less than {heaviest:g}."
    return ""


def _saying(theme: Theme, pattern: str) -> list[Phrase]:
    return [one for one in theme.phrases if any(it.text == pattern for it in one.patterns)]


def _with(theme: Theme, change: ThemeChange) -> Theme:
    if change.way is Way.ADD:
        own = Phrase((read_pattern(change.pattern),), SAYS, change.weight, change.weight)
        return replace(theme, phrases=(*theme.phrases, own))
    phrases: list[Phrase] = []
    for one in theme.phrases:
        meant = tuple(it for it in one.patterns if it.text == change.pattern)
        rest = tuple(it for it in one.patterns if it.text != change.pattern)
        if rest:
            phrases.append(replace(one, patterns=rest))
        if meant:
            phrases.append(_changed(one, meant, change))
    return replace(theme, phrases=tuple(phrases))


def _changed(one: Phrase, meant: tuple[Pattern, ...], change: ThemeChange) -> Phrase:
    if change.way is Way.EXEMPT:
        return replace(one, patterns=meant, exempt=one.exempt | {change.group})
    weight = min(one.weight, change.weight)
    lowered = min(one.lowered, weight)
    return replace(one, patterns=meant, weight=weight, raised=weight, lowered=lowered)
