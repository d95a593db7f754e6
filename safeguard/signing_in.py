"""Signing in at the proxy: what a browser is asked for, and what its answer is worth.

Nothing is taken for granted: a scheme that was not offered on this port is not even looked at.
Where nobody can be asked (the directory is away) the answer says so, and the address stands for
itself. Where a ticket or a password is wrong it never does, or signing in would be optional.
"""

import asyncio
import base64
import binascii
import secrets
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from safeguard import logs
from safeguard.core.identifying import Method
from safeguard.credentials import (
    BUSY,
    WRONG,
    Answer,
    Checker,
    Limits,
    Outcome,
    Passwords,
)
from safeguard.local_passwords import FilePasswords, check_file
from safeguard.logins import scheme_of, typed_in
from safeguard.negotiate import Acceptor, Refusal, TicketError
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.signing_in_settings import ProxyAuth

logger = logs.logger("safeguard.signing_in")

TICKET_THREADS = 2
TICKETS_WAITING = 256
SAID_AGAIN_SECONDS = 600.0
REPLAYS = "kerberos.rcache2"  # shared by the workers, in the data folder


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of it, and by which method."""

    answer: Answer
    method: Method = Method.NONE


class Rarely:
    """Says the same trouble once in ten minutes, with how often it came."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._said: dict[str, tuple[float, int]] = {}

    def say(self, trouble: str, mend: str = "") -> None:
        now = self.clock()
        since, count = self._said.get(trouble, (-SAID_AGAIN_SECONDS, 0))
        if now - since < SAID_AGAIN_SECONDS:
            self._said[trouble] = since, count + 1
            return
        self._said[trouble] = now, 0
        logger.error("signing in at the proxy failed", why=trouble, mend=mend, times=count + 1)


class Networks:
    """Whether an address is in one of some networks."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks = tuple(ip_network(one, strict=False) for one in networks)

    def hold(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None)
        return any((mapped or parsed) in network for network in self._networks)


class Tickets:
    """Kerberos off the loop: two threads, and no endless queue."""

    def __init__(self, acceptor: Acceptor, rarely: Rarely) -> None:
        self.acceptor = acceptor
        self.rarely = rarely
        self._pool = ThreadPoolExecutor(TICKET_THREADS, thread_name_prefix="tickets")
        self._waiting = 0

    async def ask(self, token: str) -> Answer:
        if self._waiting >= TICKETS_WAITING:
            return BUSY
        self._waiting += 1
        try:
            ticket = base64.b64decode(token, validate=True)
            loop = asyncio.get_running_loop()
            login = await loop.run_in_executor(self._pool, self.acceptor.login, ticket)
        except (binascii.Error, ValueError):
            return WRONG
        except TicketError as error:
            mend = "set both clocks by NTP" if error.refusal is Refusal.SKEW else ""
            self.rarely.say(error.refusal.value, mend)
            return WRONG
        finally:
            self._waiting -= 1
        return Answer(Outcome.RIGHT, login)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


class SignIn:
    """What one worker takes as proof of who asks."""

    def __init__(
        self,
        settings: ProxyAuth,
        tickets: Tickets | None,
        checker: Checker | None,
        realm: str,
        rarely: Rarely,
    ) -> None:
        self.must = Networks(settings.networks)
        self.trusted = Networks(settings.trusted_proxies)
        self.user_header = settings.user_header
        self.rarely = rarely
        self._tickets = tickets
        self._checker = checker
        self._only_secure = settings.passwords == "ldap"
        self._basic = f'Basic realm="{_quotable(realm)}", charset="UTF-8"'

    def challenges(self, *, secure: bool) -> list[str]:
        """What to ask a browser for, the better first; nothing where this port cannot take it."""
        offered = ["Negotiate"] if self._tickets else []
        return [*offered, self._basic] if self._takes_passwords(secure=secure) else offered

    async def ask(self, header: str, address: str, *, secure: bool) -> SignedIn:
        """What a Proxy-Authorization header is worth that came from this address."""
        scheme, token = scheme_of(header)
        if scheme == "negotiate" and self._tickets:
            return SignedIn(await self._tickets.ask(token), Method.KERBEROS)
        if scheme == "basic" and self._checker and self._takes_passwords(secure=secure):
            typed = typed_in(token)
            answer = await self._checker.ask(typed, address) if typed else WRONG
            if answer.outcome is Outcome.AWAY:
                self.rarely.say("the directory cannot be asked", "see whether it is up")
            return SignedIn(answer, Method.PASSWORD)
        return SignedIn(WRONG)

    def close(self) -> None:
        for one in (self._tickets, self._checker):
            if one is not None:
                one.close()

    def _takes_passwords(self, *, secure: bool) -> bool:
        return self._checker is not None and (secure or not self._only_secure)


def is_used(settings: ProxyAuth) -> bool:
    """Whether anything is asked for, or believed, at all."""
    return bool(settings.networks or settings.trusted_proxies)


def open_sign_in(settings: Settings, clock: Callable[[], float] = time.monotonic) -> SignIn | None:
    """Make ready what the settings ask for; None where that is nothing. Call it in the worker."""
    chosen = settings.proxy_auth
    if not is_used(chosen):
        return None
    rarely = Rarely(clock)
    tickets = None
    if chosen.keytab is not None:
        replays = settings.data / REPLAYS
        tickets = Tickets(Acceptor(chosen.keytab, replays, frozenset(chosen.realms)), rarely)
    passwords = passwords_of(settings)
    checker = None
    if passwords is not None:
        limits = Limits(
            right=chosen.remember_minutes * 60,
            outlive=chosen.outlive_minutes * 60,
            patience=chosen.ldap_timeout_seconds + 1,
            tries=chosen.tries,
        )
        checker = Checker(passwords, limits, clock, secrets.token_bytes(32))
    return SignIn(chosen, tickets, checker, settings.school.name, rarely)


def passwords_of(settings: Settings) -> Passwords | None:
    """Who knows the passwords, by the settings; UnusableError where that cannot be read."""
    chosen = settings.proxy_auth
    match chosen.passwords:
        case "none":
            return None
        case "file":
            file = chosen.password_file_in(settings.data)
            check_file(file)
            return FilePasswords(file)
        case "ldap":
            # Not before it is needed: every worker would hold it in memory.
            from safeguard.ldap_passwords import LdapPasswords, directory_of  # noqa: PLC0415

            return LdapPasswords(directory_of(chosen))


def tls_context(chosen: ProxyAuth) -> ssl.SSLContext | None:
    """How the proxy speaks TLS itself; None where it has no port for it."""
    if chosen.tls_cert is None or chosen.tls_key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(chosen.tls_cert, chosen.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise UnusableError(
            f"The proxy's certificate {chosen.tls_cert} and key {chosen.tls_key} cannot be used: "
            "check that both are PEM, that they belong together and who may read them."
        ) from error
    return context


def _quotable(realm: str) -> str:
    return "".join(one for one in realm if one.isascii() and one.isprintable() and one not in '"\\')
