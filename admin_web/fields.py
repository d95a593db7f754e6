"""The kinds of question that our forms ask, and what they accept."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_security import hash_password, verify_password
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Regexp, ValidationError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
LONGEST_NAME = 100
LONGEST_EMAIL = 254
PASSWORD_HINT = (
    f"At least {SHORTEST_PASSWORD} characters. Three or four unrelated words are good, "
    "and easy to remember."
)
COMMON = frozenset({"password", "safeguard", "letmein", "qwerty", "welcome", "school"})

hashed = hash_password
is_right = verify_password


def name_field(label: str) -> StringField:
    return StringField(
        label,
        filters=[stripped],
        validators=[DataRequired("Give a name."), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )


def email_field(label: str) -> EmailField:
    return EmailField(
        label,
        filters=[stripped],
        validators=[
            DataRequired("Give an e-mail address."),
            Length(max=LONGEST_EMAIL),
            Regexp(r"^[^@\s]+@[^@\s]+$", message="An e-mail address looks like name@school.uk."),
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label,
        description=PASSWORD_HINT,
        validators=[
            DataRequired("Choose a password."),
            Length(
                SHORTEST_PASSWORD,
                LONGEST_PASSWORD,
                f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            ),
            hard_to_guess,
        ],
        render_kw={"autocomplete": "new-password"},
    )


def repeated_field(label: str, of: str) -> PasswordField:
    return PasswordField(
        label,
        validators=[EqualTo(of, "The two passwords are not the same.")],
        render_kw={"autocomplete": "new-password"},
    )


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def not_before_since(form: FlaskForm, field: Any) -> None:
    """Of a last day: refuse one before the first, which is the form's `since`."""
    if form.since.data and field.data < form.since.data:
        raise ValidationError("The last day must not be before the first.")


def first_moment(day: Any, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """The first moment of a day in the school's zone, some days on; None where no day is given."""
    return datetime.combine(day + timedelta(days), time(), zone) if day else None


def hard_to_guess(_form: FlaskForm, field: Any) -> None:
    """Refuse what is guessed first: one character over and over, or a common word with digits."""
    password = str(field.data).casefold()
    letters = "".join(character for character in password if character.isalpha())
    if len(set(password)) < 5 or letters in COMMON:  # noqa: PLR2004  "aaaabbbb1111" has three
        raise ValidationError("That password is guessed early. Choose unrelated words.")
