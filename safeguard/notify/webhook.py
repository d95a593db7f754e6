"""A webhook: JSON over https, signed, so that the receiver knows who sent it and when.

Safeguard-Signature is `v1=` and the hex of HMAC-SHA256 over the timestamp, a full stop and the
body, with the contact's own secret. Idempotency-Key stays the same when it is sent again.
"""

import asyncio
import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpx

from safeguard.notify.message import Message, Reply, UnsentError, without_addresses

AGENT = "Safeguard-notify/1"
WHOLE = 2  # so many times the limit of one answer
LONGEST_WAIT = 3600.0
OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to, and the secret that the receiver knows too."""

    address: str
    secret: str
    ca: Path | None = None
    seconds: float = 10.0


def send(hook: Hook, message: Message) -> Reply:
    """Hand a message to the receiver. Nothing is raised: whatever happens is a reply."""
    try:
        check(hook.address)
        return asyncio.run(_post(hook, message))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnsentError) as error:
        return Reply(accepted=False, said=trouble(error))


def check(address: str) -> None:
    """Raise UnsentError for an address that nothing may be sent to."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise UnsentError("the webhook's address is not one of the web") from error
    secure = url.scheme == "https" or (url.scheme == "http" and url.host in OF_THIS_MACHINE)
    if not url.host or not secure:
        raise UnsentError("the webhook's address must begin with https://")


def body_of(message: Message) -> bytes:
    """Return what is sent: no name, and nobody's words."""
    told = {
        "version": 1,
        "id": message.id,
        "kind": message.kind,
        "at": message.at.isoformat(),
        "school": message.school,
        "severity": message.severity,
        "urgent": message.urgent,
        "count": message.count,
        "subject": message.subject,
        "text": message.text,
        "link": message.link,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what a receiver works out too, and compares in constant time."""
    told = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def trouble(error: Exception) -> str:
    """Say what went wrong; never the address, which may hold a secret."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return "the webhook: its certificate is not trusted"
    match error:
        case UnsentError():
            return str(error)
        case TimeoutError() | httpx.TimeoutException():
            said = "it did not answer in time"
        case httpx.ConnectError():
            said = "it cannot be reached"
        case _:
            said = f"it could not be sent ({type(error).__name__})"
    return f"the webhook: {said}"


async def _post(hook: Hook, message: Message) -> Reply:
    body = body_of(message)
    timestamp = str(int(message.at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Idempotency-Key": message.id,
        "Safeguard-Timestamp": timestamp,
        "Safeguard-Signature": signature(hook.secret, timestamp, body),
    }
    async with (
        asyncio.timeout(hook.seconds * WHOLE),
        httpx.AsyncClient(timeout=hook.seconds, verify=_trusted(hook.ca)) as client,
        # What it answers beyond its status is not read, however long it is.
        client.stream("POST", hook.address, content=body, headers=headers) as response,
    ):
        return reply_of(response)


def reply_of(response: httpx.Response) -> Reply:
    """Return what an answer means. A redirect is not followed: that might be anyone."""
    said = without_addresses(f"{response.status_code} {response.reason_phrase}")
    if response.is_success:
        return Reply(accepted=True, said=said)
    asked = response.headers.get("retry-after", "")
    wait = min(float(asked), LONGEST_WAIT) if asked.isdecimal() else 0.0
    gone = response.status_code == httpx.codes.GONE
    return Reply(accepted=False, said=said, lasting=gone, wait=wait)


def _trusted(ca: Path | None) -> ssl.SSLContext:
    made = httpx.create_ssl_context()
    try:
        if ca:
            made.load_verify_locations(ca)
    except OSError as error:
        raise UnsentError(
            f"{ca} cannot be used: give a PEM file in the setting notify.webhook_ca"
        ) from error
    return made
