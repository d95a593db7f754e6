"""Pages for what goes wrong, in plain words. They never show what went wrong inside."""

from flask import Flask, current_app, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from safeguard.store.session import AwayError

FALLBACK = 500

SAYS = {
    400: ("That did not reach us whole", "Go back, reload the page and try again."),
    403: (
        "This page belongs to another role",
        (
            "What pupils do is for the safeguarding lead to see, and the rules are for the "
            "technician to set. If you need something here, ask the colleague with that role."
        ),
    ),
    404: ("There is no such page", "The address may be mistyped, or the item is no longer kept."),
    405: ("That did not reach us whole", "Go back, reload the page and try again."),
    413: ("That file is too large", "Split it into smaller files of at most 2 MB each."),
    429: ("Too many tries", "Wait a minute, then try again."),
    503: (
        "The database cannot be reached just now",
        "Filtering goes on, and events are kept until it is back. Try again in a minute.",
    ),
    500: (
        "Something went wrong on our side",
        "Filtering goes on as before. Try again; if it happens again, tell the technician.",
    ),
}


def install(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(AwayError, _away)
    app.register_error_handler(Exception, _unexpected)


def _form_too_old(_error: CSRFError) -> tuple[str, int]:
    return _page(
        400,
        "The page was open for too long",
        "For safety a form can be sent for an hour only. Go back, reload the page and send again.",
    )


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or FALLBACK
    if code < 400:  # noqa: PLR2004  a redirect raised as an exception is an answer, not an error
        return error
    title, text = SAYS.get(code, SAYS[FALLBACK])
    return _page(code, title, text)


def _away(_error: AwayError) -> tuple[str, int]:
    return _page(503, *SAYS[503])


def _unexpected(error: Exception) -> tuple[str, int]:
    # The exception's text may quote a pupil; its type and place are enough to mend it by.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    current_app.logger.error("a page failed: %s at %s", type(error).__name__, place)
    title, text = SAYS[FALLBACK]
    return _page(FALLBACK, title, text)


def _page(code: int, title: str, text: str) -> tuple[str, int]:
    return render_template("error.html", code=code, title=title, text=text), code
