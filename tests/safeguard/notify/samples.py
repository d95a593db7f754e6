"""A message, for the tests of senders."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from safeguard.notify.message import Message

MESSAGE = Message(
    id="0123456789abcdef0123456789abcdef",
    kind="concern",
    at=datetime(2026, 3, 4, 10, 30, tzinfo=UTC),
    subject="Safeguard: 1 concern, act now",
    text="1 concern needs you.\n",
    html="<p>1 concern needs you.</p>",
    severity="act now",
    urgent=True,
    count=1,
    school="Hill School",
    link="https://safeguard.hill.example/",
)


def message(**changes: Any) -> Message:
    return replace(MESSAGE, **changes)
