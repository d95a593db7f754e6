"""Where phrases stand in a long text -> the few short passages around them that may be kept."""

from collections.abc import Iterable

AROUND = 80  # characters kept on each side of a phrase that a page showed
MOST_PASSAGES = 3


def passages(text: str, places: Iterable[tuple[int, int]]) -> list[str]:
    """Return the text around the first few places, each from its start to its end."""
    found: list[str] = []
    last = -1
    for start, end in sorted(places):
        if start > last and len(found) < MOST_PASSAGES:
            last = min(end, start + AROUND) + AROUND
            found.append(text[max(0, start - AROUND) : last])
    return found
