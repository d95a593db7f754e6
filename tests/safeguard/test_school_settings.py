"""The settings of the school and of its messages: what is taken, and what is refused."""

from datetime import date, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from safeguard.problems import UnusableError
from safeguard.school_settings import Notify, School, days_of
from safeguard.settings import load


def test_a_school_day_by_default() -> None:
    hours = School().hours
    assert (hours.opens, hours.closes, sorted(hours.weekdays)) == (
        time(8),
        time(17),
        [0, 1, 2, 3, 4],
    )
    assert not hours.closed


def test_holidays_are_days_and_spans_of_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARD_SCHOOL__CLOSED", "2026-05-25, 2026-12-30/2027-01-02")
    monkeypatch.setenv("SAFEGUARD_SCHOOL__WEEKDAYS", "sun,mon")
    hours = load(tmp_path).school.hours
    assert len(hours.closed) == 5
    assert date(2027, 1, 1) in hours.closed
    assert hours.weekdays == {6, 0}
    assert days_of("2026-05-25") == (date(2026, 5, 25),)


@pytest.mark.parametrize(
    "closed", ["christmas", "2027-01-02/2026-12-30", "2026-01-01/2028-01-01", "2026-13-01", ""]
)
def test_a_day_that_is_none_is_refused(closed: str) -> None:
    with pytest.raises(ValidationError, match="2026-12-18/2027-01-03"):
        School(closed=(closed,))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"opens": "17:00", "closes": "08:00"}, "earlier than closes"),
        ({"weekdays": ()}, "at least 1"),
        ({"weekdays": ("funday",)}, "mon"),
    ],
)
def test_a_school_day_that_is_none_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        School(**changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"site": "safeguard.example"}, "https://safeguard.school.example"),
        ({"site": "https://a.example/?q"}, "https://safeguard.school.example"),
        ({"mail_from": "Safeguard <a@b.example>", "smtp_host": "m"}, "an e-mail address"),
        ({"smtp_host": "mail.example"}, "go together"),
        ({"mail_from": "a@b.example"}, "go together"),
        (
            {
                "smtp_host": "m",
                "mail_from": "a@b.example",
                "smtp_user": "u",
                "smtp_security": "none",
            },
            "in the clear",
        ),
    ],
)
def test_settings_of_messages_that_cannot_be_meant_are_refused(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        Notify(**changes)


def test_the_password_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_NOTIFY__SMTP_PASSWORD", "sesame")
    assert "sesame" not in repr(load(tmp_path))
    monkeypatch.setenv("SAFEGUARD_NOTIFY__SMTP_PORT", "99999")
    with pytest.raises(UnusableError) as error:
        load(tmp_path)
    assert "sesame" not in str(error.value)


def test_mail_goes_out_where_a_server_is_given() -> None:
    assert not Notify().mails
    assert Notify(smtp_host="m", mail_from="a@b.example", site="https://s.example/").mails
    assert Notify(site="https://s.example/").site == "https://s.example"
