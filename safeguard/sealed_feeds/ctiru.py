"""The police-assessed list of unlawful terrorist content (CTIRU), kept apart from the others.

Its shape is told to members alone. This reads what such lists are usually exchanged as: one URL
or host a line, or a table, made harmless or not (`hxxps://site[.]example/page`).
"""

import re
from collections.abc import Iterable, Iterator

from filter_rules.sealed import TERRORISM
from safeguard.sealed_feeds.feed import Entry
from safeguard.sealed_feeds.reading import entries_of

_SCHEME = re.compile(r"^(?:hxxp|h\*\*p|meow)(s?)(?:\[:\]|:)?//", re.IGNORECASE)
_DOT = re.compile(r"\[\.\]|\(\.\)|\[dot\]|\(dot\)|\{\.\}", re.IGNORECASE)


class TerroristContent:
    """A list of unlawful terrorist content."""

    category = TERRORISM

    def entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        for line, address in entries_of(lines):
            yield Entry(line, armed(address))


def armed(address: str) -> str:
    """Return the address as it is asked for: people make such links harmless when they pass them on."""
    return _DOT.sub(".", _SCHEME.sub(r"http\1://", address).replace("[:]//", "://"))


FEED = TerroristContent()
