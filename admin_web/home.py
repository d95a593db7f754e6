"""The front door: each goes to the first page that their roles open."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from admin_web.access import open_to
from admin_web.accounts import me
from admin_web.roles import bar
from admin_web.site import here
from safeguard.core.staff_rights import Deed

pages = Blueprint("home", __name__)


@pages.get("/")
@open_to(Deed.OWN_ACCOUNT)
def front() -> Response:
    pages = bar(me().grants, here().clock())
    return redirect(url_for(pages[0][0]))
