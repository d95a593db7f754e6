"""Passwords that a directory knows: the person is looked up, then bound as. TLS always.

LDAP's port is thin on purpose: `Passwords` is all that the rest knows of it.
"""

import queue
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ldap3 import BASE, NONE, SUBTREE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException, LDAPOperationsErrorResult
from ldap3.utils.conv import escape_filter_chars

from safeguard.credentials import DirectoryAwayError
from safeguard.logins import Typed, plain
from safeguard.problems import UnusableError
from safeguard.signing_in_settings import ProxyAuth

SUCCESS = 0
WRONG_PASSWORD = 49
NO_SUCH_OBJECT = 32
ANSWERED = {SUCCESS, 4, 10}  # all, more than were asked for, or elsewhere: read what came
KEPT_CONNECTIONS = 4
ENTRIES_ASKED = 2  # two would be one too many


@dataclass(frozen=True, slots=True)
class Directory:
    """Where people are looked up, and how."""

    servers: Sequence[str]
    base: str
    filter: str
    login: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    timeout: int = 3


def directory_of(chosen: ProxyAuth) -> Directory:
    if chosen.ldap_ca is not None:
        try:
            ssl.create_default_context(cafile=str(chosen.ldap_ca))
        except (OSError, ssl.SSLError) as error:
            raise UnusableError(f"{chosen.ldap_ca} is no PEM file of authorities.") from error
    return Directory(
        servers=chosen.ldap_servers,
        base=chosen.ldap_base,
        filter=chosen.ldap_filter,
        login=chosen.ldap_login,
        user=chosen.ldap_user,
        password=chosen.ldap_password.get_secret_value() if chosen.ldap_password else "",
        ca=chosen.ldap_ca,
        timeout=chosen.ldap_timeout_seconds,
    )


def filter_for(template: str, login: str) -> str:
    """Return the filter that finds a login; nothing in it is read as anything but text."""
    return template.replace("{login}", escape_filter_chars(login))


class LdapPasswords:
    """Asks the directories in turn; connections that look people up are kept and shared."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._tls = Tls(
            validate=ssl.CERT_REQUIRED,
            ca_certs_file=str(directory.ca) if directory.ca else None,
            ssl_options=[ssl.OP_NO_TLSv1, ssl.OP_NO_TLSv1_1],
        )
        self._kept: queue.LifoQueue[Connection] = queue.LifoQueue(KEPT_CONNECTIONS)

    def check(self, typed: Typed) -> str | None:
        found = self._with_lookup(
            lambda lookup: self._find(lookup, typed.login.rpartition("\\")[2])
        )
        if found is None or not typed.password:  # an empty one would bind as nobody
            return None
        person, login, server = found
        try:
            connection = self._opened(server, person, typed.password)
            try:
                code = _bound(connection)
            finally:
                _let_go(connection)
        except (LDAPException, OSError) as error:
            raise DirectoryAwayError(type(error).__name__) from None
        if code not in {SUCCESS, WRONG_PASSWORD, NO_SUCH_OBJECT}:
            raise DirectoryAwayError(f"the directory answered {code}")
        return plain(login) if code == SUCCESS else None

    def clock_of(self, server: str) -> str:
        """Return what a directory says of the time, empty where it does not say."""
        try:
            connection = self._for_lookups(server)
            try:
                connection.search("", "(objectClass=*)", BASE, attributes=["currentTime"])
                entries = connection.response or [{}]
            finally:
                _let_go(connection)
        except (LDAPException, OSError) as error:
            raise DirectoryAwayError(type(error).__name__) from None
        said = entries[0].get("raw_attributes", {}).get("currentTime") or [b""]
        return str(said[0].decode("ascii", "replace"))

    def close(self) -> None:
        with suppress(queue.Empty):
            while True:
                _let_go(self._kept.get_nowait())

    def _with_lookup[Found](self, look: Callable[[Connection], Found]) -> Found:
        """Use a kept connection; where that has gone stale, a new one."""
        with suppress(queue.Empty):
            kept = self._kept.get_nowait()
            try:
                return self._used(kept, look)
            except (LDAPException, OSError):
                _let_go(kept)
        trouble = "no directory"
        for server in self.directory.servers:
            try:
                return self._used(self._for_lookups(server), look)
            except (LDAPException, OSError) as error:
                trouble = type(error).__name__
            except DirectoryAwayError as error:
                trouble = str(error)
        raise DirectoryAwayError(trouble)

    def _for_lookups(self, server: str) -> Connection:
        fresh = self._opened(server, self.directory.user, self.directory.password)
        code = _bound(fresh)
        if code != SUCCESS:
            _let_go(fresh)
            raise DirectoryAwayError(f"the account that looks people up was answered {code}")
        return fresh

    def _used[Found](self, lookup: Connection, look: Callable[[Connection], Found]) -> Found:
        found = look(lookup)
        try:
            self._kept.put_nowait(lookup)
        except queue.Full:
            _let_go(lookup)
        return found

    def _find(self, lookup: Connection, login: str) -> tuple[str, str, str] | None:
        """Return the DN and the login of the one person whom this name means."""
        lookup.search(
            self.directory.base,
            filter_for(self.directory.filter, login),
            SUBTREE,
            attributes=[self.directory.login],
            size_limit=ENTRIES_ASKED,
            time_limit=self.directory.timeout,
        )
        people = [one for one in lookup.response or () if one["type"] == "searchResEntry"]
        if lookup.result["result"] not in ANSWERED:
            raise LDAPOperationsErrorResult
        if len(people) != 1:
            return None
        names = people[0]["raw_attributes"].get(self.directory.login) or [b""]
        name = names[0].decode("utf-8", "replace")
        return (people[0]["dn"], name, lookup.server.name) if name else None

    def _opened(self, url: str, user: str, password: str) -> Connection:
        # A fresh Server each time: ldap3 would not try one again for minutes that was away once.
        timeout = self.directory.timeout
        server = Server(url.rstrip("/"), tls=self._tls, connect_timeout=timeout, get_info=NONE)
        connection = Connection(
            server,
            user=user or None,
            password=password or None,
            client_strategy=SYNC,
            auto_referrals=False,
            read_only=True,
            receive_timeout=timeout,
            raise_exceptions=False,
        )
        try:
            connection.open(read_server_info=False)
            if not server.ssl and not server.ipc:
                connection.start_tls(read_server_info=False)
        except BaseException:
            _let_go(connection)
            raise
        return connection


def _let_go(connection: Connection) -> None:
    sock = connection.socket
    with suppress(LDAPException, OSError):
        connection.unbind()
    if sock is not None:
        sock.close()


def _bound(connection: Connection) -> int:
    connection.bind()
    return int(connection.result["result"])
