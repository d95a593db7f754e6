"""What one worker takes as proof, and what stops it from starting."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from safeguard import signing_in
from safeguard.core.identifying import Method
from safeguard.credentials import Answer, Outcome
from safeguard.local_passwords import put
from safeguard.negotiate import Refusal, TicketError
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.signing_in import (
    SAID_AGAIN_SECONDS,
    Networks,
    Rarely,
    SignIn,
    Tickets,
    open_sign_in,
    tls_context,
)
from tests.proxy_addons.world import TestAuthority

PASSWORD = "only for the proxy"
TICKET = "Negotiate " + base64.b64encode(b"a ticket").decode()


def settings_with(folder: Path, **auth: object) -> Settings:
    return Settings.model_validate({"data": folder, "proxy_auth": auth})


class Accepts:
    """Takes every ticket as ada's, or refuses all."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.refusal = refusal

    def login(self, token: bytes) -> str:
        assert token == b"a ticket"
        if self.refusal:
            raise TicketError(self.refusal)
        return "ada"


def sign_in_by(acceptor: Any, **auth: object) -> SignIn:
    settings = Settings.model_validate({"proxy_auth": auth}).proxy_auth
    rarely = Rarely(lambda: 0.0)
    return SignIn(settings, Tickets(acceptor, rarely), None, "School", rarely)


def test_where_nobody_must_and_nobody_is_trusted_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert open_sign_in(settings_with(tmp_path, passwords="file")) is None


def test_a_trusted_proxy_alone_needs_nothing_else(tmp_path: Path) -> None:
    found = open_sign_in(settings_with(tmp_path, trusted_proxies="10.0.0.1"))
    assert found is not None
    assert found.challenges(secure=True) == []
    found.close()


def test_a_ticket_is_its_owners() -> None:
    sign_in = sign_in_by(Accepts())
    found = asyncio.run(sign_in.ask(TICKET, "a", secure=False))
    assert (found.answer, found.method) == (Answer(Outcome.RIGHT, "ada"), Method.KERBEROS)
    sign_in.close()


def test_a_clock_that_is_wrong_is_said_with_its_mend_and_without_the_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sign_in = sign_in_by(Accepts(Refusal.SKEW))
    for _ in range(3):
        found = asyncio.run(sign_in.ask(TICKET, "10.1.2.3", secure=False))
        assert found.answer.outcome is Outcome.WRONG
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "clock and ours differ by more than five minutes" in said
    assert "NTP" in said
    assert "10.1.2.3" not in said
    sign_in.close()


def test_a_trouble_is_said_again_after_ten_minutes_with_how_often_it_came(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = [0.0]
    rarely = Rarely(lambda: now[0])
    for now[0] in (0.0, 1.0, 2.0, SAID_AGAIN_SECONDS):
        rarely.say("trouble")
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(" times=")[2] for line in lines] == ["1", "3"]


def test_tickets_do_not_queue_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "TICKETS_WAITING", 0)
    sign_in = sign_in_by(Accepts())
    found = asyncio.run(sign_in.ask(TICKET, "a", secure=False))
    assert found.answer.outcome is Outcome.BUSY
    sign_in.close()


def test_passwords_of_a_file_may_be_sent_in_the_clear(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    put(file, "ada", PASSWORD)
    auth = {"networks": "10.0.0.0/8", "passwords": "file", "password_file": file}
    sign_in = open_sign_in(settings_with(tmp_path, **auth))
    assert sign_in is not None
    header = "Basic " + base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    found = asyncio.run(sign_in.ask(header, "a", secure=False))
    assert (found.answer, found.method) == (Answer(Outcome.RIGHT, "ada"), Method.PASSWORD)
    assert asyncio.run(sign_in.ask(TICKET, "a", secure=False)).answer.outcome is Outcome.WRONG
    sign_in.close()


@pytest.mark.parametrize(
    ("auth", "says"),
    [
        ({"keytab": "none.keytab"}, "The keytab .* cannot be read"),
        ({"passwords": "file"}, "The file of proxy passwords .* cannot be read"),
        (
            {
                "passwords": "ldap",
                "ldap_servers": "ldaps://dc",
                "ldap_base": "dc=x",
                "ldap_ca": "none.pem",
                "tls_port": 1,
                "tls_cert": "a",
                "tls_key": "a",
            },
            "none.pem is no PEM file",
        ),
    ],
)
def test_what_cannot_be_read_stops_the_start(
    tmp_path: Path, auth: dict[str, object], says: str
) -> None:
    with pytest.raises(UnusableError, match=says):
        open_sign_in(settings_with(tmp_path, networks="10.0.0.0/8", **auth))


def test_the_proxys_own_certificate_must_be_readable(tmp_path: Path) -> None:
    assert tls_context(settings_with(tmp_path).proxy_auth) is None
    TestAuthority(tmp_path).context_for("proxy.test")
    pem = tmp_path / "proxy.test.pem"
    assert tls_context(settings_with(tmp_path, tls_port=1, tls_cert=pem, tls_key=pem).proxy_auth)
    with pytest.raises(UnusableError, match="check that both are PEM"):
        tls_context(
            settings_with(tmp_path, tls_port=1, tls_cert=pem, tls_key=tmp_path / "no").proxy_auth
        )


def test_a_network_holds_its_addresses_however_they_are_written() -> None:
    networks = Networks(("10.0.0.0/8", "2001:db8::/32"))
    assert networks.hold("10.1.2.3")
    assert networks.hold("::ffff:10.1.2.3")
    assert networks.hold("2001:db8::1")
    assert not networks.hold("192.0.2.1")
    assert not networks.hold("")
    assert not Networks(()).hold("10.1.2.3")
