"""What leaves the school is asked for twice: what for, and the password of who takes it out."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from admin_web.accounts import me
from admin_web.fields import is_right, stripped


class ExportForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What the file is for, and that it is really them."""

    why = TextAreaField(
        "What is the file for?",
        description="Such as “Strategy meeting on 3 December, asked for by children’s services”. "
        "It is recorded, and stands in the file.",
        filters=[stripped],
        validators=[
            DataRequired("Say what the file is for."),
            Length(5, 500, "Say what the file is for, in 5 to 500 characters."),
        ],
        render_kw={"rows": 3, "autocomplete": "off"},
    )
    password = PasswordField(
        "Your password",
        description="Asked again because the file leaves this site.",
        validators=[DataRequired("Type your password.")],
        render_kw={"autocomplete": "current-password"},
    )

    def validate_password(self, field: Any) -> None:
        if field.data and not is_right(field.data, str(me().password)):
            raise ValidationError("That is not your password.")


class CaseExportForm(ExportForm):
    """A case's file: with the PDF, or without it."""

    pdf = BooleanField("With a PDF to read and print", default=True)
