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
KRB5_ERRORS = -1765328384  # where the numbers of Kerberos's own errors begin


class Refusal(StrEnum):
    """Why a ticket was not taken. Staff read these words."""

    SKEW = "the device's clock and ours differ by more than five minutes"
    EXPIRED = "the ticket has expired"
    REPLAYED = "the ticket was used before"
    WRONG_KEY = "the ticket is for another key than the keytab's: make the keytab anew"
    NTLM = "it is NTLM, which is not taken"
    FOREIGN = "the ticket is of another realm, or of a service"
    UNREADABLE = "it is no ticket that can be read"


OF_KERBEROS = {
    KRB5_ERRORS + 31: Refusal.WRONG_KEY,  # decrypting failed
    KRB5_ERRORS + 32: Refusal.EXPIRED,
    KRB5_ERRORS + 34: Refusal.REPLAYED,
    KRB5_ERRORS + 35: Refusal.WRONG_KEY,  # not for us
    KRB5_ERRORS + 37: Refusal.SKEW,
    KRB5_ERRORS + 44: Refusal.WRONG_KEY,  # key version
    KRB5_ERRORS + 45: Refusal.WRONG_KEY,  # no key
    KRB5_ERRORS + 181: Refusal.WRONG_KEY,  # not found in the keytab
}
OF_GSSAPI = {
    2 << 16: Refusal.UNREADABLE,
    11 << 16: Refusal.EXPIRED,
    12 << 16: Refusal.EXPIRED,
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
        if token.startswith(NTLM):
            raise TicketError(Refusal.NTLM)
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
                raise TicketError(_refusal(major, c_int32(minor.value).value))
            if ctypes.string_at(mech.contents.elements, mech.contents.length) != KRB5:
                raise TicketError(Refusal.NTLM)
            return self._shown(name)
        finally:
            self._gss.gss_release_buffer(byref(ignored), byref(answer))
            self._gss.gss_release_name(byref(ignored), byref(name))
            self._gss.gss_delete_sec_context(byref(ignored), byref(context), None)

    def _shown(self, name: c_void_p) -> str:
        minor, shown = c_uint32(), _Buffer()
        if self._gss.gss_display_name(byref(minor), name, byref(shown), None) != COMPLETE:
            raise TicketError(Refusal.UNREADABLE)
        try:
            return ctypes.string_at(shown.value or 0, shown.length).decode("utf-8", "replace")
        finally:
            self._gss.gss_release_buffer(byref(minor), byref(shown))


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


def _refusal(major: int, minor: int) -> Refusal:
    if major == CONTINUE_NEEDED:
        return Refusal.NTLM  # whoever needs another step did not bring a ticket
    routine = major & 0x00FF0000
    return OF_KERBEROS.get(minor) or OF_GSSAPI.get(routine) or Refusal.UNREADABLE


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
        "gss_release_buffer",
        "gss_release_name",
        "gss_delete_sec_context",
    ):
        getattr(gss, name).restype = c_uint32
    return gss
