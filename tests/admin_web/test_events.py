"""What the lead sees of events, and what she concludes."""

from datetime import timedelta

import pytest

from filter_rules.types import Kind, Severity
from safeguard.core.events import Private
from safeguard.core.types import Action, Reason
from safeguard.store import events
from tests.admin_web.school import NOW, School, Visitor, an_event, enrol

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


def test_an_event_shows_who_where_when_what_and_why(school: School, priya: Visitor) -> None:
    person, device = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Library laptop 3")
    event = school.keep(
        an_event(
            person=person, device=device, group="secondary", address="10.20.0.5", method="device"
        )
    )
    row, page = priya.text("/events"), priya.text(f"/events/{event.id}")
    for text in (row, page):
        assert "Amelia Hart" in text
        assert "Library laptop 3 (10.20.0.5)" in text
        assert "words that were typed" in text
        assert "suicide" in text
        assert "Today" in text
        assert "Blocked" in text
    assert "23 Nov, 09:29" in row
    assert "Monday 23 November 2026, 09:29 GMT" in page
    assert "by the device register" in page
    assert event.reference in page
    assert "It was blocked: what was typed or shown, by the rule “words: high”." in page


def test_who_is_not_known_is_named_by_the_address(school: School, priya: Visitor) -> None:
    school.keep(an_event())
    assert "Unidentified device 10.0.0.5" in priya.text("/events")


def test_times_are_the_schools_in_summer_too(school: School, priya: Visitor) -> None:
    event = school.keep(an_event(at=NOW.replace(month=7)))
    assert "10:30 BST" in priya.text(f"/events/{event.id}")


def test_nothing_to_do_is_said_in_words(school: School, priya: Visitor) -> None:
    text = priya.text("/events")
    assert "Nothing needs you." in text
    assert "No events yet" in text
    assert "Nothing needs you." not in priya.text("/events?severity=urgent")


def test_the_counts_lead_to_their_lists(school: School, priya: Visitor) -> None:
    school.keep(an_event(1, severity=Severity.URGENT))
    school.keep(an_event(2))
    text = priya.text("/events")
    assert "severity=urgent&amp;reviewed=no" in text
    assert [text.count(f'<span class="number">{n}</span>') for n in (0, 1, 2)] == [1, 1, 1]


def test_blocks_that_need_nobody_are_shown_only_when_asked_for(
    school: School, priya: Visitor
) -> None:
    school.keep(
        an_event(
            flagged=False, kind=None, severity=Severity.NONE, themes=(), reason=Reason.RULE,
            categories=("games",), host="games.test", hosts=("games.test",), list="safeguard/games",
            private=Private("https://games.test/"), count=7,
        )
    )  # fmt: skip
    assert "games.test" not in priya.text("/events")
    text = priya.text("/events?kept=all")
    assert "games.test" in text
    assert "7 times" in text


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


def test_a_long_list_has_pages_that_keep_the_filters(school: School, priya: Visitor) -> None:
    for number in range(30):
        school.keep(an_event(number, private=Private("", f"said {number:02} here")))
    first = priya.text("/events?severity=high")
    assert "said 24 here" in first
    assert "said 25 here" not in first
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "severity=high" in link
    second = priya.text(link)
    assert "said 24 here" not in second
    assert "said 29 here" in second
    assert "← Newest" in second
    assert 'rel="next"' not in second


def test_a_code_from_a_block_page_finds_its_event(school: School, priya: Visitor) -> None:
    event = school.keep(an_event(7))
    typed = event.reference.lower().replace("-", " ")
    assert priya.get(f"/events/code?code={typed}").location == f"/events/{event.id}"
    answer = priya.client.get("/events/code?code=nonsense", follow_redirects=True)
    assert "No event has that code" in answer.get_data(as_text=True)


def test_a_review_takes_the_event_off_the_list(school: School, priya: Visitor) -> None:
    event = school.keep(an_event())
    form = {"outcome": "no-concern", "note": "A poem for English."}
    assert priya.send(f"/events/{event.id}", form).status_code == 302
    page = priya.text(f"/events/{event.id}")
    assert "Not a concern" in page
    assert "A poem for English." in page
    assert "Priya Patel" in page
    assert "No event fits" in priya.text("/events?reviewed=no")
    assert "Nothing needs you." in priya.text("/events")


def test_a_conclusion_can_be_corrected_and_the_first_one_stays(
    school: School, priya: Visitor
) -> None:
    event = school.keep(an_event())
    priya.send(f"/events/{event.id}", {"outcome": "no-concern", "note": ""})
    priya.send(f"/events/{event.id}", {"outcome": "acted", "note": "Spoke to home."})
    assert [one.outcome for one in events.reviews(school.store, event.id)] == [
        "no-concern",
        "acted",
    ]
    page = priya.text(f"/events/{event.id}")
    assert page.index("Real: we acted") < page.index("Not a concern")


def test_act_now_cannot_be_closed_without_a_note(school: School, priya: Visitor) -> None:
    event = school.keep(an_event(severity=Severity.URGENT))
    answer = priya.send(f"/events/{event.id}", {"outcome": "acted", "note": "  "})
    assert "Write a note" in answer.get_data(as_text=True)
    assert events.reviews(school.store, event.id) == []


@pytest.mark.parametrize("outcome", ["", "invented"])
def test_a_review_needs_one_of_the_outcomes(school: School, priya: Visitor, outcome: str) -> None:
    event = school.keep(an_event())
    answer = priya.send(f"/events/{event.id}", {"outcome": outcome, "note": "x"})
    assert answer.status_code == 200
    assert events.reviews(school.store, event.id) == []


def test_hostile_text_stays_text_in_every_field(school: School, priya: Visitor) -> None:
    person, device = enrol(school, EVIL, "primary", "10.20.0.6", EVIL)
    event = school.keep(
        an_event(
            person=person, device=device, group=EVIL, address=EVIL, method=EVIL, host=EVIL,
            private=Private(EVIL, EVIL, EVIL, (EVIL,)), categories=(EVIL, EVIL), rule=EVIL,
            themes=((EVIL, Severity.HIGH),), list=EVIL, artefact=EVIL, policy_version=EVIL,
            hosts=(EVIL, EVIL),
        )
    )  # fmt: skip
    priya.send(f"/events/{event.id}", {"outcome": "acted", "note": EVIL})
    for path in ("/events", f"/events/{event.id}", f"/events?text={EVIL}", f"/why?address={EVIL}"):
        text = priya.text(path)
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in text.split("<main")[1].split("<time")[0] or "{{7*7}}" in text


def test_sealed_content_is_withheld_with_what_to_do(school: School, priya: Visitor) -> None:
    event = school.keep(
        an_event(host="withheld", private=Private("withheld", "withheld"), reason=Reason.SEALED)
    )
    assert "The address is withheld on purpose." in priya.text(f"/events/{event.id}")


def test_an_allowed_page_is_shown_with_the_passage_that_was_found(
    school: School, priya: Visitor
) -> None:
    event = school.keep(
        an_event(
            kind=Kind.PAGE, action=Action.ALLOW, reason=Reason.DEFAULT, rule="",
            private=Private("https://news.test/a", "", "… the passage …"),
        )
    )  # fmt: skip
    page = priya.text(f"/events/{event.id}")
    assert "the passage" in page
    assert "Shown on a page of search.test." in page
    assert "It was allowed: no rule applied." in page
