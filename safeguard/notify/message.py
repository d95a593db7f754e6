"""What a sender is given, and what it says came of it. Senders decide nothing."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

ADDRESS = re.compile(r"[^\s<>@:;,\"']+@[^\s<>@:;,\"']+")
MOST_SAID = 160


@dataclass(frozen=True, slots=True)
class Message:
    """A message for one contact. `id` stays the same however often it is tried."""

    id: str
    kind: str
    at: datetime
    subject: str
    text: str
    html: str
    severity: str
    urgent: bool
    count: int
    school: str
    link: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side said. `lasting`: it would say so again, whatever we mend.

    `wait`: how many seconds it asked to be left alone.
    """

    accepted: bool
    said: str
    lasting: bool = False
    wait: float = 0.0


class UnsentError(Exception):
    """A message could not be sent: the sentence says what a person may mend."""


def message_id(keys: Iterable[str]) -> str:
    """Return the same id for the same keys, in any order; nobody can read them in it."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:32]


def without_addresses(said: str) -> str:
    """Return what a server said, on one line, shortened, without anyone's address."""
    plain = "".join(one if one.isprintable() else " " for one in said)
    return ADDRESS.sub("(an address)", " ".join(plain.split()))[:MOST_SAID]
