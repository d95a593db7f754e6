"""Download one list over http: only if it has changed, and never more than a limit of it.

Proxies of the environment are honoured. What arrives is written to a file as it streams, and
nothing of it is believed: what it holds is looked at by whoever takes it in. One clock runs over
the whole download, so that a server which sends a byte now and then is given up like any other.
"""

import asyncio
import hashlib
import ipaddress
import ssl
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

from safeguard.download_problems import TRY_AGAIN, DownloadError, is_page, refusal, sentence

_AGENT = "Safeguard-list-updater/1"
_STEP_SECONDS = 30.0  # for each part of a download: to connect, to wait for the next bytes
_PIECE = 1 << 18  # what is unpacked at once: a small download may hold gigabytes of nothing


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may cost. `ca`: a PEM file of authorities trusted beside the public ones."""

    most_bytes: int = 256 << 20
    seconds: float = 900.0
    redirects: int = 5
    most_unpacked: int = 1 << 30
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: `etag` and `modified` are what the server calls this version of it."""

    sha256: str
    etag: str = ""
    modified: str = ""


def fetch(
    address: str,
    target: Path,
    have: Fetched | None,
    limits: Limits,
    progress: Callable[[int, int], None],
) -> Fetched | None:
    """Download to `target`; None where the server says that `have` is the newest.

    Raises DownloadError with a sentence. `progress` is told bytes done, and of how many (0: unknown).
    """
    try:
        with target.open("wb") as stream:
            download = _Download(address, stream, limits, progress)
            found = asyncio.run(_in_time(download.bring(have), limits))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DownloadError(sentence(address, error)) from error
    except OSError as error:
        raise DownloadError(
            f"it could not be kept ({error.strerror}): make room, or see who may write there"
        ) from error
    if found and is_page(target):
        raise DownloadError(
            f"a web page came instead of a list: open {address} in a browser to see what it says"
        )
    return found


async def _in_time[T](work: Awaitable[T], limits: Limits) -> T:
    try:
        async with asyncio.timeout(limits.seconds):
            return await work
    except TimeoutError as error:
        raise DownloadError(
            f"it took longer than {limits.seconds:.0f} seconds: {TRY_AGAIN}; if the line is slow, "
            "raise the setting subscriptions.longest_seconds"
        ) from error


@dataclass(frozen=True, slots=True)
class _Download:
    """One download, on its way to a file."""

    address: str
    stream: IO[bytes]
    limits: Limits
    progress: Callable[[int, int], None]

    async def bring(self, have: Fetched | None) -> Fetched | None:
        async with (
            httpx.AsyncClient(
                follow_redirects=True,
                max_redirects=self.limits.redirects,
                timeout=min(_STEP_SECONDS, self.limits.seconds),
                headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip"},
                event_hooks={"request": [guard(self.address)]},
                verify=_trusted(self.limits.ca),
            ) as client,
            client.stream("GET", self.address, headers=_conditions(have)) as response,
        ):
            if response.status_code == httpx.codes.NOT_MODIFIED and have:
                return None
            if response.status_code != httpx.codes.OK:
                raise DownloadError(refusal(response))
            sha256 = await self._keep(response)
        headers = response.headers
        return Fetched(sha256, headers.get("etag", ""), headers.get("last-modified", ""))

    async def _keep(self, response: httpx.Response) -> str:
        said = response.headers.get("content-length", "")
        total = int(said) if said.isdigit() else 0
        self._within(total)
        way = _way(response)
        digest = hashlib.sha256()
        done = 0
        async for block in response.aiter_raw():
            for piece in way.pieces(block):
                done += len(piece)
                self._within(done)
                digest.update(piece)
                self.stream.write(piece)
            self.progress(response.num_bytes_downloaded, total)
        if not way.is_whole():
            raise DownloadError(f"only a part of it came: {TRY_AGAIN}")
        return digest.hexdigest()

    def _within(self, size: int) -> None:
        if size > self.limits.most_bytes:
            raise DownloadError(
                f"it is larger than {self.limits.most_bytes >> 20} MiB: if that is right, raise "
                "the setting subscriptions.largest_download_mib"
            )


class _Plain:
    """A body as it is."""

    def pieces(self, block: bytes) -> Iterator[bytes]:
        yield block

    def is_whole(self) -> bool:
        return True  # h11 counts what was stated


class _Gzip:
    """A body that was packed for the way: unpacked a piece at a time, whatever it swells to."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def pieces(self, block: bytes) -> Iterator[bytes]:
        more = bool(block)
        while more and not self._inflate.eof:
            piece, block = self._unpacked(block)
            yield piece
            more = bool(block) or len(piece) == _PIECE
        if block or self._inflate.unused_data:
            raise DownloadError(f"more came than its packing states: {TRY_AGAIN}")

    def _unpacked(self, block: bytes) -> tuple[bytes, bytes]:
        try:
            return self._inflate.decompress(block, _PIECE), self._inflate.unconsumed_tail
        except zlib.error as error:
            raise DownloadError(f"it came damaged ({error}): {TRY_AGAIN}") from error

    def is_whole(self) -> bool:
        return self._inflate.eof


def _way(response: httpx.Response) -> _Plain | _Gzip:
    match response.headers.get("content-encoding", "").lower().strip():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
        case other:
            raise DownloadError(
                f"it came packed as “{other[:20]}”, which was not asked for: ask its makers"
            )


def _trusted(ca: Path | None) -> ssl.SSLContext:
    made = httpx.create_ssl_context()
    try:
        if ca:
            made.load_verify_locations(ca)
    except OSError as error:
        raise DownloadError(
            f"{ca} cannot be used ({error}): give a PEM file in the setting subscriptions.ca"
        ) from error
    return made


def _conditions(have: Fetched | None) -> dict[str, str]:
    if have is None:
        return {}
    said = {"If-None-Match": have.etag, "If-Modified-Since": have.modified}
    return {name: value for name, value in said.items() if value}


def guard(address: str) -> Callable[[httpx.Request], Coroutine[Any, Any, None]]:
    """Watch where a server leads to.

    What was asked for with https is not followed to where anyone could change it. A list may
    come from the school's own network, where a technician says so; a server of the internet
    never leads there.
    """
    secure = address.lower().startswith("https:")

    async def check(request: httpx.Request) -> None:
        if str(request.url) == str(httpx.URL(address)):
            return
        if request.url.scheme not in {"http", "https"}:
            raise DownloadError(
                f"{address} led to {request.url}, which is not of the web: subscribe again with "
                "an --address of http or https"
            )
        if secure and request.url.scheme != "https":
            raise DownloadError(
                f"{address} led from https to plain http, {request.url}: if you trust that, "
                "subscribe again with it as the --address"
            )
        if await _is_inside(request.url.host) and not await _is_inside(httpx.URL(address).host):
            raise DownloadError(
                f"{address} led into your own network, to {request.url}: if that is right, "
                "subscribe again with it as the --address"
            )

    return check


async def _is_inside(host: str) -> bool:
    """Whether a name leads to an address that is not of the internet. What has none is outside."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(one[4][0]).is_global for one in found)
