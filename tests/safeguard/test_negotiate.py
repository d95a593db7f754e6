"""Tickets, against Debian's own KDC: accepted once, by the right key, for the right realm."""

import base64
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from safeguard import negotiate
from safeguard.negotiate import Acceptor, Refusal, TicketError
from safeguard.problems import UnusableError
from tests.safeguard.kerberos_world import REALM, Realm, realm, token_for

SKEW_SECONDS = 1


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    with realm(tmp_path_factory.mktemp("realm")) as one:
        yield one


@pytest.fixture
def acceptor(here: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Acceptor:
    monkeypatch.setenv("KRB5_CONFIG", here.env["KRB5_CONFIG"])
    return Acceptor(here.keytab, tmp_path / "replays")


def ticket(here: Realm, who: str = "ada", host: str = "proxy.school.test") -> bytes:
    return base64.b64decode(token_for(here, who, host))


def refusal_of(acceptor: Acceptor, token: bytes) -> Refusal:
    with pytest.raises(TicketError) as caught:
        acceptor.login(token)
    return caught.value.refusal


def test_a_ticket_is_taken_once_by_whichever_worker(
    here: Realm, acceptor: Acceptor, tmp_path: Path
) -> None:
    token = ticket(here)
    other = Acceptor(here.keytab, tmp_path / "replays")
    assert acceptor.login(token) == "ada"
    assert refusal_of(other, token) is Refusal.REPLAYED


def test_a_ticket_in_windows_own_spelling_is_taken(here: Realm, acceptor: Acceptor) -> None:
    """Windows names Kerberos by a number of its own first, one bit off from the right one."""
    right, theirs = negotiate.KRB5, bytes.fromhex("2a864882f712010202")
    token = ticket(here)
    assert token.count(right) == 2  # in the list of what is offered, and before the ticket itself
    assert acceptor.login(token.replace(right, theirs, 1)) == "ada"


def test_a_ticket_without_its_wrapping_is_taken(here: Realm, acceptor: Acceptor) -> None:
    token = ticket(here)
    bare = token[token.rindex(negotiate.KRB5) - 6 :]  # a tag, a length in three bytes, the OID's
    assert bare[0] == 0x60
    assert acceptor.login(bare) == "ada"


def test_a_ticket_for_another_service_is_refused(here: Realm, acceptor: Acceptor) -> None:
    assert refusal_of(acceptor, ticket(here, host="other.school.test")) is Refusal.WRONG_KEY


def test_a_ticket_of_another_realm_is_refused(here: Realm, tmp_path: Path) -> None:
    elsewhere = Acceptor(here.keytab, tmp_path / "replays", frozenset({"OTHER.TEST"}))
    assert refusal_of(elsewhere, ticket(here)) is Refusal.FOREIGN


def test_a_service_is_nobody(here: Realm, acceptor: Acceptor) -> None:
    here.admin(f"ktadd -norandkey -k {here.folder}/again.keytab HTTP/proxy.school.test")
    by_key = ("-k", "-t", f"{here.folder}/again.keytab")
    token = token_for(here, "HTTP/proxy.school.test", "proxy.school.test", *by_key)
    assert refusal_of(acceptor, base64.b64decode(token)) is Refusal.FOREIGN


@pytest.mark.parametrize(
    ("token", "refusal"),
    [
        (b"NTLMSSP\0\1\0\0\0", Refusal.NTLM),
        (b"", Refusal.UNREADABLE),
        (b"nonsense", Refusal.UNREADABLE),
        (b"\x60\x82", Refusal.UNREADABLE),
    ],
)
def test_what_is_no_ticket_is_refused(acceptor: Acceptor, token: bytes, refusal: Refusal) -> None:
    assert refusal_of(acceptor, token) is refusal


def test_a_ticket_that_was_changed_is_refused(here: Realm, acceptor: Acceptor) -> None:
    token = bytearray(ticket(here))
    token[len(token) // 2] ^= 1
    with pytest.raises(TicketError):
        acceptor.login(bytes(token))


def test_clocks_that_differ_are_named(
    here: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = tmp_path / "strict.conf"
    text = Path(here.env["KRB5_CONFIG"]).read_text()
    strict.write_text(text.replace("[libdefaults]", f"[libdefaults]\n  clockskew = {SKEW_SECONDS}"))
    token, made = ticket(here), time.monotonic()
    monkeypatch.setenv("KRB5_CONFIG", str(strict))
    acceptor = Acceptor(here.keytab, tmp_path / "replays")
    threading.Event().wait(SKEW_SECONDS + 1.1 - (time.monotonic() - made))  # clocks have seconds
    assert refusal_of(acceptor, token) is Refusal.SKEW


def test_a_key_that_is_changed_is_taken_up(here: Realm, acceptor: Acceptor) -> None:
    assert acceptor.login(ticket(here)) == "ada"
    here.admin(f"ktadd -k {here.keytab} HTTP/proxy.school.test")  # which makes a new key
    assert acceptor.login(ticket(here)) == "ada"


def test_several_threads_may_ask_at_once(here: Realm, acceptor: Acceptor) -> None:
    tokens = [ticket(here) for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(acceptor.login, tokens)) == {"ada"}


@pytest.mark.parametrize("how", ["replayed", "unreadable"])
def test_nothing_grows_with_the_tickets(here: Realm, acceptor: Acceptor, how: str) -> None:
    """A context or a name that is not released is some kilobytes a ticket."""
    token = ticket(here)
    acceptor.login(token)

    def many(count: int) -> int:
        for _ in range(count):
            with pytest.raises(TicketError):
                acceptor.login(token if how == "replayed" else b"\x60\x82")
        return resident()

    before = many(300)
    assert many(1500) - before < 1500


def resident() -> int:
    """This process's memory, in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_a_keytab_that_kerberos_cannot_use_is_said(
    here: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_CONFIG", here.env["KRB5_CONFIG"])
    with pytest.raises(UnusableError, match="cannot use the keytab"):
        Acceptor(tmp_path / "none.keytab", tmp_path / "replays", frozenset({REALM}))


def test_a_keytab_for_something_else_is_said(here: Realm, tmp_path: Path) -> None:
    keytab = tmp_path / "host.keytab"
    here.admin("addprinc -randkey host/dc.school.test")
    here.admin(f"ktadd -k {keytab} host/dc.school.test")
    keytab.chmod(0o600)
    with pytest.raises(UnusableError, match="holds no key for HTTP/"):
        Acceptor(keytab, tmp_path / "replays")
    keytab.chmod(0o644)
    with pytest.raises(UnusableError, match="chmod 600"):
        Acceptor(keytab, tmp_path / "replays")


def test_a_machine_without_the_library_is_told_which_package(
    here: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(negotiate, "LIBRARY", "libnosuch.so.2")
    with pytest.raises(UnusableError, match="install the package libgssapi-krb5-2"):
        Acceptor(here.keytab, tmp_path / "replays")
