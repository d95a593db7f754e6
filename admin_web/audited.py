"""Who acts on this site, as the audit chain names them, and a word to it before data are shown.

A page that shows what pupils did writes who looks, at what and what for, before it shows it:
where that cannot be written, nothing is shown.
"""

from collections.abc import Iterable

from flask import request

from admin_web.accounts import me
from admin_web.site import here
from safeguard.core.audit import Actor
from safeguard.store import audit

LONGEST = 300


def actor() -> Actor:
    """Whoever is signed in, now."""
    return Actor(f"staff:{me().id}", here().clock())


def viewed(what: str, about_kind: str, about: str = "", **told: object) -> None:
    """Record that someone looks: one row for the page, with what it shows in the payload."""
    audit.note(here().store, actor(), what, about_kind, about, told)


def viewed_list(about_kind: str, ids: Iterable[str], **told: object) -> None:
    """Record that someone looks at a list: `searched` where they asked for something in it."""
    asked = _asked()
    what = "searched" if asked else "viewed"
    payload = {"for": asked, "ids": list(ids), **told}
    audit.note(here().store, actor(), what, about_kind, "", payload)


def _asked() -> dict[str, str]:
    """What the address of this page asks for, without the part of a list that it shows."""
    return {
        name[:LONGEST]: ", ".join(values)[:LONGEST]
        for name, values in request.args.lists()
        if any(values) and name not in {"page", "before"}
    }
