"""What every answer carries, and that a page asks nobody else for anything."""

import re

import pytest

from tests.admin_web.school import TOM, School, Visitor, address_of, an_event, endpoints, methods_of

NONCE = re.compile(r"script-src 'nonce-([\w-]+)'")


def policy(visitor: Visitor, path: str) -> str:
    return visitor.get(path).headers["Content-Security-Policy"]


def test_every_page_carries_the_headers(school: School, priya: Visitor) -> None:
    event = school.keep(an_event())
    for visitor in (priya, school.as_(TOM), school.visitor()):
        for endpoint in sorted(endpoints(school)):
            if "GET" not in methods_of(school, endpoint):
                continue
            headers = visitor.get(address_of(school, endpoint, event.id)).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], endpoint
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert ("no-store" in headers["Cache-Control"]) != (endpoint == "static"), endpoint


def test_each_answer_has_a_nonce_of_its_own_and_its_script_carries_it(priya: Visitor) -> None:
    answer = priya.get("/events")
    nonce = NONCE.search(answer.headers["Content-Security-Policy"])
    assert nonce
    assert f'nonce="{nonce[1]}"' in answer.get_data(as_text=True)
    assert nonce[1] not in policy(priya, "/events")


@pytest.mark.parametrize("path", ["/events", "/why?address=bet365.com", "/account"])
def test_pages_hold_nothing_inline_and_ask_no_one_else(priya: Visitor, path: str) -> None:
    text = priya.text(path)
    assert not re.search(r"\son\w+=|style=|javascript:|<style", text)
    assert all(
        link.startswith(("/", "#")) for link in re.findall(r'(?:href|src|action)="([^"]*)"', text)
    )


def test_files_of_ours_may_be_kept_by_the_browser_without_a_cookie(school: School) -> None:
    answer = school.visitor().get("/static/style.css")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    assert school.visitor().get("/static/none.css").headers["Cache-Control"] == "no-store"
