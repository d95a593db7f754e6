"""The settings of the school itself: its hours, and how it tells its staff of concerns."""

import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from safeguard.core.school_hours import SchoolHours
from safeguard.setting_kinds import ClockTime, Port, Section, TimeZone, split

DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
MOST_DAYS = 366
SITE = re.compile(r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
ADDRESS = re.compile(r"^[^\s@<>,;:\"]+@[^\s@<>,;:\"]+$")


def _span(value: str) -> str:
    try:
        days_of(value)
    except ValueError as error:
        raise ValueError(
            f"{value!r} is no day: write 2026-12-18, or 2026-12-18/2027-01-03 for a holiday"
        ) from error
    return value


def days_of(span: str) -> tuple[date, ...]:
    """Return the days of 2026-12-18, or of 2026-12-18/2027-01-03."""
    first, _, last = span.partition("/")
    start = date.fromisoformat(first)
    count = (date.fromisoformat(last or first) - start).days + 1
    if not 0 < count <= MOST_DAYS:
        raise ValueError("it ends before it begins, or is longer than a year")
    return tuple(start + timedelta(days=number) for number in range(count))


def _site(value: str) -> str:
    if value and not SITE.match(value):
        raise ValueError("give an address such as https://safeguard.school.example")
    return value.rstrip("/")


def _mailbox(value: str) -> str:
    if value and not ADDRESS.match(value):
        raise ValueError("give an e-mail address such as safeguard@school.example")
    return value


Span = Annotated[str, AfterValidator(_span)]
Spans = Annotated[tuple[Span, ...], NoDecode, BeforeValidator(split)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekdays = Annotated[tuple[Weekday, ...], NoDecode, BeforeValidator(split), Field(min_length=1)]


class School(Section):
    """The school."""

    name: str = Field("Our school", description="The name that pupils and staff read.")
    timezone: TimeZone = Field(
        "Europe/London", description="Times are shown in this zone; they are stored in UTC."
    )
    opens: ClockTime = Field("08:00", description="When the school day begins.")
    closes: ClockTime = Field("17:00", description="When it ends: after that it is out of hours.")
    weekdays: Weekdays = Field(
        ("mon", "tue", "wed", "thu", "fri"), description="The days of the week with school."
    )
    closed: Spans = Field(
        (), description="Holidays and other days without school: 2026-12-18/2027-01-03."
    )

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be earlier than closes: the school day is within one day")
        return self

    @property
    def hours(self) -> SchoolHours:
        """The same as the core takes it."""
        return SchoolHours(
            ZoneInfo(self.timezone),
            time.fromisoformat(self.opens),
            time.fromisoformat(self.closes),
            frozenset(DAYS[one] for one in self.weekdays),
            frozenset(day for span in self.closed for day in days_of(span)),
        )


class Notify(Section):
    """How staff are told of concerns."""

    site: Annotated[str, AfterValidator(_site)] = Field(
        "", description="The staff site's address as staff reach it: messages link to it."
    )
    mail_from: Annotated[str, AfterValidator(_mailbox)] = Field(
        "", description="The address that e-mail comes from. Empty: no e-mail is sent."
    )
    smtp_host: str = Field("", description="The mail server. Empty: no e-mail is sent.")
    smtp_port: Port = Field(587, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the way there is encrypted; `none` is for a server inside the school.",
    )
    smtp_user: str = Field("", description="The name to sign in with. Empty: without.")
    smtp_password: SecretStr | None = Field(
        None, description="The password: better in the environment than in the file."
    )
    smtp_ca: Path | None = Field(
        None, description="A PEM file of authorities to trust too, for a server of your own."
    )
    webhook_ca: Path | None = Field(
        None, description="A PEM file of authorities to trust too, for webhooks of your own."
    )
    timeout_seconds: int = Field(
        10, ge=1, le=30, description="How long a server may take for each answer."
    )
    digest_at: ClockTime = Field(
        "07:30", description="When the digest goes out on school days, in the school's zone."
    )
    give_up_hours: int = Field(
        24, ge=1, le=168, description="A message that nobody takes for so long is given up."
    )

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError(
                "smtp_user with smtp_security none would send the password in the clear: "
                "use starttls or tls, or a server that takes mail from you without a password"
            )
        if (self.smtp_host == "") != (self.mail_from == ""):
            raise ValueError("smtp_host and mail_from go together: give both, or neither")
        return self

    @property
    def mails(self) -> bool:
        """Whether e-mail can be sent at all."""
        return bool(self.smtp_host)
