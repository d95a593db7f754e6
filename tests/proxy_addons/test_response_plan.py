"""What is done with a response is told by its type, and each type has a reason."""

import pytest

from proxy_addons.response_plan import Plan, plan_of


@pytest.mark.parametrize(
    ("content_type", "plan"),
    [
        ("text/html; charset=utf-8", Plan.HOLD),
        ("TEXT/HTML", Plan.HOLD),
        ("", Plan.HOLD),
        ("application/json", Plan.HOLD),
        ("application/ld+json; charset=utf-8", Plan.HOLD),
        ("application/rss+xml", Plan.HOLD),
        ("image/svg+xml", Plan.HOLD),
        ("text/event-stream; charset=utf-8", Plan.FOLLOW),
        ("application/x-ndjson", Plan.FOLLOW),
        ("image/png", Plan.UNREAD),
        ("video/mp4", Plan.UNREAD),
        ("text/javascript", Plan.UNREAD),
        ("application/octet-stream", Plan.UNREAD),
        ("nonsense", Plan.HOLD),
        ("unknown/unknown", Plan.HOLD),
        ("*/*", Plan.HOLD),
        ("text/x-anything", Plan.HOLD),
        ("image/png, text/html", Plan.HOLD),
        ("text/html, text/html", Plan.HOLD),
        ("image/png, text/event-stream", Plan.FOLLOW),
        ("text/css", Plan.UNREAD),
    ],
)
def test_a_type_tells_what_is_done(content_type: str, plan: Plan) -> None:
    assert plan_of(content_type) is plan
