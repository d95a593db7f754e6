"""Pages for what goes wrong."""

import pytest

from safeguard.store.session import AwayError
from tests.admin_web.school import (
    School,
    Visitor,
    an_event,
)


def test_a_refused_page_is_a_kind_sentence(tom: Visitor) -> None:
    answer = tom.get("/events")
    assert answer.status_code == 403
    assert "belongs to another role" in answer.get_data(as_text=True)


def test_a_page_that_does_not_exist_says_so(priya: Visitor) -> None:
    answer = priya.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.get_data(as_text=True)
    assert priya.get(f"/events/{'0' * 8}-0000-7000-8000-{'0' * 12}").status_code == 404


def test_a_defect_shows_a_sentence_and_logs_no_words_of_anyone(
    school: School,
    priya: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("Amelia Hart typed something private")

    monkeypatch.setattr("admin_web.events.shown", broken)
    school.keep(an_event())
    answer = priya.get("/events?text=Amelia")
    assert answer.status_code == 500
    text = answer.get_data(as_text=True)
    assert "Something went wrong on our side" in text
    assert "Amelia" not in text
    assert "RuntimeError at" in caplog.text
    assert "Amelia" not in caplog.text


def test_a_database_that_is_away_is_said_and_filtering_goes_on(
    priya: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise AwayError("the database went away")

    monkeypatch.setattr("safeguard.store.events.search", away)
    answer = priya.get("/events")
    assert answer.status_code == 503
    assert "Filtering goes on" in answer.get_data(as_text=True)


def test_a_page_asked_for_in_the_wrong_way_is_refused(priya: Visitor) -> None:
    assert priya.get("/logout").status_code == 405
