"""Heads of HTTP/1 that are too long are refused, and one that comes in bits is known to have begun.

mitmproxy reads a head for ever, from either side ("FIXME: protect against header size DoS").
HTTP/2 has a bound of its own, of 64 KiB.
"""

from collections.abc import Callable, Iterator
from typing import Any

from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError

from proxy_addons.limits import HEAD, Bearing

TOO_LONG = 431  # Request Header Fields Too Large
END = b"\r\n\r\n"
BARE_END = b"\n\n"

type Read = Callable[[Any, Any], Iterator[Any]]

_REQUEST: Read = _http1.Http1Server.read_headers
_RESPONSE: Read = _http1.Http1Client.read_headers


def limit_heads(most: int, bearing: Bearing) -> None:
    """Make mitmproxy's readers of heads keep to `most` bytes."""

    def request(self: Any, event: events.Event) -> Iterator[Any]:
        if _is_too_long(self, event, most):
            page = _http1.make_error_response(TOO_LONG, "")
            yield commands.SendData(self.conn, page)
            yield commands.CloseConnection(self.conn)
            self.state = self.done
            return
        yield from _REQUEST(self, event)
        _note(self, bearing, self.conn)

    def response(self: Any, event: events.Event) -> Iterator[Any]:
        if self.request and _is_too_long(self, event, most):
            yield commands.CloseConnection(self.conn)
            says = "the head of the answer is too long"
            failed = ResponseProtocolError(self.stream_id, says, ErrorCode.GENERIC_SERVER_ERROR)
            yield ReceiveHttp(failed)
            return
        yield from _RESPONSE(self, event)

    _http1.Http1Server.read_headers = request  # type: ignore[assignment,method-assign]  # as designed
    _http1.Http1Client.read_headers = response  # type: ignore[assignment,method-assign]  # as designed


def _is_too_long(reader: Any, event: events.Event, most: int) -> bool:
    if not isinstance(event, events.DataReceived) or len(reader.buf) <= most:
        return False
    beginning = bytes(reader.buf)[:most]
    return END not in beginning and BARE_END not in beginning


def _note(reader: Any, bearing: Bearing, client: Connection) -> None:
    """A head of which a part is there has begun."""
    if reader.state == reader.read_headers and len(reader.buf):
        bearing.begun(client, HEAD)  # type: ignore[arg-type]  # the connection is a client's
    else:
        bearing.ended(client, HEAD)  # type: ignore[arg-type]  # likewise
