"""Apprise, with its own JSON service to a real receiver."""

import json

import pytest

from safeguard.notify import services
from tests.safeguard.notify.samples import MESSAGE
from tests.safeguard.notify_world import receiver


def place(address: str) -> str:
    return address.replace("http://", "json://")


def test_a_message_arrives_through_apprise() -> None:
    with receiver() as told:
        reply = services.send(place(told.address), MESSAGE, 3)
        ((_, body),) = told.requests
    assert reply.accepted
    said = json.loads(body)
    assert said["title"] == MESSAGE.subject
    assert "1 concern needs you." in said["message"]
    assert "Ref. 01234567" in said["message"]


@pytest.mark.parametrize("status", [400, 500])
def test_a_refusal_is_told_without_the_address(
    status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with receiver() as told:
        told.status = status
        reply = services.send(place(told.address) + "?token=sesame", MESSAGE, 3)
    assert (reply.accepted, reply.said) == (False, "the service did not take it")
    assert "sesame" not in "".join(capfd.readouterr())


def test_a_service_that_hangs_is_given_up() -> None:
    with receiver() as told:
        told.hangs = True
        assert not services.send(place(told.address), MESSAGE, 1).accepted


def test_an_address_that_apprise_does_not_know_is_refused() -> None:
    assert services.is_known("json://localhost/")
    assert not services.is_known("nosuch://localhost/")
    reply = services.send("nosuch://localhost/", MESSAGE, 1)
    assert reply.lasting
    assert not reply.accepted


def test_a_service_that_raises_is_told_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object, **__: object) -> bool:
        raise TypeError("a secret")

    monkeypatch.setattr("apprise.Apprise.notify", raises)
    assert services.send("json://localhost/", MESSAGE, 1).said == "the service: TypeError"
