"""E-mail to a real server: encrypted or not at all, refused, slow, greylisted."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.notify import mail
from safeguard.notify.mail import Server, letter, send, server_of
from safeguard.school_settings import Notify
from safeguard.settings import Settings
from tests.conftest import pick_port
from tests.safeguard.notify.samples import MESSAGE, message
from tests.safeguard.notify_world import LEAD, PASSWORD, MailServer, certificate, mail_server

FROM = "safeguard@school.example"


def server(told: MailServer, security: str = "none", **more: object) -> Server:
    given: dict[str, object] = {"ca": told.ca, "seconds": 3.0}
    return Server(told.host, told.port, security, FROM, **(given | more))  # type: ignore[arg-type]  # of many types


def test_a_message_arrives_as_text_and_as_html() -> None:
    with mail_server() as told:
        reply = send(server(told), LEAD, MESSAGE)
        assert (reply.accepted, reply.said) == (True, "taken")
        ((recipients, got),) = told.letters
    assert recipients == (LEAD,)
    assert got["Message-ID"] == f"<{MESSAGE.id}@school.example>"
    assert got["Subject"] == MESSAGE.subject
    assert got["From"] == "Safeguard at Hill School <safeguard@school.example>"
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    plain = got.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == MESSAGE.text.splitlines()


def test_with_starttls_it_goes_encrypted_and_signed_in(tmp_path: Path) -> None:
    with mail_server(tmp_path) as told:
        one = server(told, "starttls", user="safeguard", password=PASSWORD)
        assert send(one, LEAD, MESSAGE).accepted
        assert (told.encrypted, told.users) == ([True], ["safeguard"])
        assert len(told.letters) == 1


def test_with_tls_it_is_encrypted_from_the_first_byte(tmp_path: Path) -> None:
    with mail_server(tmp_path, wrapped=True) as told:
        assert send(server(told, "tls"), LEAD, MESSAGE).accepted
        assert told.encrypted == [True]


def test_a_wrong_password_is_told_without_it(tmp_path: Path) -> None:
    with mail_server(tmp_path) as told:
        reply = send(server(told, "starttls", user="u", password="sesame"), LEAD, MESSAGE)
    assert not reply.accepted
    assert not reply.lasting
    assert reply.said.startswith("535")
    assert "sesame" not in reply.said


def test_a_server_without_starttls_is_given_nothing() -> None:
    with mail_server() as told:
        reply = send(server(told, "starttls", user="u", password="sesame"), LEAD, MESSAGE)
        assert told.asked == 0
    assert not reply.accepted
    assert "no STARTTLS" in reply.said


def test_a_server_that_asks_for_starttls_refuses_what_is_in_the_clear(tmp_path: Path) -> None:
    with mail_server(tmp_path) as told:
        reply = send(server(told, "none"), LEAD, MESSAGE)
        assert told.letters == []
    assert not reply.accepted
    assert not reply.lasting
    assert reply.said.startswith("530")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_signed_is_not_believed(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, wrapped=security == "tls") as told:
        reply = send(server(told, security, ca=None), LEAD, MESSAGE)
        assert told.asked == 0
    assert "certificate is not trusted" in reply.said


def test_a_certificate_of_another_name_is_not_believed(tmp_path: Path) -> None:
    with mail_server(tmp_path) as told:
        told.host = "127.0.0.1"  # the certificate is localhost's
        reply = send(server(told, "starttls"), LEAD, MESSAGE)
    assert "certificate is not trusted" in reply.said


def test_another_authority_is_not_believed(tmp_path: Path) -> None:
    _, other = certificate(tmp_path, "other.example")
    with mail_server(tmp_path) as told:
        assert not send(server(told, "starttls", ca=other), LEAD, MESSAGE).accepted


def test_a_file_of_authorities_that_is_none_is_told(tmp_path: Path) -> None:
    with mail_server() as told:
        reply = send(server(told, ca=tmp_path / "none.pem"), LEAD, MESSAGE)
    assert "notify.smtp_ca" in reply.said


@pytest.mark.parametrize(
    ("to_recipient", "to_data", "lasting"),
    [
        ("550 5.1.1 no such user", "250 OK", True),
        ("450 4.2.0 greylisted, try again", "250 OK", False),
        ("452 4.2.2 mailbox full", "250 OK", False),
        ("250 OK", "554 5.7.1 looks like spam", False),
        ("250 OK", "451 4.3.0 try again", False),
    ],
)
def test_a_refusal_is_told_and_whether_it_will_last(
    to_recipient: str, to_data: str, *, lasting: bool
) -> None:
    with mail_server() as told:
        told.to_recipient, told.to_data = to_recipient, to_data
        reply = send(server(told), LEAD, MESSAGE)
        assert told.letters == []
    assert not reply.accepted
    assert reply.lasting is lasting
    assert reply.said == (to_recipient if not to_recipient.startswith("250") else to_data)


def test_a_slow_server_is_given_up() -> None:
    with mail_server() as told:
        told.hangs = True
        reply = send(server(told, seconds=0.3), LEAD, MESSAGE)
        told.stopped.set()
    assert not reply.accepted
    assert "did not answer in time" in reply.said


@contextmanager
def speaks(says: Callable[[socket.socket, Flag], None]) -> Iterator[int]:
    """Something that speaks on a port as it likes; give its number."""
    stopped = Flag()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            taken, _ = listening.accept()
            with taken:
                try:
                    says(taken, stopped)
                except OSError:
                    return

        thread = Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            stopped.set()
            thread.join(10)


def drips(line: socket.socket, stopped: Flag) -> None:
    while not stopped.wait(0.05):
        line.sendall(b"2")


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_sends_a_byte_now_and_then_is_given_up(security: str) -> None:
    with speaks(drips) as port:
        one = Server("127.0.0.1", port, security, FROM, seconds=0.3)
        reply = send(one, LEAD, MESSAGE)
    assert not reply.accepted


@pytest.mark.parametrize(
    ("greeting", "says"),
    [
        (b"554 go away\r\n", "554 go away"),
        (b"", "it broke off"),
        (b"GET / HTTP/1.1 400\r\n", "it broke off"),
        (b"220 hello\r\n250-me\r\n250 STARTTLS\r\n454 not now\r\n", "454 not now"),
    ],
)
def test_what_is_no_mail_server_today_is_told(greeting: bytes, says: str) -> None:
    def once(line: socket.socket, _stopped: Flag) -> None:
        line.sendall(greeting)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass

    with speaks(once) as port:
        reply = send(Server("127.0.0.1", port, "starttls", FROM, seconds=3), LEAD, MESSAGE)
    assert not reply.accepted
    assert says in reply.said or reply.said.startswith("-1")


def test_what_cannot_be_reached_is_told() -> None:
    reply = send(Server("127.0.0.1", pick_port(), "none", FROM, seconds=1), LEAD, MESSAGE)
    assert "cannot be reached" in reply.said
    reply = send(Server("no.such.host.invalid", 25, "none", FROM, seconds=1), LEAD, MESSAGE)
    assert "its name leads nowhere" in reply.said
    assert "notify.smtp_host" in send(Server("", 25, "none", FROM), LEAD, MESSAGE).said


def test_an_address_in_another_alphabet_goes_where_the_server_takes_it() -> None:
    with mail_server() as told:
        assert send(server(told), "jürgen@school.example", MESSAGE).accepted


def test_an_error_that_nobody_thought_of_is_told_by_its_kind() -> None:
    assert mail.trouble(ValueError("secret"), Server("m", 25, "none", FROM)) == (
        "the mail server m:25: it could not be sent (ValueError)"
    )


def test_the_settings_become_a_server(tmp_path: Path) -> None:
    notify = Notify(
        smtp_host="m.example",
        mail_from=FROM,
        smtp_user="u",
        smtp_password="sesame",
    )
    made = server_of(notify)
    assert (made.host, made.user, made.password, made.domain) == (
        "m.example", "u", "sesame", "school.example",
    )  # fmt: skip
    assert server_of(Settings(data=tmp_path).notify).password == ""
    assert Server("", 25, "none", "").domain == "localhost"


def test_what_is_not_urgent_is_not_marked_important() -> None:
    one = Server("m.example", 25, "none", FROM)
    assert letter(one, LEAD, message(urgent=False))["Importance"] is None
    assert letter(one, LEAD, MESSAGE)["Importance"] == "High"


@given(st.text(), st.text())
def test_nothing_written_becomes_a_header(subject: str, school: str) -> None:
    one = Server("m.example", 25, "none", FROM)
    made = letter(one, LEAD, message(subject=subject, school=school))
    whole = made.as_bytes().partition(b"\n\n")[0].lower()
    assert whole.count(b"\nsubject:") == 1
    assert b"\nbcc:" not in whole
