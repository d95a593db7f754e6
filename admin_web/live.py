"""What a page that stays open asks now and then: whether concerns came in since it was shown.

Numbers alone, which name nobody. That a page asks is no sign that anybody sits before it, so the
time after which a session ends goes on (see QUIET).
"""

from typing import Any, override

from flask import Blueprint, Flask, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from admin_web.access import open_to, reach
from admin_web.site import EXTENSION as SITE
from admin_web.site import here
from admin_web.wording import local
from safeguard.core.staff_rights import Deed
from safeguard.store.concern_numbers import Today
from safeguard.store.live_numbers import LiveNumbers

pages = Blueprint("live", __name__)
QUIET = frozenset({"live.concerns"})
EXTENSION = "safeguard.live"


class Sessions(SecureCookieSessionInterface):
    """A session's cookie is renewed by what people do, not by what their page does."""

    @override
    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if request.endpoint in QUIET:
            return False
        return super().should_set_cookie(app, session)


def install(app: Flask) -> None:
    app.session_interface = Sessions()
    app.extensions[EXTENSION] = LiveNumbers(app.extensions[SITE].store)


@pages.get("/today/concerns")
@open_to(Deed.SEE_CONCERNS)
def concerns() -> dict[str, Any]:
    """How many concerns are open, and how many of them are urgent, of those whom one looks after."""
    found = numbers(reach(Deed.SEE_CONCERNS).cut)
    return {"open": found.open, "urgent": found.urgent}


def numbers(cut: frozenset[str] | None) -> Today:
    """The numbers of today, as every open page has them; `cut` to these groups, None: of all."""
    live: LiveNumbers = current_app.extensions[EXTENSION]
    now = here().clock()
    return live.now(now, local(now).replace(hour=0, minute=0, second=0, microsecond=0), cut)
