"""Downloads are held back until clamd has looked at them, where the settings name one.

Law: what is held is bounded, for each download and for the worker. What was found is blocked for
everyone; what could not be scanned goes by the stance of the group.
"""

from collections.abc import Generator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Self

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow, Response
from mitmproxy.proxy.layers import http

from filter_rules.types import Hit
from proxy_addons.answers import is_ours
from proxy_addons.clamd import Clamd, ScanError
from proxy_addons.decoding import CannotDecodeError, decoded
from proxy_addons.desk import Desk
from proxy_addons.failure import cut_flow, fail_closed, refuse_flow
from proxy_addons.page_gate import CLEARED
from proxy_addons.request_gate import JUDGED
from proxy_addons.visits import Visits
from safeguard.core.types import Action, Reason, Subject, Target, Verdict
from safeguard.edge_settings import Viruses

MIB = 1024 * 1024
RULE = "downloads with a virus"
PARTIAL = 206
ATTACHED = "attachment"
SUFFIXES = frozenset(
    f".{one}"
    for one in [
        "7z",
        "apk",
        "appx",
        "bat",
        "bz2",
        "cab",
        "chm",
        "cmd",
        "com",
        "cpl",
        "deb",
        "dll",
        "dmg",
        "doc",
        "docm",
        "docx",
        "dot",
        "dotm",
        "elf",
        "exe",
        "gz",
        "hta",
        "img",
        "ipa",
        "iso",
        "jar",
        "js",
        "jse",
        "lnk",
        "lzh",
        "msi",
        "msix",
        "msp",
        "ods",
        "odt",
        "one",
        "pdf",
        "pif",
        "pkg",
        "ppam",
        "pps",
        "ppsm",
        "ppt",
        "pptm",
        "pptx",
        "ps1",
        "rar",
        "reg",
        "rpm",
        "rtf",
        "scr",
        "sh",
        "swf",
        "tar",
        "tgz",
        "vb",
        "vbe",
        "vbs",
        "vhd",
        "vhdx",
        "wsf",
        "xla",
        "xlam",
        "xll",
        "xls",
        "xlsb",
        "xlsm",
        "xlsx",
        "xz",
        "zip",
    ]
)
SCRIPTS_OF_PAGES = frozenset({".js"})  # of a page it is a script, and a file where it is attached
TYPES = frozenset(
    {"application/octet-stream", "application/pdf", "application/zip", "application/gzip",
     "application/msword", "application/rtf", "application/java-archive", "application/x-msdownload",
     "application/x-msi", "application/x-rar-compressed", "application/vnd.rar", "application/x-tar",
     "application/x-7z-compressed", "application/x-sh", "application/x-executable",
     "application/x-dosexec", "application/x-iso9660-image", "application/x-apple-diskimage",
     "application/x-bzip2", "application/x-xz", "application/hta", "binary/octet-stream"}
)  # fmt: skip
FAMILIES = ("application/vnd.ms-", "application/vnd.openxmlformats-", "application/vnd.oasis.",
            "application/vnd.android.package", "application/x-ms")  # fmt: skip
READ_BY_CLAMD = frozenset({"", "identity", "gzip"})  # codings that it undoes itself


class Download(Response):
    """A response that is held whole, up to `most` bytes; beyond, it streams or is thrown away."""

    most: int = 0
    refuse_larger: bool = False
    is_larger: bool = False

    @classmethod
    def of(cls, response: Response, most: int, *, refuse_larger: bool) -> Self:
        held = cls.__new__(cls)  # the same response in our class: nothing to check again
        held.data = response.data
        held.stream = False
        held.most, held.refuse_larger = most, refuse_larger
        return held


_CHECK = http.HttpStream.check_body_size


def _check_body_size(self: Any, request: bool) -> Generator[Any, Any, bool]:  # noqa: FBT001  as it is called
    """As mitmproxy's; but a Download has a bound of its own, in place of that for pages."""
    held = self.flow.response
    if request or not isinstance(held, Download):
        return (yield from _CHECK(self, request))
    if len(self.response_body_buf) <= held.most:
        return False
    held.is_larger = True
    if held.refuse_larger:
        self.response_body_buf.clear()
        return False
    return (yield from _CHECK(self, request))


def hold_downloads() -> None:
    """Make mitmproxy ask: it streams whatever is longer than its one bound, and asks nobody."""
    http.HttpStream.check_body_size = _check_body_size  # type: ignore[method-assign]  # as designed


class Room:
    """How much a worker may hold back at once, and what each flow has of it, and whose it is."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.taken: dict[str, tuple[int, str]] = {}

    def take(self, flow: str, size: int, client: str) -> bool:
        if size > self.free:
            return False
        self.free -= size
        self.taken[flow] = size, client
        return True

    def give_back(self, flow: str) -> None:
        size, _ = self.taken.pop(flow, (0, ""))
        self.free += size

    def give_all_back(self, client: str) -> None:
        for flow in [one for one, (_, whose) in self.taken.items() if whose == client]:
            self.give_back(flow)


class DownloadGate:
    """Goes after the page gate: what that reads is no download."""

    def __init__(self, visits: Visits, desk: Desk, settings: Viruses, clamd: Clamd) -> None:
        self.visits = visits
        self.desk = desk
        self.settings = settings
        self.clamd = clamd
        self.most = settings.largest_mib * MIB
        self.room = Room(settings.held_mib * MIB)

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        """A file is asked for whole, and in no coding: parts of it would tell nothing."""
        if is_ours(flow) or not named_as_file(flow):
            return
        for name in ("range", "if-range"):
            flow.request.headers.pop(name, None)
        flow.request.headers["accept-encoding"] = "identity"

    @fail_closed(cut_flow)
    def responseheaders(self, flow: HTTPFlow) -> None:
        response = flow.response
        if response is None or is_ours(flow) or not self._is_scanned(flow):
            return
        size = response.headers.get("content-length", "")
        expected = int(size) if size.isdecimal() else self.most
        larger = expected > self.most
        if larger and not self.settings.refuse_larger:
            return
        refused = larger or response.status_code == PARTIAL
        held = Download.of(response, self.most, refuse_larger=self.settings.refuse_larger)
        if refused or not self.room.take(flow.id, expected, flow.client_conn.id):
            held.most, held.refuse_larger, held.is_larger = 0, True, True
        flow.response = held

    @fail_closed(refuse_flow)
    async def response(self, flow: HTTPFlow) -> None:
        held = flow.response
        if not isinstance(held, Download) or is_ours(flow):
            return
        if held.stream:
            self.room.give_back(flow.id)
            return  # it grew beyond the bound, and the settings let it pass
        flow.metadata.pop(CLEARED, None)
        subject = self.visits.of(flow.client_conn).subject
        try:
            found = await self._found(held)
        except (ScanError, CannotDecodeError):
            if held.is_larger or not self.desk.fails_open(subject):
                says = "The filter could not scan it for viruses, so it was not let through."
                self.desk.say(flow, 503, "This download could not be checked", says)
                return
            found = ""
        finally:
            self.room.give_back(flow.id)
        flow.metadata[CLEARED] = True
        if found:
            self._block(flow, subject, found)

    def error(self, flow: HTTPFlow) -> None:
        self.room.give_back(flow.id)

    def client_disconnected(self, client: Client) -> None:
        self.room.give_all_back(client.id)

    def _is_scanned(self, flow: HTTPFlow) -> bool:
        asked: Target | None = flow.metadata.get(JUDGED)
        subject = self.visits.of(flow.client_conn).subject
        return (
            asked is not None
            and is_download(flow)
            and self.desk.engine.is_inspected(subject, asked.host)
        )

    async def _found(self, held: Download) -> str:
        if held.is_larger:
            raise ScanError("it is larger than what is scanned")
        content = held.raw_content or b""
        coding = held.headers.get("content-encoding", "").strip().lower()
        if coding not in READ_BY_CLAMD:
            content = decoded(content, coding, self.most + 1)
            if len(content) > self.most:
                raise ScanError("it unpacks to more than what is scanned")
        return await self.clamd.found_in(content) if content else ""

    def _block(self, flow: HTTPFlow, subject: Subject, found: str) -> None:
        asked: Target = flow.metadata[JUDGED]
        target = replace(asked, words="", kind=None)
        hits = (Hit("malware", "clamd", found),)
        verdict = Verdict(Action.BLOCK, Reason.VIRUS, rule=RULE, hits=hits)
        reference = self.desk.keep(subject, target, verdict)
        self.desk.refuse(flow, subject, target, verdict, reference)


def downloads_of(visits: Visits, desk: Desk, settings: Viruses) -> DownloadGate | None:
    """The gate, where the settings name a clamd."""
    if not settings.clamd:
        return None
    return DownloadGate(visits, desk, settings, Clamd(settings.clamd, settings.seconds))


def suffix_of(flow: HTTPFlow) -> str:
    return PurePosixPath(flow.request.path.partition("?")[0]).suffix.lower()


def named_as_file(flow: HTTPFlow) -> bool:
    """Whether the address ends as that of a file does which is worth a scan."""
    suffix = suffix_of(flow)
    return suffix in SUFFIXES and suffix not in SCRIPTS_OF_PAGES


def is_download(flow: HTTPFlow) -> bool:
    """Whether what arrives is a file: attached, of such a type, or named as one."""
    headers = flow.response.headers if flow.response else {}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    attached = headers.get("content-disposition", "").strip().lower().startswith(ATTACHED)
    return attached or kind in TYPES or kind.startswith(FAMILIES) or named_as_file(flow)
