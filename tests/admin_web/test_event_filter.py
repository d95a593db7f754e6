"""The filters of the event list."""

from datetime import timedelta

import pytest

from filter_rules.types import Severity
from safeguard.core.events import Private
from safeguard.store.tokens import index_waiting
from tests.admin_web.school import (
    NOW,
    School,
    Visitor,
    an_event,
)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("severity=urgent", "one"),
        ("severity=high", "one two"),
        ("group=primary", "two"),
        ("about=theme:bullying", "two"),
        ("about=category:games", "three"),
        ("text=third.test", "three"),
        ("text=10.9.9.9", "one"),
        ("since=2026-11-22&until=2026-11-22", "three"),
        ("until=2026-11-21", ""),
        ("reviewed=yes", ""),
        ("reviewed=no", "one two three"),
        ("person=nobody", ""),
        ("words=TWO", "two"),
        ("words=said here", "one two three"),
        ("words=tw", ""),
    ],
)
def test_filters_narrow_the_list(school: School, priya: Visitor, query: str, shown: str) -> None:
    def words(text: str) -> Private:
        return Private("", f"said {text} here")

    school.keep(an_event(1, severity=Severity.URGENT, address="10.9.9.9", private=words("one")))
    school.keep(
        an_event(2, group="primary", themes=(("bullying", Severity.HIGH),), private=words("two"))
    )
    school.keep(
        an_event(
            3, at=NOW - timedelta(days=1), severity=Severity.LOW, categories=("games",),
            host="third.test", hosts=("third.test",), private=words("three"),
        )
    )  # fmt: skip
    index_waiting(school.store)
    text = priya.text(f"/events?{query}")
    assert [one for one in ("one", "two", "three") if f"said {one} here" in text] == shown.split()
    if not shown:
        assert "No event fits these filters" in text


@pytest.mark.parametrize(
    "query",
    ["severity=dire", "group=x", "about=x", "since=yesterday", "before=%27;--", "before=" + "9" * 50,
     "text=" + "x" * 200, "reviewed=%00", "kept=%F0%9F%98%80"],
)  # fmt: skip
def test_filters_that_mean_nothing_break_nothing(
    school: School, priya: Visitor, query: str
) -> None:
    school.keep(an_event())
    assert priya.get(f"/events?{query}").status_code == 200


def test_dates_the_wrong_way_round_are_said(priya: Visitor) -> None:
    text = priya.text("/events?since=2026-11-22&until=2026-11-20")
    assert "must not be before the first" in text


def test_words_that_hold_no_word_are_refused(priya: Visitor) -> None:
    page = priya.text("/events?words=...")
    assert "Give at least one whole word" in page
