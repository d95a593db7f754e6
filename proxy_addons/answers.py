"""Answers of ours in place of a site's: the right status, never cached, nothing but text.

A page goes where a person would read it; an image, a script or a frame's data gets a line.
"""

from mitmproxy.http import HTTPFlow, Response

PAGE_DESTINATIONS = frozenset({"", "document", "iframe", "frame", "embed", "object"})
OURS = "safeguard answered"  # the flow carries an answer of ours
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
HELD_BYTES = 64 * 1024  # of a request's body
UNCHECKED = "The filter could not check this, so it was not let through."


def reads_as_page(flow: HTTPFlow) -> bool:
    """Whether a person would see the answer as a page."""
    return flow.request.headers.get("sec-fetch-dest", "").lower() in PAGE_DESTINATIONS


def answer(flow: HTTPFlow, status: int, page: str, line: str) -> None:
    """Give the flow an answer of ours: the page where it is read as one, else the line.

    A blocked upload is not read to its end only to be answered: it is cut off.
    """
    flow.metadata[OURS] = True
    if _brings_much(flow):
        if flow.killable:
            flow.kill()  # type: ignore[no-untyped-call]  # mitmproxy's
        return
    as_page = reads_as_page(flow)
    kind = "text/html" if as_page else "text/plain"
    body = (page if as_page else line).encode()
    if flow.request.method == "HEAD":
        body = b""
    flow.request.stream = False
    flow.response = Response.make(
        status, body, {**HEADERS, "content-type": f"{kind}; charset=utf-8"}
    )


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
