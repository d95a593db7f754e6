"""Responses that are held back until they are judged, without ever holding more than a limit.

mitmproxy buffers a body until it passes `stream_large_bodies`, and from then on streams it with
no hook asked. A HeldResponse is told so at that moment, and judges what was held first.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Self, override

from mitmproxy.http import Response

logger = logging.getLogger(__name__)

type Streamed = Callable[[bytes], Iterable[bytes] | bytes] | bool

NOTHING: list[bytes] = []  # b"" would end a chunked body


class Beginning:
    """A stream that holds the first bytes back, asks about them, and then passes or ends.

    It must not raise: mitmproxy would drop that part and pass the rest.
    """

    def __init__(self, limit: int, may_pass: Callable[[bytes], bool]) -> None:
        self._limit = limit
        self._may_pass = may_pass
        self._held = bytearray()
        self._passes: bool | None = None

    def __call__(self, part: bytes) -> bytes | list[bytes]:
        if self._passes is not None:
            return part if self._passes and part else NOTHING
        self._held += part
        if part and len(self._held) < self._limit:
            return NOTHING
        held = bytes(self._held)
        self._held.clear()
        try:
            self._passes = self._may_pass(held)
        except Exception:
            logger.exception("the beginning of a page could not be judged")
            self._passes = False
        return held if self._passes and held else NOTHING


class HeldResponse(Response):
    """A response that is streamed, if it must be, through its Beginning."""

    beginning: Beginning | None = None
    _streamed: bool = False

    @classmethod
    def of(cls, response: Response, beginning: Beginning) -> Self:
        held = cls.__new__(cls)  # the same response in our class: nothing to check again
        held.data = response.data
        held.beginning = beginning
        held.stream = response.stream
        return held

    @property  # type: ignore[explicit-override]  # see below: it is
    @override
    def stream(self) -> Streamed:
        return self.beginning if self._streamed and self.beginning else self._streamed

    @stream.setter
    @override
    def stream(self, streamed: Streamed) -> None:
        self._streamed = bool(streamed)
