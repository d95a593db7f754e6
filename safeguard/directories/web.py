"""Questions to a directory of the web: bounded, patient where it asks for patience, never led away.

What comes back is believed as far as it is JSON; nothing else of it is. A link to the next page is
followed to the same host alone: the token that goes with it would be anybody's otherwise.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from safeguard.directories.port import MOST_PAGES, DirectoryError

AGENT = "Safeguard-directory/1"
TRIES = 5
LONGEST_WAIT = 60.0
LONGEST = 900.0  # seconds for all questions together
MOST_BYTES = 16 << 20
BUSY = frozenset({429, 500, 502, 503, 504})
OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

type Json = dict[str, Any]


class GoneError(DirectoryError):
    """What was asked for is not there (any more)."""


@dataclass
class Asker:
    """Asks one host. `token` is asked for anew where it is refused once.

    `throttles`: says of a refusal whether it means “later”.
    """

    who: str
    address: str
    token: Callable[[], str]
    client: httpx.Client
    wait: Callable[[float], None] = time.sleep
    steady: Callable[[], float] = time.monotonic
    throttles: Callable[[Json], bool] = lambda _body: False
    _token: str = ""
    _until: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._until = self.steady() + LONGEST

    def ask(self, address: str, parameters: Mapping[str, str] | None = None) -> Json:
        """Return the object that an address answers with; GoneError where there is none."""
        self._see_to_host(address)
        renewed = False
        for number in range(TRIES):
            self._token = self._token or self.token()
            headers = {"Authorization": f"Bearer {self._token}"}
            request = self.client.build_request(
                "GET", address, params=parameters or None, headers=headers
            )
            status, said, body = answer(self.client, request, self.who)
            if status == httpx.codes.OK:
                return body
            if status == httpx.codes.UNAUTHORIZED and not renewed:
                renewed, self._token = True, ""
                continue
            if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
                raise GoneError(f"{self.who} no longer knows what was asked for ({status})")
            if status not in BUSY and not self.throttles(body):
                raise DirectoryError(f"{self.who} refused ({status}): {MENDS.get(status, SEE)}")
            self._pause(said, number)
        raise DirectoryError(f"{self.who} is busy: it is asked again later")

    def pages(self, address: str, parameters: Mapping[str, str], link: str) -> Iterator[Json]:
        """Yield each page of a list whose pages name the address of the next one."""
        asked: Mapping[str, str] | None = parameters
        for _ in range(MOST_PAGES):
            page = self.ask(address, asked)
            yield page
            address, asked = text(page.get(link)), None
            if not address:
                return
        raise DirectoryError(f"{self.who} has no end: more than {MOST_PAGES} pages came")

    def _pause(self, said: str, number: int) -> None:
        seconds = float(said) if said.isdecimal() else float(2**number)
        if seconds > LONGEST_WAIT or self.steady() + seconds > self._until:
            raise DirectoryError(f"{self.who} asks for patience: it is asked again later")
        self.wait(seconds)

    def _see_to_host(self, address: str) -> None:
        if self.steady() > self._until:
            raise DirectoryError(f"{self.who} took longer than {LONGEST / 60:.0f} minutes in all")
        try:
            there, ours = httpx.URL(address), httpx.URL(self.address)
        except httpx.InvalidURL as error:
            raise DirectoryError(f"{self.who} led to what is no address") from error
        if (there.scheme, there.host, there.port) != (ours.scheme, ours.host, ours.port):
            raise DirectoryError(f"{self.who} led to another host, {there.host}: not followed")


SEE = "see that the account may read users"
MENDS = {
    400: "the settings ask for something that it does not have",
    401: "the account or its secret is not right",
    403: "the account may not read users and groups: give it that right",
}


def opened(seconds: float, ca: Path | None) -> httpx.Client:
    """Return a client that trusts what the settings say, follows nothing and waits for nothing."""
    trusted = httpx.create_ssl_context()
    try:
        if ca:
            trusted.load_verify_locations(ca)
    except OSError as error:
        raise DirectoryError(f"{ca} cannot be used: give a PEM file in the setting ca") from error
    return httpx.Client(
        timeout=seconds, verify=trusted, follow_redirects=False, headers={"User-Agent": AGENT}
    )


def secure(address: str, who: str) -> str:
    """Return an address that a secret may be sent to; DirectoryError of any other."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise DirectoryError(f"the address of {who} is none of the web") from error
    if url.scheme != "https" and not (url.scheme == "http" and url.host in OF_THIS_MACHINE):
        raise DirectoryError(f"the address of {who} must begin with https://")
    return address.rstrip("/")


def answer(client: httpx.Client, request: httpx.Request, who: str) -> tuple[int, str, Json]:
    """Return status, Retry-After and object of an answer; of a refusal that is none, nothing."""
    try:
        with_stream = client.send(request, stream=True)
        try:
            body = _body(with_stream, who)
        finally:
            with_stream.close()
    except (httpx.HTTPError, ssl.SSLError) as error:
        raise DirectoryError(f"{who} {_trouble(error)}") from error
    found = _object(body)
    if found is None and with_stream.status_code == httpx.codes.OK:
        raise DirectoryError(f"{who} answered with what is no JSON object: is that the address?")
    return with_stream.status_code, with_stream.headers.get("retry-after", ""), found or {}


def _body(response: httpx.Response, who: str) -> bytes:
    body = bytearray()
    for block in response.iter_bytes():
        body += block
        if len(body) > MOST_BYTES:
            raise DirectoryError(f"{who} answered with more than {MOST_BYTES >> 20} MiB")
    return bytes(body)


def _object(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _trouble(error: Exception) -> str:
    match error:
        case httpx.TimeoutException():
            return "did not answer in time"
        case httpx.ConnectError():
            return "cannot be reached, or its certificate is not trusted"
        case _:
            return f"broke off ({type(error).__name__})"


def text(value: object) -> str:
    """Return a value of an object where it is text; else nothing."""
    return value.strip() if isinstance(value, str) else ""


def rows(page: Json, name: str) -> list[Json]:
    """Return the objects of a list in a page, none where there is no such list."""
    found = page.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
