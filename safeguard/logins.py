"""Names that people sign in with, as they arrive: pure text, nothing is looked up here."""

import base64
import binascii
from dataclasses import dataclass, field

LONGEST_LOGIN = 256
LONGEST_PASSWORD = 1024
LONGEST_HEADER = 65536  # a ticket with many groups is long


@dataclass(frozen=True, slots=True)
class Typed:
    """A name and a password as a browser sent them. It never shows the password."""

    login: str
    password: str = field(repr=False)


def typed_in(token: str) -> Typed | None:
    """Return what the token of a Basic header holds; None where it cannot be anybody's."""
    try:
        raw = base64.b64decode(token.strip().encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    login, colon, password = text.partition(":")
    login = login.strip()
    # An empty password would be a bind without a name, which a directory grants to everybody.
    fits = 0 < len(login) <= LONGEST_LOGIN and 0 < len(password) <= LONGEST_PASSWORD
    return Typed(login, password) if colon and fits and text.isprintable() else None


def plain(login: str) -> str:
    r"""Return the bare login of SCHOOL\ada, ada@school.example or Ada, as people are listed."""
    bare = login.strip().rpartition("\\")[2]
    return bare.partition("@")[0].casefold() or bare.casefold()


def of_principal(principal: str, realms: frozenset[str]) -> str | None:
    """Return the login of ada@SCHOOL.EXAMPLE; None for other realms, and for services."""
    name, at, realm = principal.rpartition("@")
    if not at or realm not in realms or not name or "/" in name or "\\" in name or "@" in name:
        return None
    return name.casefold()


def scheme_of(header: str) -> tuple[str, str]:
    """Return the scheme of a header, in small letters, and its token."""
    if len(header) > LONGEST_HEADER:
        return "", ""
    scheme, _, token = header.strip().partition(" ")
    return scheme.lower(), token.strip()
