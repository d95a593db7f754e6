"""Asking for a blocked site, and what may be answered: nothing here opens anything by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safeguard.core.events import SCHOOL, clean, reference_from, reference_of
from safeguard.core.policy import Policy
from safeguard.core.types import Reason, Verdict

MOST_WORDS = 500  # of a reason, and of the words back
CODE_BYTES = 6


class Scope(StrEnum):
    """For whom a request is approved. One is always chosen: nothing is for everyone by default."""

    ONCE = "once"  # for those who asked, until the bell
    GROUP = "group"  # for the groups that are named, from now on
    ALL = "all"  # for everyone in the school, from now on


class Stage(StrEnum):
    """What became of a request."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """That somebody asked on the block page, on its way to the queue.

    `sealed`: the page and the reason, encrypted.
    """

    at: datetime
    host: str
    categories: tuple[str, ...]
    group: str
    person: str
    device: str
    address: str
    sealed: bytes
    school_id: int = SCHOOL


def not_askable(verdict: Verdict) -> str:
    """Return why nobody can ask for this to be opened, as a sentence; empty where one can.

    Of what is sealed it says no more than the block page does.
    """
    if not verdict.blocked:
        return "This is open: there is nothing to ask for."
    match verdict.reason:
        case Reason.RULE:
            return ""
        case Reason.WORDS:
            return (
                "This was stopped for the words that were typed or shown, not for its address: "
                "ask a teacher."
            )
        case _:
            return "This cannot be asked for: nobody at the school can open it."


def not_approvable(categories: Iterable[str], policy: Policy) -> str:
    """Return why a request about these categories cannot be approved; empty where it can."""
    met = set(categories)
    if met & policy.sealed:
        return "This is sealed: nobody can open it."
    if beyond := sorted(met & policy.beyond_overrides):
        return (
            f"Sites about {beyond[0]!r} are never opened on request. Whoever may change the policy "
            "can make an own entry for the site, with a reason."
        )
    return ""


def said(words: str) -> str:
    """Return what somebody wrote as it is kept: short, and nothing that cannot be shown."""
    return " ".join(clean(words.strip(), MOST_WORDS).split())


def code_of(randomness: bytes) -> str:
    """Return a code as it is read out in a lesson, such as K7QF-3MZD."""
    return reference_of(randomness.hex().rjust(2 * CODE_BYTES, "0"))


def code_from(typed: str) -> str:
    """Return the code that somebody meant, however they spaced it; empty where it is none."""
    return reference_from(typed)
