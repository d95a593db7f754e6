"""All that we ask of an LDAP library, and ldap3 behind it: exchange the library here alone."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from safeguard.directories.port import DirectoryError

PAGE = 200  # some servers give no more at once
WHO = "the LDAP server"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its DN, and the values of its attributes by their name in small letters."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]]

    def text(self, *names: str) -> str:
        """Return the first value there is, of the first of these attributes that has one."""
        found = (value for name in names for value in self.values.get(name.lower(), ()))
        return next((one for each in found if (one := _text(each))), "")

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(_text(value) for value in self.values.get(name.lower(), ()))

    def raw(self, name: str) -> bytes:
        return next(iter(self.values.get(name.lower(), ())), b"")


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace").strip()


class Ldap(Protocol):
    """A connection that is signed in."""

    def entries(self, base: str, wanted: str, attributes: Sequence[str]) -> Iterator[Entry]:
        """Yield what is below `base` and fits the filter, however many; DirectoryError if not all."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a server, and whom it knows us as."""

    server: str
    security: Literal["tls", "starttls", "none"]
    user: str
    password: str
    seconds: int
    ca: Path | None = None


class Ldap3:
    """A connection by ldap3."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    def open(cls, way: Way) -> Self:
        """Connect, encrypt and sign in; DirectoryError with what to mend."""
        from ldap3.core.exceptions import LDAPBindError, LDAPException  # noqa: PLC0415  slow to load

        connection = _made(way)
        try:
            connection.open()
            if way.security == "starttls":
                _encrypt(connection)
            connection.bind()
        except LDAPBindError as error:
            _drop(connection)
            raise DirectoryError(_refused(way)) from error
        except LDAPException as error:
            _drop(connection)
            raise DirectoryError(_sentence(way, error)) from error
        except OSError as error:
            _drop(connection)
            raise DirectoryError(f"{WHO} cannot be reached ({error.strerror})") from error
        return cls(connection)

    def entries(self, base: str, wanted: str, attributes: Sequence[str]) -> Iterator[Entry]:
        from ldap3.core.exceptions import LDAPException  # noqa: PLC0415  slow to load

        try:
            found = self._connection.extend.standard.paged_search(
                base,
                wanted,
                attributes=list(attributes),
                paged_size=PAGE,
                generator=True,
            )
            for one in found:
                if one["type"] == "searchResEntry":
                    yield _entry(one)
        except LDAPException as error:
            raise DirectoryError(
                f"{WHO} broke off ({type(error).__name__}): nothing of it is used"
            ) from error
        except OSError as error:
            raise DirectoryError(f"{WHO} went away: nothing of it is used") from error

    def close(self) -> None:
        _drop(self._connection)


def _made(way: Way) -> Any:
    import ldap3  # noqa: PLC0415  a fifth of a second to load, rarely needed

    server = ldap3.Server(
        way.server, tls=_tls(way), get_info=ldap3.NONE, connect_timeout=way.seconds
    )
    return ldap3.Connection(
        server,
        user=way.user or None,
        password=way.password or None,
        authentication=ldap3.SIMPLE if way.user else ldap3.ANONYMOUS,
        read_only=True,
        auto_referrals=False,
        raise_exceptions=True,
        receive_timeout=way.seconds,
        check_names=False,
    )


def _encrypt(connection: Any) -> None:
    from ldap3.core.exceptions import LDAPException, LDAPStartTLSError  # noqa: PLC0415  slow to load

    try:
        connection.start_tls()
    except LDAPException as error:
        raise LDAPStartTLSError(str(error)) from error


def _drop(connection: Any) -> None:
    """End a connection, whatever state it is in: the library leaves sockets open where one failed."""
    with suppress(Exception):
        connection.unbind()
    if connection.socket is not None:
        with suppress(OSError):
            connection.socket.close()


def _entry(one: Mapping[str, Any]) -> Entry:
    values = {name.lower(): tuple(found) for name, found in one["raw_attributes"].items()}
    return Entry(one["dn"], values)


def _tls(way: Way) -> Any:
    import ldap3  # noqa: PLC0415  as above

    if way.security == "none":
        return None
    if way.ca is not None and not way.ca.is_file():
        raise DirectoryError(f"{way.ca} cannot be used: give a PEM file in the setting ca")
    return ldap3.Tls(
        validate=ssl.CERT_REQUIRED,
        version=ssl.PROTOCOL_TLS_CLIENT,
        ca_certs_file=None if way.ca is None else str(way.ca),
    )


def _refused(way: Way) -> str:
    return f"{WHO} does not let {way.user or 'anyone without an account'} in: see user and password"


def _sentence(way: Way, error: Exception) -> str:
    name = type(error).__name__
    if "InvalidCredentials" in name or "Inappropriate" in name:
        return _refused(way)
    if "Certificate" in name or "StartTLS" in name or "SSL" in name:
        return f"{WHO}: its way cannot be encrypted, or its certificate is not trusted ({name})"
    return f"{WHO} cannot be reached ({name})"
