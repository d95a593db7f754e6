"""People from Google Workspace: the Directory API, with a service account that an admin lends a name.

It tells everyone each time: there is no way to ask for changes alone.
"""

import base64
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import override

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from safeguard.core.roll_columns import login_of
from safeguard.core.rolls import Field, Told
from safeguard.directories.port import (
    MOST_PAGES,
    MOST_PEOPLE,
    Directory,
    DirectoryError,
    Reading,
)
from safeguard.directories.web import Asker, Json, answer, rows, secure, text

WHO = "Google's directory"
SCOPE = "https://www.googleapis.com/auth/admin.directory.user.readonly"
HOUR = 3600
FIELDS = (
    "nextPageToken,users(id,primaryEmail,name/fullName,suspended,archived,orgUnitPath,externalIds)"
)
LATER = frozenset({"quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded"})


@dataclass(frozen=True, slots=True)
class Account:
    """A service account: its address, its key, and the administrator in whose name it reads."""

    email: str
    key: rsa.RSAPrivateKey
    admin: str
    sign_in: str


def account_of(file: Path, admin: str, sign_in: str) -> Account:
    """Read the key file of a service account; DirectoryError where it is none."""
    try:
        found = json.loads(file.read_bytes())
        key = serialization.load_pem_private_key(found["private_key"].encode(), None)
        email = found["client_email"]
    except OSError as error:
        raise DirectoryError(f"the key file {file} cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, UnsupportedAlgorithm) as error:
        raise DirectoryError(
            f"the key file {file} is not the JSON key of a service account"
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey) or not isinstance(email, str):
        raise DirectoryError(f"the key file {file} is not the JSON key of a service account")
    return Account(email, key, admin, sign_in)


def assertion(account: Account, now: int) -> str:
    """Return what the account signs to be let in, good for an hour."""
    claims = {
        "iss": account.email,
        "sub": account.admin,
        "scope": SCOPE,
        "aud": account.sign_in,
        "iat": now,
        "exp": now + HOUR,
    }
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = account.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_base64(signature)}"


def _part(told: Mapping[str, object]) -> str:
    return _base64(json.dumps(told, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def token_of(client: httpx.Client, account: Account, clock: Callable[[], float] = time.time) -> str:
    """Sign in and return a token; DirectoryError where that is refused."""
    request = client.build_request(
        "POST",
        secure(account.sign_in, WHO),
        data={
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion(account, int(clock())),
        },
    )
    status, _, body = answer(client, request, WHO)
    found = text(body.get("access_token"))
    if not found:
        raise DirectoryError(
            f"{WHO} did not let the service account in ({status}): see that it has domain-wide "
            "delegation for reading users, that admin is an administrator, and this machine's clock"
        )
    return found


def throttled(body: Json) -> bool:
    """Whether a refusal means “later”."""
    error = body.get("error")
    reasons = rows(error, "errors") if isinstance(error, dict) else []
    return any(text(one.get("reason")) in LATER for one in reasons)


class Google(Directory):
    """The directory. `groups`: units such as /Pupils, each with the group of ours."""

    def __init__(
        self, asker: Asker, customer: str, groups: Mapping[str, str], otherwise: str
    ) -> None:
        self._asker = asker
        self._customer = customer
        self._groups = {unit.strip("/").casefold(): group for unit, group in groups.items()}
        self._otherwise = otherwise

    @property
    @override
    def name(self) -> str:
        return "google"

    @property
    @override
    def says(self) -> frozenset[Field]:
        return frozenset({Field.NAME, Field.GROUP, Field.LOGIN, Field.REFERENCE})

    @property
    @override
    def into(self) -> frozenset[str]:
        return frozenset({*self._groups.values(), self._otherwise} - {""})

    @override
    def read(self, cursor: str, here: Collection[str]) -> Reading:
        address = f"{self._asker.address}/admin/directory/v1/users"
        asked = {"customer": self._customer, "maxResults": "500", "fields": FIELDS}
        people: dict[str, Told] = {}
        for _ in range(MOST_PAGES):
            page = self._asker.ask(address, asked)
            found = (self._told(one) for one in rows(page, "users"))
            people |= {one.id: one for one in found if one is not None}
            token = text(page.get("nextPageToken"))
            if not token:
                return Reading(tuple(people.values()))
            if len(people) > MOST_PEOPLE:
                break
            asked["pageToken"] = token
        raise DirectoryError(f"{WHO} has no end: nothing of it is used")

    def _told(self, one: Json) -> Told | None:
        """Return a person; None where the account is closed, or in none of the units."""
        group = self._group(text(one.get("orgUnitPath")))
        number, login = text(one.get("id")), login_of(text(one.get("primaryEmail")))
        closed = one.get("suspended") is True or one.get("archived") is True
        names = one.get("name")
        name = text(names.get("fullName")) if isinstance(names, dict) else ""
        if closed or not group or not number or not (name or login):
            return None
        return Told(name or login, group, number, _number(one), login)

    def _group(self, unit: str) -> str:
        path = unit.strip("/").casefold()
        for mapped, group in self._groups.items():
            if not mapped or path == mapped or path.startswith(f"{mapped}/"):
                return group
        return self._otherwise


def _number(one: Json) -> str:
    """The school's own number: the one that is marked as an organisation's, if any."""
    ids = rows(one, "externalIds")
    return next((text(each.get("value")) for each in ids if each.get("type") == "organization"), "")
