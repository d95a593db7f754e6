"""Kerberos tickets, accepted by the system's GSSAPI library: one step, Kerberos and nothing else.

The library is called through ctypes: there is no ready-made package of it for Linux, and one
that is compiled on a school's machine is one more thing that fails there. It is the same library
that `kinit` uses. NTLM is refused: it is not safe, and no ticket.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_int32, c_size_t, c_uint32, c_void_p
from enum import StrEnum
from pathlib import Path
from typing import Any

from safeguard.keytab import Entry, NotAKeytabError, entries
from safeguard.local_passwords import check_private
from safeguard.logins import of_principal
from safeguard.problems import UnusableError

LIBRARY = "libgssapi_krb5.so.2"
PACKAGE = "libgssapi-krb5-2"
KRB5 = bytes.fromhex("2a864886f712010202")  # 1.2.840.113554.1.2.2
SPNEGO = bytes.fromhex("2b0601050502")  # 1.3.6.1.5.5.2
NTLM = b"NTLMSSP\0"
ACCEPT = 2
FOR_EVER = 0xFFFFFFFF
COMPLETE = 0
CONTINUE_NEEDED = 1
MECHANISM_CODE = 2


class Refusal(StrEnum):
    """Why a ticket was not taken. Staff read these words."""

    SKEW = "the device's clock and ours differ by more than five minutes"
    EXPIRED = "the ticket has expired"
    REPLAYED = "the ticket was used before"
    WRONG_KEY = "the ticket is for another key than the keytab's: make the keytab anew"
    NTLM = "it is NTLM, which is not taken"
    FOREIGN = "the ticket is of another realm, or of a service"
    UNREADABLE = "it is no ticket that can be read"


# What the library says of its own numbers: it numbers them anew in each process. The first that
# is in its words counts; they name the service at most, never the person.
IN_WORDS = {
    "clock skew": Refusal.SKEW,
    "not yet valid": Refusal.SKEW,
    "replay": Refusal.REPLAYED,
    "expired": Refusal.EXPIRED,
    "keytab": Refusal.WRONG_KEY,
    "decrypt": Refusal.WRONG_KEY,
    "wrong principal": Refusal.WRONG_KEY,
    "ticket isn't for us": Refusal.WRONG_KEY,
}


class TicketError(Exception):
    """The ticket was refused. It says why, and of whom nothing."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class _Buffer(ctypes.Structure):
    _fields_ = [("length", c_size_t), ("value", c_void_p)]


class _Oid(ctypes.Structure):
    _fields_ = [("length", c_uint32), ("elements", c_void_p)]


class _OidSet(ctypes.Structure):
    _fields_ = [("count", c_size_t), ("elements", POINTER(_Oid))]


class _Pair(ctypes.Structure):
    _fields_ = [("key", c_char_p), ("value", c_char_p)]


class _Pairs(ctypes.Structure):
    _fields_ = [("count", c_uint32), ("elements", POINTER(_Pair))]


class Acceptor:
    """Accepts tickets by one keytab. Its calls block, and may come from several threads."""

    def __init__(self, keytab: Path, replays: Path, realms: frozenset[str] = frozenset()) -> None:
        self.realms = realms or frozenset(one.realm for one in read_keytab(keytab))
        self._gss = _library()
        self._mechs = _oids(KRB5, SPNEGO)
        self._kerberos = _oids(KRB5)
        self._credential = self._acquire(keytab, replays)

    def login(self, token: bytes) -> str:
        """Return whose ticket this is; TicketError says why it was not taken."""
        if not token or token.startswith(NTLM):
            raise TicketError(Refusal.NTLM if token else Refusal.UNREADABLE)
        login = of_principal(self._principal(token), self.realms)
        if login is None:
            raise TicketError(Refusal.FOREIGN)
        return login

    def _acquire(self, keytab: Path, replays: Path) -> c_void_p:
        pairs = (_Pair * 2)(
            _Pair(b"keytab", f"FILE:{keytab}".encode()),
            _Pair(b"rcache", f"file2:{replays}".encode()),
        )
        minor, credential = c_uint32(), c_void_p()
        major = self._gss.gss_acquire_cred_from(
            byref(minor),
            None,
            c_uint32(FOR_EVER),
            byref(self._mechs),
            c_int(ACCEPT),
            byref(_Pairs(2, pairs)),
            byref(credential),
            None,
            None,
        )
        if major == COMPLETE:  # of what SPNEGO can carry, Kerberos alone
            major = self._gss.gss_set_neg_mechs(byref(minor), credential, byref(self._kerberos))
        if major != COMPLETE:
            raise UnusableError(
                f"Kerberos cannot use the keytab {keytab} (error {c_int32(minor.value).value}). "
                "Look at it with `klist -k`, and make it anew."
            )
        return credential

    def _principal(self, token: bytes) -> str:
        minor, context, name, mech = c_uint32(), c_void_p(), c_void_p(), POINTER(_Oid)()
        given, answer = _Buffer(len(token), ctypes.cast(c_char_p(token), c_void_p)), _Buffer()
        major = self._gss.gss_accept_sec_context(
            byref(minor),
            byref(context),
            self._credential,
            byref(given),
            None,
            byref(name),
            byref(mech),
            byref(answer),
            None,
            None,
            None,
        )
        ignored = c_uint32()
        try:
            if major != COMPLETE:
                raise TicketError(self._refusal(major, minor))
            if ctypes.string_at(mech.contents.elements, mech.contents.length) != KRB5:
                raise TicketError(Refusal.NTLM)
            return self._shown(name)
        finally:
            self._gss.gss_release_buffer(byref(ignored), byref(answer))
            self._gss.gss_release_name(byref(ignored), byref(name))
            self._gss.gss_delete_sec_context(byref(ignored), byref(context), None)

    def _refusal(self, major: int, minor: c_uint32) -> Refusal:
        if major == CONTINUE_NEEDED:
            return Refusal.NTLM  # whoever needs another step did not bring a ticket
        ignored, more, words = c_uint32(), c_uint32(), _Buffer()
        self._gss.gss_display_status(
            byref(ignored),
            minor,
            c_int(MECHANISM_CODE),
            self._kerberos.elements,
            byref(more),
            byref(words),
        )
        said = _taken(self._gss, words).lower()
        return next((why for part, why in IN_WORDS.items() if part in said), Refusal.UNREADABLE)

    def _shown(self, name: c_void_p) -> str:
        minor, shown = c_uint32(), _Buffer()
        if self._gss.gss_display_name(byref(minor), name, byref(shown), None) != COMPLETE:
            raise TicketError(Refusal.UNREADABLE)
        return _taken(self._gss, shown)


def _taken(gss: Any, buffer: _Buffer) -> str:
    """The text of a buffer that the library made, which is released."""
    try:
        held = ctypes.string_at(buffer.value, buffer.length) if buffer.value else b""
        return held.decode("utf-8", "replace")
    finally:
        gss.gss_release_buffer(byref(c_uint32()), byref(buffer))


def read_keytab(keytab: Path) -> tuple[Entry, ...]:
    """Return whose keys a keytab holds; UnusableError where it cannot serve the proxy."""
    check_private(keytab, "The keytab")
    try:
        found = entries(keytab.read_bytes())
    except NotAKeytabError as error:
        raise UnusableError(f"{keytab} is no keytab: {error}.") from error
    if not any(one.service.startswith("HTTP/") for one in found):
        raise UnusableError(
            f"The keytab {keytab} holds no key for HTTP/…, which is what browsers ask for. "
            "Make one for HTTP/ and the name by which browsers know the proxy."
        )
    return found


def _oids(*mechs: bytes) -> _OidSet:
    array = (_Oid * len(mechs))(
        *(_Oid(len(one), ctypes.cast(c_char_p(one), c_void_p)) for one in mechs)
    )
    return _OidSet(len(mechs), array)


def _library() -> Any:
    try:
        gss = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise UnusableError(
            f"Kerberos needs the system's library {LIBRARY}: install the package {PACKAGE}."
        ) from error
    for name in (
        "gss_acquire_cred_from",
        "gss_set_neg_mechs",
        "gss_accept_sec_context",
        "gss_display_name",
        "gss_display_status",
        "gss_release_buffer",
        "gss_release_name",
        "gss_delete_sec_context",
    ):
        getattr(gss, name).restype = c_uint32
    return gss
