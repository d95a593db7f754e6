"""Who may open which page. A page that names no deed is open to nobody.

Law: the guard runs before every page, so a new page is closed until what it is for is written.
Whom a page may show is asked for in the same place: `reach` cuts lists, `demand` guards one.
"""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

from admin_web.accounts import me
from admin_web.headers import FILES
from admin_web.site import here
from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import Deed, Role
from safeguard.core.staff_roles import About, Allowed, Reach, Refused, may
from safeguard.core.staff_roles import reach as reach_of
from safeguard.store import audit, break_glass

LONGEST_SESSION_SECONDS = 12 * 3600
PORTAL = {
    "portal.sign_in",
    "portal.guest",
    "portal.sign_out",
}  # no page of staff: it sees to itself
PUBLIC = FILES | PORTAL | {"security.login", "setup.first_accounts", "reset.new_password"}
ANY_ROLE = "security.logout"


def open_to[View: Callable[..., Any]](*deeds: Deed) -> Callable[[View], View]:
    """Mark a page with what it is for: who may do any of it, to anyone, may open it."""

    def mark(view: View) -> View:
        view.open_to = deeds  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return mark


def reach(deed: Deed) -> Reach:
    """Whom a list may show to who is signed in."""
    site = here()
    tree = site.engine.snapshot.policy.groups
    return reach_of(me().grants, deed, SCHOOL, tree, site.clock())


def allowed(deed: Deed, group: str | None = None) -> bool:
    """Whether who is signed in may do it: of this group, or (None) of anyone at all."""
    site = here()
    about = None
    if group is not None:
        lines = site.engine.snapshot.policy.groups.lines
        about = About(SCHOOL, lines.get(group, (group,)))
    return isinstance(may(me().grants, deed, about, site.clock()), Allowed)


def demand(deed: Deed, group: str, otherwise: int = 403) -> None:
    """End the request where who is signed in may not do this of this group."""
    if not allowed(deed, group):
        abort(otherwise)


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
    if endpoint != ANY_ROLE:
        _check(getattr(current_app.view_functions[endpoint], "open_to", ()))
    return None


def _check(deeds: tuple[Deed, ...]) -> None:
    """Refuse who may do none of it; record each page that only the broken glass opens."""
    now = here().clock()
    answers = [may(me().grants, deed, None, now) for deed in deeds]
    if all(isinstance(one, Refused) for one in answers):
        abort(403)
    if any(one == Allowed(Role.GLASS) for one in answers):
        seen = break_glass.live(here().store, now, me().id)
        about = str(seen[0].id) if seen else ""
        actor = Actor(f"staff:{me().id}", now)
        told = {"page": request.full_path.rstrip("?"), "by": request.method}
        audit.note(here().store, actor, "opened a page", "glass", about, told)


def _too_old() -> bool:
    """Whether the password was typed too long ago, however busy the session has been."""
    return time.time() - float(session.get("fs_paa", 0)) > LONGEST_SESSION_SECONDS


def _way_back() -> str | None:
    """Where to go after signing in: only pages that were read, never a half-sent form."""
    if request.method != "GET" or request.path == "/":
        return None
    return request.full_path.rstrip("?")
