"""E-mail over SMTP: encrypted with a certificate that is checked, never quietly in the clear.

One message a connection. Each answer has a limit of time, and so has the whole: a server that
sends a byte now and then is given up like any other.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from threading import Timer

from safeguard.notify.message import Message, Reply, UnsentError, without_addresses
from safeguard.school_settings import Notify

WHOLE = 4  # so many times the limit of one answer
NO_SUCH_MAILBOX = range(550, 555)
# The first that fits is said: the narrower kinds of error stand first.
TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not trusted ({why}): see notify.smtp_ca"),
    (ssl.SSLError, "no encrypted way could be agreed on: see notify.smtp_security"),
    (TimeoutError, "it did not answer in time"),
    (socket.gaierror, "its name leads nowhere: see notify.smtp_host"),
    (smtplib.SMTPServerDisconnected, "it broke off"),
    (smtplib.SMTPNotSupportedError, "it offers no STARTTLS (or no sign-in): see notify.smtp_security"),
    (OSError, "it cannot be reached ({why})"),
)  # fmt: skip
OTHERWISE = "it could not be sent ({why})"


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server, and as whom we speak to it."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""
    ca: Path | None = None
    seconds: float = 10.0

    @property
    def domain(self) -> str:
        return self.sender.partition("@")[2] or "localhost"


def server_of(notify: Notify) -> Server:
    secret = notify.smtp_password
    return Server(
        notify.smtp_host,
        notify.smtp_port,
        notify.smtp_security,
        notify.mail_from,
        notify.smtp_user,
        secret.get_secret_value() if secret else "",
        notify.smtp_ca,
        notify.timeout_seconds,
    )


def send(server: Server, to: str, message: Message) -> Reply:
    """Hand a message to the server. Nothing is raised: whatever happens is a reply."""
    if not server.host:
        return Reply(accepted=False, said="no mail server is set: give notify.smtp_host")
    try:
        with _connected(server) as client:
            client.send_message(letter(server, to, message), server.sender, [to])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()), (550, b""))
        return _refused(code, said, lasting=code in NO_SUCH_MAILBOX)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException, UnsentError, ValueError) as error:
        return Reply(accepted=False, said=trouble(error, server))
    return Reply(accepted=True, said="taken")


def letter(server: Server, to: str, message: Message) -> EmailMessage:
    """Return the message as it goes over the wire."""
    made = EmailMessage()
    made["From"] = formataddr((f"Safeguard at {_one_line(message.school)}", server.sender))
    made["To"] = to
    made["Subject"] = _one_line(message.subject)
    made["Date"] = format_datetime(message.at)
    made["Message-ID"] = f"<{message.id}@{server.domain}>"
    made["List-Id"] = f"Safeguard notices <safeguard.{server.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    if message.urgent:
        made["Importance"] = "High"
        made["X-Priority"] = "1"
    made.set_content(message.text)
    made.add_alternative(message.html, subtype="html")
    return made


def trouble(error: Exception, server: Server) -> str:
    """Say what went wrong between us and the server, with the mend."""
    if isinstance(error, UnsentError):
        return str(error)
    # A limit of time that is over reaches us as a broken line, with its cause.
    cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
    says = next((says for kind, says in TROUBLES if isinstance(cause, kind)), OTHERWISE)
    why = getattr(error, "verify_message", "") or getattr(error, "strerror", "")
    said = says.format(why=why or type(error).__name__)
    return f"the mail server {server.host}:{server.port}: {said}"


class _Line:
    """The connection, and a clock that cuts it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.socket = socket.create_connection((server.host, server.port), server.seconds)
        self._clock = Timer(server.seconds * WHOLE, self.cut)
        self._clock.daemon = True
        self._clock.start()

    def encrypt(self, context: ssl.SSLContext) -> None:
        # Not at once: while hands are shaken, too, the clock must find what it is to cut.
        self.socket = held = context.wrap_socket(
            self.socket, server_hostname=self._server.host, do_handshake_on_connect=False
        )
        held.do_handshake()

    def cut(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._clock.cancel()
        self.socket.close()


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    context = _trusted(server)
    client = smtplib.SMTP(timeout=server.seconds, local_hostname=server.domain)
    with closing(_Line(server)) as line, closing(client):
        if server.security == "tls":
            line.encrypt(context)
        client.sock = line.socket
        _expect(220, *client.getreply())
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _start_tls(client, line, context)
        if server.user:
            client.login(server.user, server.password)
        yield client
        with suppress(smtplib.SMTPException, OSError):
            client.quit()  # it has the message: how it says goodbye is no matter


def _start_tls(client: smtplib.SMTP, line: _Line, context: ssl.SSLContext) -> None:
    """Encrypt, or stop: where STARTTLS is not offered, somebody may have taken it away."""
    if not client.has_extn("starttls"):
        raise smtplib.SMTPNotSupportedError("no STARTTLS")
    _expect(220, *client.docmd("STARTTLS"))
    line.encrypt(context)
    client.sock = line.socket
    client.file = None  # what was said in the clear until here counts for nothing
    client.ehlo()


def _expect(wanted: int, code: int, said: bytes) -> None:
    if code != wanted:
        raise smtplib.SMTPResponseException(code, said)


def _trusted(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if server.ca:
            context.load_verify_locations(server.ca)
    except OSError as error:
        raise UnsentError(
            f"{server.ca} cannot be used: give a PEM file in the setting notify.smtp_ca"
        ) from error
    return context


def _refused(code: int, said: bytes | str, *, lasting: bool = False) -> Reply:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Reply(accepted=False, said=without_addresses(f"{code} {text}"), lasting=lasting)


def _one_line(text: str) -> str:
    return " ".join(text.split())
