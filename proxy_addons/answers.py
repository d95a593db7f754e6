"""Answers of ours in place of a site's: the right status, never cached, in the asker's own kind.

A page goes where a person would read it, a line of it into a frame, a picture where a picture was
asked for, a problem document (RFC 9457) to a script, and a line of text to the rest.
"""

import json
from collections.abc import Callable
from enum import StrEnum

from mitmproxy.http import HTTPFlow, Response


class Shape(StrEnum):
    """In which kind an answer is given."""

    PAGE = "page"
    FRAME = "frame"
    IMAGE = "image"
    PROBLEM = "problem"
    LINE = "line"


MEDIA_TYPES = {
    Shape.PAGE: "text/html; charset=utf-8",
    Shape.FRAME: "text/html; charset=utf-8",
    Shape.IMAGE: "image/svg+xml",
    Shape.PROBLEM: "application/problem+json",
    Shape.LINE: "text/plain; charset=utf-8",
}
# By what the browser will do with it (Sec-Fetch-Dest); what is not named here gets a line.
SHAPES = {
    "document": Shape.PAGE,
    "iframe": Shape.FRAME,
    "frame": Shape.FRAME,
    "fencedframe": Shape.FRAME,
    "embed": Shape.FRAME,
    "object": Shape.FRAME,
    "image": Shape.IMAGE,
    "empty": Shape.PROBLEM,
}
OURS = "safeguard answered"  # the flow carries an answer of ours, or will
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
HEADERS_OF = {shape: HEADERS | {"content-type": kind} for shape, kind in MEDIA_TYPES.items()}
# A picture stands in pages of other sites, and tells them nothing.
HEADERS_OF[Shape.IMAGE]["cross-origin-resource-policy"] = "cross-origin"
# Whoever is shown the form sees the address it is sent from: it cannot be framed by another site.
HEADERS_WITH_FORM = HEADERS | {
    "content-type": MEDIA_TYPES[Shape.PAGE],
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}
HELD_BYTES = 64 * 1024  # of a request's body
UNCHECKED = "The filter could not check this, so it was not let through."

type Body = str | Callable[[Shape], str]


def shape_of(flow: HTTPFlow) -> Shape:
    """In which kind an answer would be understood."""
    headers = flow.request.headers
    meant = headers.get("sec-fetch-dest", "").lower()
    if meant:
        return SHAPES.get(meant, Shape.LINE)
    accepts = headers.get("accept", "").lower()
    if headers.get("x-requested-with") or accepts.startswith(("application/json", "text/json")):
        return Shape.PROBLEM
    return Shape.IMAGE if accepts.startswith("image/") else Shape.PAGE


def reads_as_page(flow: HTTPFlow) -> bool:
    """Whether a person would see the answer as a page."""
    return shape_of(flow) in {Shape.PAGE, Shape.FRAME}


def answer(
    flow: HTTPFlow, status: int, page: Body, line: str, *, reference: str = "", form: bool = False
) -> None:
    """Give the flow an answer of ours: the page where it is read as one, else the line.

    A page may be a function, which is asked for pages, frames and images. A blocked upload is
    not read to its end only to be answered: it is cut off.
    """
    flow.metadata[OURS] = True
    if _brings_much(flow):
        if flow.killable:
            flow.kill()  # type: ignore[no-untyped-call]  # mitmproxy's
        return
    shape = shape_of(flow)
    if isinstance(page, str) and shape is Shape.IMAGE:
        shape = Shape.LINE
    body = b"" if flow.request.method == "HEAD" else _body(shape, status, page, line, reference)
    headers = HEADERS_WITH_FORM if form and shape is Shape.PAGE else HEADERS_OF[shape]
    flow.request.stream = False
    flow.response = Response.make(status, body, headers)


def _body(shape: Shape, status: int, page: Body, line: str, reference: str) -> bytes:
    match shape:
        case Shape.LINE:
            return line.encode()
        case Shape.PROBLEM:
            problem = {"type": "about:blank", "title": line, "status": status}
            return json.dumps(problem | ({"reference": reference} if reference else {})).encode()
        case _:
            return (page if isinstance(page, str) else page(shape)).encode()


def refuse_unchecked(flow: HTTPFlow) -> None:
    """The least that says no, for when nothing else can be relied on."""
    answer(flow, 503, UNCHECKED, UNCHECKED)


def is_ours(flow: HTTPFlow) -> bool:
    return OURS in flow.metadata


def _brings_much(flow: HTTPFlow) -> bool:
    """Whether a body follows that is long, or whose length nobody said; not once it is read."""
    return flow.response is None and not is_short(flow)


def is_short(flow: HTTPFlow) -> bool:
    """Whether the request's body, if it has one, can be held in memory."""
    headers = flow.request.headers
    if "transfer-encoding" in headers:
        return False
    length = headers.get("content-length", "")
    if length:
        return length.isdecimal() and int(length) <= HELD_BYTES
    return not flow.request.is_http2 or flow.request.method in {"GET", "HEAD", "OPTIONS", "DELETE"}
