"""Undo escapes (%20) in a text, and say where what they stood for stood."""

import re
from bisect import bisect_right
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

LAYERS = 2  # of escapes that are undone
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def undone(text: str) -> tuple[str, Callable[[int, int], tuple[int, int]]]:
    """Return a text without its escapes, and a map of places in it to places in the original."""
    maps: list[_Map] = []
    for _ in range(LAYERS):
        if "%" not in text or not _ESCAPES.search(text):
            break
        text, step = _once(text)
        maps.append(step)

    def original(start: int, end: int) -> tuple[int, int]:
        for step in reversed(maps):
            start, end = step.start(start), step.end(end)
        return start, end

    return text, original


class _Map:
    """Where the characters of a text stood before one layer of escapes was undone."""

    def __init__(self) -> None:
        self.after: list[int] = [0]  # where a stretch begins, without escapes
        self.before: list[int] = [0]  # and with them
        self.escaped: list[bool] = [False]

    def start(self, place: int) -> int:
        number = bisect_right(self.after, place) - 1
        into = 0 if self.escaped[number] else place - self.after[number]
        return self.before[number] + into

    def end(self, place: int) -> int:
        number = bisect_right(self.after, place - 1) - 1
        if self.escaped[number]:
            return self.before[number + 1]
        return self.before[number] + place - self.after[number]


def _once(text: str) -> tuple[str, _Map]:
    parts: list[str] = []
    step = _Map()
    length = read = 0
    for found in _ESCAPES.finditer(text):
        plain = text[read : found.start()]
        shown = unquote_to_bytes(found[0]).decode(errors="replace")
        parts += plain, shown
        for begins, escaped in ((found.start(), True), (found.end(), False)):
            length += len(plain) if escaped else len(shown)
            step.after.append(length)
            step.before.append(begins)
            step.escaped.append(escaped)
        read = found.end()
    parts.append(text[read:])
    return "".join(parts), step
