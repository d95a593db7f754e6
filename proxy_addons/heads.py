"""Heads of HTTP/1 that are too long are refused, and one that comes in bits is known to have begun.

mitmproxy reads a head for ever, from either side ("FIXME: protect against header size DoS").
HTTP/2 has a bound of its own, of 64 KiB. A request whose end two readers could see in two places
would carry a second one past us (request smuggling, RFC 9112 section 11.2): it is refused.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from mitmproxy.connection import Client, Connection
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ErrorCode, ResponseProtocolError

from proxy_addons.limits import HEAD, Bearing

BAD_REQUEST = 400
TOO_LONG = 431  # Request Header Fields Too Large
END = b"\r\n\r\n"
BARE_END = b"\n\n"

_LENGTHS = re.compile(rb"(?im)^[ \t]*(content-length|transfer-encoding)([ \t]*):[ \t]*([^\r\n]*)")
_BLANK = re.compile(rb"\n\r?\n")  # where a head ends, to mitmproxy's reader

type Read = Callable[[Any, Any], Iterator[Any]]

_REQUEST: Read = _http1.Http1Server.read_headers
_RESPONSE: Read = _http1.Http1Client.read_headers


def limit_heads(most: int, bearing: Bearing, smuggled: Callable[[Client], None]) -> None:
    """Make mitmproxy's readers of heads keep to `most` bytes.

    `smuggled` is told of the clients whose requests can be read in two ways.
    """

    def request(self: Any, event: events.Event) -> Iterator[Any]:
        status = TOO_LONG if _is_too_long(self, event, most) else 0
        if not status and _is_twofold(self, event):
            smuggled(self.conn)
            status = BAD_REQUEST
        if status:
            page = _http1.make_error_response(status, "")
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


def _is_twofold(reader: Any, event: events.Event) -> bool:
    """Whether the head says where its body ends in more than one way, or obscurely."""
    sent = bytes(reader.buf) if isinstance(event, events.DataReceived) else b""
    head = _BLANK.split(sent.lstrip(b"\r\n"), 1)[0]
    found = _LENGTHS.findall(head)
    if not found:
        return False
    lengths = {value.strip() for name, _, value in found if name.lower() == b"content-length"}
    codings = [
        value.strip().lower() for name, _, value in found if name.lower() != b"content-length"
    ]
    spaced = any(space for _, space, _ in found)
    return spaced or len(lengths) + len(codings) > 1 or codings not in ([], [b"chunked"])


def _note(reader: Any, bearing: Bearing, client: Connection) -> None:
    """A head of which a part is there has begun."""
    if reader.state == reader.read_headers and len(reader.buf):
        bearing.begun(client, HEAD)  # type: ignore[arg-type]  # the connection is a client's
    else:
        bearing.ended(client, HEAD)  # type: ignore[arg-type]  # likewise
