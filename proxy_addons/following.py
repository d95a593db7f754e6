"""A stream of events that is let go part by part, each judged before: an answer can be stopped.

What is said arrives in bits of a word, so each is judged with what was said just before it. Of an
event that is not whole yet nothing leaves, unless it is long. Where the stream is compressed
its parts cannot be cut: one leaves when all that can be read of it was judged.
"""

import logging
import re
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it has no types

from filter_rules.typed.messages import BIT
from proxy_addons.decoding import CannotDecodeError

MOST_SAID = 1_000  # characters that are judged together
MOST_HELD = 64 * 1024  # bytes of an event that is not whole
MOST_UNPACKED = 1 << 20  # bytes of one part

_EVENT_ENDS = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_ENDS = re.compile(rb"\n")
NOTHING: list[bytes] = []  # b"" would end a chunked body

logger = logging.getLogger(__name__)

type Decode = Callable[[bytes], bytes]


def decoder_of(coding: str) -> Decode | None:
    """Return what unpacks a stream part by part; None where it is not packed.

    Zstandard is not asked for (request_gate.py): what unpacks it part by part knows no bound.
    """
    match coding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip" | "deflate":
            return _inflating()
        case "br":
            brotlied = brotli.Decompressor()
            return lambda part: _whole(
                bytes(brotlied.process(part, output_buffer_limit=MOST_UNPACKED))
            )
        case _:
            raise CannotDecodeError


def _inflating() -> Decode:
    """Read every member, one after the other: some clients do."""
    inflate = zlib.decompressobj(47)

    def inflated(part: bytes) -> bytes:
        nonlocal inflate
        read = b""
        while part:
            if inflate.eof:
                inflate = zlib.decompressobj(47)
            read = _whole(read + inflate.decompress(part, MOST_UNPACKED))
            part = inflate.unused_data
        return read

    return inflated


def _whole(read: bytes) -> bytes:
    """What was unpacked of a part, if that is all of it: else some would leave unread."""
    if len(read) >= MOST_UNPACKED:
        raise CannotDecodeError
    return read


class Said:
    """What was said of late: bits are put together, and longer texts stand by themselves."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, words: str) -> str:
        """Return all that is new with what was said before it; keep only the end of that."""
        joined = "" if len(words) < BIT else "\n"
        whole = f"{self.text}{joined}{words}"
        self.text = whole[-MOST_SAID:]
        return whole


class Following:
    """Takes each part of a body and returns what of it may leave. It must not raise.

    `shown`: the words of some whole events. `may_show`: whether they may be shown after what was
    said. `notice`: what is sent in place of the rest. `cut`: ends the flow.
    """

    def __init__(
        self,
        decode: Decode | None,
        shown: Callable[[bytes], str],
        may_show: Callable[[str], bool],
        notice: bytes,
        cut: Callable[[], None],
    ) -> None:
        self._decode = decode
        self._shown = shown
        self._may_show = may_show
        self._notice = notice
        self._cut = cut
        self._said = Said()
        self._held = b""
        self._ended = False
        self._ends = _EVENT_ENDS if notice else _LINE_ENDS

    def __call__(self, part: bytes) -> bytes | list[bytes]:
        if self._ended:
            self._cut()
            return NOTHING
        try:
            leaves = self._checked(part)
        except Exception:
            logger.exception("a stream could not be judged")
            leaves = None
        if leaves is None:
            self._ended = True
            if self._decode is None and self._notice:
                return [self._notice, b""]  # which ends a chunked body
            self._cut()
            return NOTHING
        return leaves or NOTHING

    def _checked(self, part: bytes) -> bytes | None:
        """Return what may leave now; None where what comes next may not."""
        if self._decode is not None:
            plain = self._held + self._decode(part)
            cut = self._last_end(plain, whole=not part)
            self._held = plain[cut:][-MOST_HELD:]
            return part if self._may(plain) else None
        plain = self._held + part
        cut = self._last_end(plain, whole=not part)
        self._held = plain[cut:]
        return plain[:cut] if self._may(plain[:cut]) else None

    def _last_end(self, plain: bytes, *, whole: bool) -> int:
        """Where the last event ends that is there; all of it where nothing more comes."""
        if whole or len(plain) > MOST_HELD:
            return len(plain)
        return max((found.end() for found in self._ends.finditer(plain)), default=0)

    def _may(self, plain: bytes) -> bool:
        words = self._shown(plain) if plain else ""
        return not words or self._may_show(self._said.add(words))
