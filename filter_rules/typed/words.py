"""The nouns of what is typed, and what a long text counts as.

What is longer than a person types at once was pasted: an essay, a story, a page. It weighs as a
document does, except where it begins and ends: there stands what the person asks about it.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from filter_rules.types import Kind

LONGEST_UNSURE = 100  # words; longer ones at no known place were sent by a program
LONGEST_TYPED = 400  # words; what is longer was pasted
OWN_WORDS = 100  # at either end of what was pasted
_WORD = re.compile(r"\S+")


class Manner(StrEnum):
    """How words came to stand in a text."""

    TYPED = "typed"
    PASTED = "pasted"


@dataclass(frozen=True, slots=True)
class Typed:
    """Words that a person typed. `site` is its name in the table, else the host.

    `certain`: they stood where the table says that words stand on this site; else they were
    found among all that was sent, and a program may have put them there.
    """

    words: str
    kind: Kind
    site: str
    certain: bool = True
    manner: Manner = Manner.TYPED


def by_length(typed: Typed) -> tuple[Typed, ...]:
    """Return what was typed as what it counts as: itself, a document, or that and its two ends."""
    places = [found.span() for found in _WORD.finditer(typed.words)]
    if len(places) <= LONGEST_TYPED:
        unsure = not typed.certain and len(places) > LONGEST_UNSURE
        return (replace(typed, kind=Kind.PAGE, manner=Manner.PASTED),) if unsure else (typed,)
    start, end = places[OWN_WORDS - 1][1], places[-OWN_WORDS][0]
    return (
        replace(typed, words=typed.words[places[0][0] : start]),
        replace(typed, words=typed.words[end : places[-1][1]]),
        replace(typed, kind=Kind.PAGE, manner=Manner.PASTED),
    )
