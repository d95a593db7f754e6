"""What the lead sees of events, and what she concludes."""

import pytest

from filter_rules.types import Severity
from safeguard.core.events import Private
from safeguard.core.types import Reason
from safeguard.store import events, reviews
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


def test_times_are_the_schools_in_summer_too(school: School, priya: Visitor) -> None:
    event = school.keep(an_event(at=NOW.replace(month=7)))
    assert "10:30 BST" in priya.text(f"/events/{event.id}")


def test_nothing_to_do_is_said_in_words(priya: Visitor) -> None:
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


def test_a_list_that_was_cut_says_how_far_it_looked(
    school: School, priya: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOKED_THROUGH", 3)
    for number in range(8):
        school.keep(an_event(number))
    page = priya.text("/events?text=nowhere")
    assert "None of the 3 events looked through so far fits" in page
    assert "Look through older ones" in page
    assert "3 events were looked through" in priya.text(f"/events?text={an_event(0).host}")


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
    assert [one.outcome for one in reviews.of(school.store, event.id)] == [
        "no-concern",
        "acted",
    ]
    page = priya.text(f"/events/{event.id}")
    assert page.index("Real: we acted") < page.index("Not a concern")


def test_an_undone_review_puts_the_event_back_on_the_list(school: School, priya: Visitor) -> None:
    event = school.keep(an_event())
    page, undo = f"/events/{event.id}", f"/events/{event.id}/undo"
    assert undo not in priya.text(page)
    priya.send(page, {"outcome": "no-concern", "note": "A poem for English."})
    assert f'action="{undo}"' in priya.text(page)
    assert priya.send(undo, {}, page).location == page
    text = priya.text(page)
    assert "The review is undone" in text
    assert "Mark as reviewed" in text
    assert "Earlier reviews" in text
    assert text.index("Review undone") < text.index("A poem for English.")
    assert undo not in text
    assert "words that were typed" in priya.text("/events?reviewed=no")


def test_undoing_what_is_undone_already_changes_nothing(school: School, priya: Visitor) -> None:
    event = school.keep(an_event())
    page = f"/events/{event.id}"
    assert priya.send(f"{page}/undo", {}, page).location == page
    assert "The review is undone" not in priya.text(page)
    assert reviews.of(school.store, event.id) == []
    nowhere = "/events/00000000-0000-7000-8000-000000000000/undo"
    assert priya.send(nowhere, {}, page).status_code == 404


def test_act_now_cannot_be_closed_without_a_note(school: School, priya: Visitor) -> None:
    event = school.keep(an_event(severity=Severity.URGENT))
    answer = priya.send(f"/events/{event.id}", {"outcome": "acted", "note": "  "})
    assert "Write a note" in answer.get_data(as_text=True)
    assert reviews.of(school.store, event.id) == []


@pytest.mark.parametrize("outcome", ["", "invented"])
def test_a_review_needs_one_of_the_outcomes(school: School, priya: Visitor, outcome: str) -> None:
    event = school.keep(an_event())
    answer = priya.send(f"/events/{event.id}", {"outcome": outcome, "note": "x"})
    assert answer.status_code == 200
    assert reviews.of(school.store, event.id) == []
