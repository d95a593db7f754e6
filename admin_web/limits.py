"""How often one address may try what can be guessed or is dear: signing in, links, "why?"."""

from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LIMITS = (
    ("security.login", "10/minute;60/hour", ["POST"]),
    ("setup.first_accounts", "20/minute", ["GET", "POST"]),
    ("reset.new_password", "20/minute", ["GET", "POST"]),
    ("account.mine", "10/minute", ["POST"]),
    ("portal.sign_in", "10/minute;60/hour", ["POST"]),
    ("portal.guest", "10/minute;60/hour", ["POST"]),
    ("cases.take_out", "10/minute;60/hour", ["POST"]),
    ("find.export", "10/minute;60/hour", ["POST"]),
    ("why.ask", "60/minute", ["GET"]),
)


def install(app: Flask) -> None:
    """Wrap the pages named above; call it when every page is registered."""
    limiter = Limiter(get_remote_address, app=app)
    for endpoint, often, methods in LIMITS:
        view = app.view_functions[endpoint]
        limited: Any = limiter.limit(often, methods=methods)(view)
        app.view_functions[endpoint] = limited
