"""A webhook to a real receiver: signed, encrypted, refused, slow."""

import hmac
from datetime import timedelta
from pathlib import Path

import pytest

from safeguard.notify.message import UnsentError
from safeguard.notify.webhook import LONGEST_WAIT, Hook, check, send, signature
from tests.conftest import pick_port
from tests.safeguard.notify.samples import MESSAGE, message
from tests.safeguard.notify_world import certificate, receiver

SECRET = "known to two"


def test_it_arrives_signed_and_holds_nothing_private() -> None:
    with receiver() as told:
        reply = send(Hook(told.address, SECRET, seconds=3), MESSAGE)
        assert (reply.accepted, reply.said) == (True, "200 OK")
        ((headers, body),) = told.requests
    expected = signature(SECRET, headers["safeguard-timestamp"], body)
    assert hmac.compare_digest(headers["safeguard-signature"], expected)
    assert headers["idempotency-key"] == MESSAGE.id
    (said,) = told.told()
    assert set(said) == {
        "version", "id", "kind", "at", "school", "severity", "urgent", "count", "subject", "text",
        "link",
    }  # fmt: skip
    assert (said["severity"], said["urgent"], said["count"]) == ("act now", True, 1)


def test_a_signature_is_of_secret_time_and_body() -> None:
    # Worked out with openssl: printf '1.{}' | openssl dgst -sha256 -hmac secret
    made = signature("secret", "1", b"{}")
    assert made.startswith("v1=")
    assert len(made) == 67
    assert made != signature("another", "1", b"{}")
    assert made != signature("secret", "2", b"{}")
    assert made != signature("secret", "1", b"{ }")


def test_sent_again_it_has_the_same_key() -> None:
    with receiver() as told:
        hook = Hook(told.address, SECRET, seconds=3)
        send(hook, MESSAGE)
        send(hook, message(at=MESSAGE.at + timedelta(minutes=1)))
        first, second = (headers for headers, _ in told.requests)
    assert first["idempotency-key"] == second["idempotency-key"]
    assert first["safeguard-signature"] != second["safeguard-signature"]


def test_over_tls_its_certificate_must_be_trusted(tmp_path: Path) -> None:
    context, file = certificate(tmp_path)
    with receiver(context) as told:
        assert send(Hook(told.address, SECRET, file, 3), MESSAGE).accepted
        reply = send(Hook(told.address, SECRET, None, 3), MESSAGE)
        assert len(told.requests) == 1
    assert reply.said == "the webhook: its certificate is not trusted"


@pytest.mark.parametrize(
    ("status", "headers", "lasting", "wait"),
    [
        (500, {}, False, 0),
        (503, {"Retry-After": "120"}, False, 120),
        (429, {"Retry-After": "999999999"}, False, LONGEST_WAIT),
        (429, {"Retry-After": "\N{SUPERSCRIPT TWO}"}, False, 0),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, False, 0),
        (401, {}, False, 0),
        (404, {}, False, 0),
        (410, {}, True, 0),
        (302, {"Location": "https://elsewhere.example/"}, False, 0),
    ],
)
def test_a_refusal_is_told_and_no_redirect_is_followed(
    status: int, headers: dict[str, str], *, lasting: bool, wait: float
) -> None:
    with receiver() as told:
        told.status, told.headers = status, headers
        reply = send(Hook(told.address, SECRET, seconds=3), MESSAGE)
        assert len(told.requests) == 1
    assert (reply.accepted, reply.lasting, reply.wait) == (False, lasting, wait)
    assert reply.said.startswith(str(status))


def test_a_slow_receiver_is_given_up() -> None:
    with receiver() as told:
        told.hangs = True
        reply = send(Hook(told.address, SECRET, seconds=0.3), MESSAGE)
    assert reply.said == "the webhook: it did not answer in time"


def test_a_receiver_that_drips_is_given_up() -> None:
    with receiver() as told:
        told.drips = True
        reply = send(Hook(told.address, SECRET, seconds=0.4), MESSAGE)
    assert reply.said == "the webhook: it did not answer in time"


def test_what_cannot_be_reached_is_told_without_its_address() -> None:
    reply = send(Hook(f"http://127.0.0.1:{pick_port()}/secret", SECRET, seconds=1), MESSAGE)
    assert reply.said == "the webhook: it cannot be reached"


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "hooks.example",
        "https://",
        "https://[::",
        "",
    ],
)
def test_nothing_is_sent_in_the_clear_or_nowhere(address: str) -> None:
    with pytest.raises(UnsentError, match="webhook"):
        check(address)
    reply = send(Hook(address, SECRET), MESSAGE)
    assert not reply.accepted
    assert "webhook" in reply.said


def test_a_file_of_authorities_that_is_none_is_told(tmp_path: Path) -> None:
    reply = send(Hook("https://localhost/x", SECRET, tmp_path / "none.pem"), MESSAGE)
    assert "notify.webhook_ca" in reply.said


def test_what_is_no_answer_is_told_by_its_kind() -> None:
    from tests.safeguard.notify.test_mail import speaks

    with speaks(lambda line, _: line.sendall(b"HELO\r\n\r\n")) as port:
        reply = send(Hook(f"http://127.0.0.1:{port}/", SECRET, seconds=2), MESSAGE)
    assert not reply.accepted
    assert reply.said.startswith("the webhook: it could not be sent (")
