"""The questions of the sign-in page."""

from flask_security import LoginForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from admin_web.fields import LONGEST_EMAIL, LONGEST_PASSWORD, stripped


class SignInForm(LoginForm):
    """Flask-Security's form with our words, for addresses of any domain, and nobody remembered."""

    email = EmailField(
        "E-mail address",
        filters=[stripped],
        validators=[DataRequired("Give your e-mail address."), Length(max=LONGEST_EMAIL)],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        validators=[DataRequired("Give your password."), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    remember = None
