"""Download one list over http: only if it has changed, and never more than a limit of it.

Proxies of the environment are honoured. What arrives is written to a file as it streams, and
nothing of it is believed: what it holds is looked at by whoever takes it in.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

_AGENT = "Safeguard-list-updater/1"
_STEP_SECONDS = 30.0  # for each part of a download: to connect, to wait for the next bytes
_SNIFFED = 1024
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")


class DownloadError(Exception):
    """Why a list could not be downloaded, as a sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may cost."""

    most_bytes: int = 256 << 20
    seconds: float = 900.0
    redirects: int = 5


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
    deadline = time.monotonic() + limits.seconds
    try:
        with (
            httpx.Client(
                follow_redirects=True,
                max_redirects=limits.redirects,
                timeout=min(_STEP_SECONDS, limits.seconds),
                headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip"},
                event_hooks={"request": [_guard(address)]},
            ) as client,
            client.stream("GET", address, headers=_conditions(have)) as response,
        ):
            if response.status_code == httpx.codes.NOT_MODIFIED and have:
                return None
            if response.status_code != httpx.codes.OK:
                raise DownloadError(f"the server answered {response.status_code}")
            with target.open("wb") as stream:
                sha256 = _keep(response, stream, limits, deadline, progress)
    except httpx.TimeoutException as error:
        raise DownloadError("the server did not answer in time") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DownloadError(
            f"it could not be fetched ({str(error) or type(error).__name__})"
        ) from error
    except OSError as error:
        raise DownloadError(f"it could not be kept ({error.strerror})") from error
    if is_page(target):
        raise DownloadError("a web page came instead of a list")
    headers = response.headers
    return Fetched(sha256, headers.get("etag", ""), headers.get("last-modified", ""))


def is_page(file: Path) -> bool:
    """Whether a file is a web page: an error, or a page to sign in, and never a list."""
    with file.open("rb") as stream:
        start = stream.read(_SNIFFED).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith(_PAGES)


def _keep(
    response: httpx.Response,
    stream: IO[bytes],
    limits: Limits,
    deadline: float,
    progress: Callable[[int, int], None],
) -> str:
    total = int(length) if (length := response.headers.get("content-length", "")).isdigit() else 0
    _within(total, limits)
    digest = hashlib.sha256()
    done = 0
    for block in response.iter_bytes():
        done += len(block)
        _within(done, limits)
        if time.monotonic() > deadline:
            raise DownloadError(f"it took longer than {limits.seconds:.0f} seconds")
        digest.update(block)
        stream.write(block)
        progress(done, max(total, done) if total else 0)
    return digest.hexdigest()


def _within(size: int, limits: Limits) -> None:
    if size > limits.most_bytes:
        raise DownloadError(f"it is larger than {limits.most_bytes >> 20} MiB")


def _conditions(have: Fetched | None) -> dict[str, str]:
    if have is None:
        return {}
    said = {"If-None-Match": have.etag, "If-Modified-Since": have.modified}
    return {name: value for name, value in said.items() if value}


def _guard(address: str) -> Callable[[httpx.Request], None]:
    """What was asked for with https is not followed to where anyone could change it."""
    secure = address.lower().startswith("https:")

    def check(request: httpx.Request) -> None:
        if secure and request.url.scheme != "https":
            raise DownloadError("the server led from https to plain http")

    return check
