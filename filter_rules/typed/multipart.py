"""The text fields of a form that is sent in parts; what files hold is never looked at."""

import re
from collections.abc import Iterator
from itertools import islice

MOST_PARTS = 500
_BOUNDARY = re.compile(r"""boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,"]{1,200}))""", re.IGNORECASE)
_NAME = re.compile(r"""\bname\s*=\s*(?:"([^"]*)"|([^\s;"]+))""", re.IGNORECASE)
_FILE = re.compile(r"\bfilename\*?\s*=", re.IGNORECASE)
_MEDIA = re.compile(r"^content-type\s*:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)
_LONGEST_HEAD = 2_000  # bytes of a part's own headers


def text_fields(content_type: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and value of each part that is no file; nothing where the form is not one."""
    boundary = _boundary(content_type, body)
    if not boundary:
        return
    for part in islice(body.split(b"--" + boundary, MOST_PARTS + 1), 1, None):
        head, gap, value = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if not gap:
            head, gap, value = part.lstrip(b"\n").partition(b"\n\n")
        if gap and len(head) <= _LONGEST_HEAD:
            yield from _field(head.decode("utf-8", "replace"), value)


def _boundary(content_type: str, body: bytes) -> bytes:
    """Return the boundary that is declared, else the one that the body begins with."""
    if declared := _BOUNDARY.search(content_type):
        return (declared[1] or declared[2]).encode("utf-8", "replace")
    first = body.lstrip()[:200].partition(b"\n")[0].strip()
    return first[2:] if first.startswith(b"--") else b""


def _field(head: str, value: bytes) -> Iterator[tuple[str, bytes]]:
    media = _MEDIA.search(head)
    if _FILE.search(head) or (media and not _is_text(media[1].lower())):
        return
    if name := _NAME.search(head):
        yield name[1] or name[2] or "", value.removesuffix(b"\r\n")


def _is_text(media: str) -> bool:
    return media.startswith("text/") or media.endswith("json")
