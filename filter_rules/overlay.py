"""The school's own entries, kept in memory beside the compiled rules: thousands, not millions.

Each entry is a category of its own, so that a policy can say for whom it holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from filter_rules.hosts import parents
from filter_rules.types import Hit, Part
from filter_rules.urls import Url, split

LIST = "school"


@dataclass(frozen=True, slots=True)
class OverlayEntry:
    """A host (and all below it), or `host/path`, that staff block or allow, for whom and why."""

    id: int
    host: str
    action: str
    groups: frozenset[str] = frozenset()
    reason: str = ""

    @property
    def category(self) -> str:
        return f"own:{self.id}"


def canonical_entry(text: str) -> str | None:
    """Return what staff typed as the one spelling of a `host` or `host/path`; None if it is none."""
    url = split(text.strip().removeprefix("*.").removeprefix("."))
    if url is None:
        return None
    return url.host if url.address == f"{url.host}/" else url.address


class Overlay:
    """The school's own entries, by host."""

    def __init__(self, entries: Iterable[OverlayEntry]) -> None:
        self.entries = tuple(entries)
        self._by_host: dict[str, list[tuple[str, OverlayEntry]]] = {}
        for entry in self.entries:
            host, slash, path = (canonical_entry(entry.host) or entry.host).partition("/")
            self._by_host.setdefault(host, []).append((slash + path, entry))

    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """Return a hit for each entry that covers the target, the most exact first."""
        if not self._by_host:
            return ()
        return tuple(
            Hit(entry.category, LIST, name + path, Part.URL if path else Part.HOST)
            for name in parents(host)
            for path, entry in self._by_host.get(name, ())
            if not path or (url is not None and _below(path, url))
        )


def _below(path: str, url: Url) -> bool:
    asked = url.address[len(url.host) :]
    return asked.startswith(path) and (
        len(asked) == len(path) or path.endswith("/") or asked[len(path)] in "/?;"
    )
