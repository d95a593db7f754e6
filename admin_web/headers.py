"""The security headers of every answer: nothing from elsewhere, nothing inline, nothing kept.

Law: an answer may be stored by a browser only if it is a file of ours that names nobody.
"""

import secrets

from flask import Flask, Response, g, request

STATIC_SECONDS = 3600
FILES = frozenset({"static", "bootstrap.static", "security.static"})


def install(app: Flask) -> None:
    app.before_request(_choose_nonce)
    app.after_request(_add)
    app.add_template_global(_nonce, "nonce")


def _choose_nonce() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _nonce() -> str:
    return str(g.nonce)


def _policy() -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{_nonce()}'",
            "style-src 'self'",
            "img-src 'self' data:",  # the ticks and arrows of Bootstrap's own style sheet
            "connect-src 'self'",  # a page that stays open asks whether concerns came in
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _add(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = _policy()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint in FILES and response.status_code < 400:  # noqa: PLR2004  HTTP's own line
        headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}"
        headers.pop("Vary", None)
    else:
        headers["Cache-Control"] = "no-store"
    return response
