"""What is wrong with a download, said so that people can mend it: what, where, and the mend."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx

TRY_AGAIN = "it is tried again by itself"

_SNIFFED = 1024
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_MENDS = {
    304: "“nothing has changed”, to a request for the whole list: see what caches are on the way",
    401: "it asks for a password, which a subscription cannot give",
    403: "it does not give the list to this address: ask its makers",
    404: "the list may have moved: find its new address, and subscribe again with --address",
    410: "the list is given up: unsubscribe, or subscribe again with a new --address",
    429: f"it was asked too often: {TRY_AGAIN}",
}


class DownloadError(Exception):
    """Why a list could not be downloaded, as a sentence: what, where, and the mend."""


def is_page(file: Path) -> bool:
    """Whether a file is a web page: an error, or a page to sign in, and never a list."""
    start = _start(file).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith(_PAGES)


def no_list(file: Path) -> str:
    """Say why a file that was unpacked cannot be a list; empty where it may be one."""
    start = _start(file)
    if not start:
        return "an empty file came: if it stays so, ask its makers, or unsubscribe"
    if is_page(file):
        return "a web page came instead of a list: open its address in a browser"
    if start.startswith(_WIDE):
        return "it is written in UTF-16, which cannot be read: ask its makers for UTF-8"
    if b"\0" in start:
        return "it is no text: see whether its address leads to a list"
    return ""


def _start(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_SNIFFED)


def refusal(response: httpx.Response) -> str:
    status = response.status_code
    known = _MENDS.get(status, TRY_AGAIN if status >= httpx.codes.INTERNAL_SERVER_ERROR else "")
    mend = known or f"open {response.url} in a browser to see what it says"
    return f"{response.url.host} answered {status}: {mend}"


def sentence(address: str, error: Exception) -> str:
    """What stopped a download, from the error at its root: that is what people can mend."""
    causes = list(_causes(error))
    if isinstance(error, httpx.TimeoutException):
        return f"{address} did not answer in time: {TRY_AGAIN}"
    if isinstance(error, httpx.TooManyRedirects):
        return f"{address} leads in a circle: subscribe again with the address it should lead to"
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        return (
            f"the certificate of {address} cannot be trusted ({causes[-1]}): see this machine’s "
            "clock; if your network opens TLS, give its authority in the setting subscriptions.ca"
        )
    if any(isinstance(one, socket.gaierror) for one in causes):
        return f"the name in {address} cannot be found: see the address, and this machine’s DNS"
    why = str(causes[-1]) or type(causes[-1]).__name__
    return f"{address} could not be fetched ({why}): see the address, the network and any proxy"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
