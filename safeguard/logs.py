"""What processes say of themselves, a line each on stderr: what went wrong and where, never who.

Of an exception its type is said and where it was raised. Its message can hold a pupil's name, an
address or a password, and so can the variables around it.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, override

import structlog

type ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


class Discreet(logging.Formatter):
    """Shows of an exception its type and where it was raised, not its message."""

    @override
    def formatException(self, ei: ExcInfo) -> str:
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{ei[0].__name__ if ei[0] else 'no exception'}"


class _Stderr:
    """Where lines go: to whatever stderr is at the moment."""

    def msg(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


def logger(name: str) -> Any:
    """Return a logger of ours: `log.error("what happened", what=value)` is one line of key=value."""
    return structlog.wrap_logger(
        _Stderr(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
            _discreetly,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "source", "event"]
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        source=name,
    )


def _discreetly(
    _logger: object, _method: str, said: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if said.pop("exc_info", None):
        said["exception"] = Discreet().formatException(sys.exc_info())
    return said
