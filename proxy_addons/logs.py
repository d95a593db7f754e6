"""The proxy's log: what went wrong and where, never who asked for what.

mitmproxy logs hosts and client addresses below ERROR; the messages of exceptions can hold both.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import override

type ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class Discreet(logging.Formatter):
    """Shows of an exception its type and where it was raised, not its message."""

    @override
    def formatException(self, ei: ExcInfo) -> str:
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{ei[0].__name__ if ei[0] else 'no exception'}"


def configure() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("proxy: %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("mitmproxy").setLevel(logging.ERROR)
