"""The front door: each role goes to its own first page."""

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from admin_web.access import open_to
from admin_web.accounts import me
from admin_web.roles import Role, first_page

pages = Blueprint("home", __name__)


@pages.get("/")
@open_to(*Role)
def front() -> Response:
    role = me().role
    if role is None:  # the guard lets nobody without a role this far
        abort(403)
    return redirect(url_for(first_page(role)))
