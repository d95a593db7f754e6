"""`safeguard notify`."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.safeguard.cli.conftest import Ran
from tests.safeguard.notify_world import LEAD, MailServer, mail_server, receiver


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as told:
        for key, value in {
            "SITE": "https://s.example",
            "MAIL_FROM": "safeguard@s.example",
            "SMTP_HOST": told.host,
            "SMTP_PORT": str(told.port),
            "SMTP_SECURITY": "none",
            "TIMEOUT_SECONDS": "3",
        }.items():
            monkeypatch.setenv(f"SAFEGUARD_NOTIFY__{key}", value)
        yield told


def test_without_contacts_the_status_is_a_finding(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("notify", "status")
    assert ran.status == 1
    assert "Messages: none yet." in ran.out
    assert "give notify.site" in ran.out
    assert "there is no contact. Run: safeguard notify add" in ran.out


def test_a_contact_is_added_and_a_test_arrives(
    safeguard: Callable[..., Ran], server: MailServer
) -> None:
    added = safeguard("notify", "add", "Ms Lead", "--email", LEAD)
    assert added.out == "1  Ms Lead. Now run: safeguard notify test 1\n"
    assert "never tested" in safeguard("notify", "status").out
    ran = safeguard("notify", "test")
    assert (ran.status, ran.out) == (0, "Ms Lead: taken\n")
    assert server.subjects() == ["Safeguard: a test"]
    status = safeguard("notify", "status")
    assert status.status == 0
    assert "1   email    Ms Lead, tested 20" in status.out


def test_a_test_that_is_not_taken_says_why(
    safeguard: Callable[..., Ran], server: MailServer
) -> None:
    safeguard("notify", "add", "Ms Lead", "--email", LEAD)
    server.to_recipient = "550 5.1.1 no such user"
    ran = safeguard("notify", "test", "1")
    assert (ran.status, ran.out) == (1, "Ms Lead: not taken: 550 5.1.1 no such user\n")


def test_a_webhook_has_a_secret_that_is_shown_once(safeguard: Callable[..., Ran]) -> None:
    with receiver() as told:
        added = safeguard("notify", "add", "Hook", "--webhook", told.address, "--step", "1")
        secret = added.out.split()[-1]
        assert len(secret) == 64
        assert safeguard("notify", "test").out == "Hook: taken\n"
        assert len(told.requests) == 1
    assert secret not in safeguard("notify", "status", "--json").out


def test_a_service_of_apprise(safeguard: Callable[..., Ran]) -> None:
    with receiver() as told:
        address = told.address.replace("http://", "json://")
        assert safeguard("notify", "add", "Teams", "--apprise", address, "--initials").status == 0
        assert safeguard("notify", "test").out == "Teams: taken\n"


def test_the_status_as_json(safeguard: Callable[..., Ran], server: MailServer) -> None:
    assert server.letters == []
    safeguard("notify", "add", "Ms Lead", "--email", LEAD)
    said = json.loads(safeguard("notify", "status", "--json").out)
    assert said["contacts"] == [
        {"id": 1, "name": "Ms Lead", "way": "email", "active": True, "tested": None}
    ]
    assert (said["messages"], said["troubles"]) == ({}, [])


def test_a_contact_is_switched_off(safeguard: Callable[..., Ran]) -> None:
    safeguard("notify", "add", "Ms Lead", "--email", LEAD)
    assert safeguard("notify", "remove", "1").out == "Nothing more is sent there.\n"
    assert "(switched off)" in safeguard("notify", "status").out
    ran = safeguard("notify", "test")
    assert ran.status == 2
    assert "There is no contact yet" in ran.err


def test_an_address_that_another_key_sealed_is_said(
    safeguard: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    safeguard("notify", "add", "Ms Lead", "--email", LEAD)
    from safeguard.vault import UnsealError, Vault

    def refuses(*_: object) -> bytes:
        raise UnsealError("another key")

    monkeypatch.setattr(Vault, "unseal", refuses)
    ran = safeguard("notify", "test", "1")
    assert ran.status == 1
    assert "cannot be unsealed" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "x"], "Give one of"),
        (["add", "x", "--email", LEAD, "--webhook", "https://h.example/"], "Give one of"),
        (["add", "x", "--email", "nobody"], "no e-mail address"),
        (["add", "x", "--webhook", "http://h.example/"], "must begin with https://"),
        (["add", "x", "--apprise", "nosuch://x"], "Apprise knows no service"),
        (["remove", "9"], "There is no contact 9"),
        (["test", "9"], "There is no contact 9"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    safeguard: Callable[..., Ran], arguments: list[str], says: str
) -> None:
    ran = safeguard("notify", *arguments)
    assert ran.status == 2
    assert says in ran.err
    assert "Traceback" not in ran.err
