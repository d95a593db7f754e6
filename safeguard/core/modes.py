"""What sites that we let through are asked to leave out: safe search, YouTube, sign-in domains.

Modes are no verdicts: they shape what is allowed. The edges act on them.
"""

from dataclasses import dataclass
from enum import StrEnum


class SafeSearch(StrEnum):
    """How search engines are asked for harmless results, the laxest first."""

    OFF = "off"
    ON = "on"  # asked for; whoever searches may switch it off
    STRICT = "strict"  # the strictest that the engine has, and nobody may switch it off


class YouTube(StrEnum):
    """How far YouTube hides what is not for everyone, the laxest first."""

    OFF = "off"
    MODERATE = "moderate"
    STRICT = "strict"


class Wording(StrEnum):
    """For whom the pages are worded that stand in place of a site."""

    KS1 = "ks1"  # five to seven
    KS2 = "ks2"  # seven to eleven
    KS3 = "ks3"  # eleven and older
    STAFF = "staff"


class OnFailure(StrEnum):
    """What becomes of content that the filter fails to read, where its address may be opened."""

    CLOSED = "closed"  # it is refused
    OPEN = "open"  # it is let through


@dataclass(frozen=True, slots=True)
class Modes:
    """The modes for one subject. Where nobody has said which, they are the strictest.

    `tenants`: the domains whose accounts alone may sign in where a site can be told of them
    (Google, Microsoft); none means any.
    """

    safe_search: SafeSearch = SafeSearch.STRICT
    youtube: YouTube = YouTube.STRICT
    tenants: tuple[str, ...] = ()


STRICTEST_MODES = Modes()


def strictness(value: SafeSearch | YouTube | tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """What to sort values of one mode by, the laxest first. Fewer domains are stricter."""
    match value:
        case SafeSearch():
            return list(SafeSearch).index(value), ()
        case YouTube():
            return list(YouTube).index(value), ()
        case ():
            return -(10**6), ()
        case _:
            return -len(value), value
