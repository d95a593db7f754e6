"""Who may open which page. A page that names no role is open to nobody.

Law: the guard runs before every page, so a new page is closed until its roles are written.
"""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

from admin_web.headers import FILES
from admin_web.roles import Role

LONGEST_SESSION_SECONDS = 12 * 3600
PORTAL = {
    "portal.sign_in",
    "portal.guest",
    "portal.sign_out",
}  # no page of staff: it sees to itself
PUBLIC = FILES | PORTAL | {"security.login", "setup.first_accounts", "reset.new_password"}
ANY_ROLE = "security.logout"


def open_to[View: Callable[..., Any]](*roles: Role) -> Callable[[View], View]:
    """Mark a page with the roles that may open it."""

    def mark(view: View) -> View:
        view.open_to = frozenset(roles)  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return mark


def install(app: Flask) -> None:
    app.before_request(_guard)


def _guard() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in PUBLIC:
        return None
    if current_user.is_authenticated and _too_old():
        logout_user()
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=_way_back()))
    session.permanent = True  # so that each answer begins the idle time anew
    if endpoint == ANY_ROLE:
        return None
    allowed: frozenset[Role] = getattr(current_app.view_functions[endpoint], "open_to", frozenset())
    if current_user.role not in allowed:
        abort(403)
    return None


def _too_old() -> bool:
    """Whether the password was typed too long ago, however busy the session has been."""
    return time.time() - float(session.get("fs_paa", 0)) > LONGEST_SESSION_SECONDS


def _way_back() -> str | None:
    """Where to go after signing in: only pages that were read, never a half-sent form."""
    if request.method != "GET" or request.path == "/":
        return None
    return request.full_path.rstrip("?")
