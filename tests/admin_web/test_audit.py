"""The page "Audit": what the lead sees of who looked and who changed."""

import re

import pytest
from sqlalchemy import delete

from admin_web import audit as page
from safeguard.audit_watch import FILE, look
from safeguard.core.audit import Actor
from safeguard.store import audit
from safeguard.store.tables.audit import AuditPayloadRow
from tests.admin_web.school import NOW, School, Visitor, an_event, enrol

EVIL = '"><script>alert(1)</script>{{7*7}}'


def rows(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-name="Row">(\d+)<', text)]


def test_views_searches_and_changes_are_told_in_words(
    school: School, priya: Visitor, tom: Visitor
) -> None:
    person, device = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 3")
    event = school.keep(an_event(person=person, device=device))
    priya.text("/events?text=amelia")
    priya.text(f"/events/{event.id}")
    form = {"outcome": "acted", "note": "Spoke to the form tutor"}
    priya.send(f"/events/{event.id}", form)
    form = {"address": "10.20.0.9", "name": "Trolley 9", "person": "", "group": "primary"}
    tom.send("/people/add", form)
    text = priya.text("/audit")
    for said in (
        "Searched the events", "text: amelia", "Amelia Hart", "Opened an event",
        f'href="/events/{event.id}"', "Reviewed an event", "Real: we acted",
        "Spoke to the form tutor", "Tom Fielding", "Added a device", "Trolley 9, 10.20.0.9",
        "Signed in", "Began to keep this record", "Safeguard itself",
    ):  # fmt: skip
        assert said in text, said
    assert rows(text) == sorted(rows(text), reverse=True)


def test_looking_at_the_audit_is_in_the_audit(priya: Visitor) -> None:
    priya.text("/audit")
    assert "Looked at this record" in priya.text("/audit")
    priya.text("/audit?deed=viewed/event")
    text = priya.text("/audit")
    assert "Searched this record" in text
    assert "deed: Opened an event" in text


def test_it_is_for_the_lead_alone(tom: Visitor, school: School) -> None:
    assert tom.get("/audit").status_code == 403
    assert school.visitor().get("/audit").status_code == 302


def test_filters_narrow_the_list(school: School, priya: Visitor, tom: Visitor) -> None:
    person, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 3")
    event = school.keep(an_event(person=person))
    tom.text("/people")
    priya.text(f"/events/{event.id}")
    found = priya.text("/audit?pupil=amelia+hart")
    assert "Opened an event" in found
    assert "Signed in</td>" not in found
    only = priya.text("/audit?deed=signed+in/account")
    assert len(rows(only)) == 2
    school.clock.now = NOW.replace(day=25)
    priya.text("/events")
    assert rows(priya.text("/audit?since=2026-11-26")) == []
    assert len(rows(priya.text("/audit?until=2026-11-23&deed=viewed/event"))) == 1
    assert rows(priya.text("/audit?since=2026-11-24&deed=viewed/event")) == []
    assert priya.text("/audit?who=safeguard").count("<tr>") == 2  # the head, and one row


def test_what_is_wrong_with_a_filter_is_said_and_all_is_shown(priya: Visitor) -> None:
    text = priya.text("/audit?pupil=Nobody+Known")
    assert "Nobody on record has this name." in text
    assert rows(text)
    text = priya.text("/audit?since=2026-11-24&until=2026-11-23")
    assert "The last day must not be before the first." in text
    for odd in ("who=staff:999", "deed=x/y", "since=nonsense", "before=x", "before=" + "9" * 30):
        assert priya.get(f"/audit?{odd}").status_code == 200


def test_nothing_found_is_said_in_words(priya: Visitor) -> None:
    text = priya.text("/audit?deed=removed/device")
    assert "No row fits these filters." in text
    assert "Nothing is recorded before that." in priya.text("/audit?before=1")


def test_pages_follow_one_another(
    school: School, priya: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE_SIZE", 4)
    for number in range(9):
        audit.note(school.store, Actor("staff:1", NOW), "viewed", "event", str(number))
    text = priya.text("/audit?deed=viewed/event")
    seen = rows(text)
    while older := re.search(r'rel="next" href="([^"]+)"', text):
        text = priya.text(older[1].replace("&amp;", "&"))
        assert "← Newest" in text
        seen += rows(text)
    assert len(seen) == len(set(seen)) == 9


def test_it_says_when_the_chain_was_found_whole(school: School, priya: Visitor) -> None:
    assert "The chain has not been verified yet" in priya.text("/audit")
    look(school.store, school.settings.data, NOW)
    text = priya.text("/audit")
    assert "The chain is whole." in text
    assert "Verified 23 Nov, 09:30: 3 rows" in text


def test_a_broken_chain_is_an_alarm_that_names_the_row(school: School, priya: Visitor) -> None:
    priya.text("/events")
    with school.store.writing() as session:
        session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 3))
    look(school.store, school.settings.data, NOW)
    text = priya.text("/audit")
    assert "The chain is broken at row 3." in text
    assert "the row lost its details, and no row says they were erased" in text
    assert "<dd>erased</dd>" in text


def test_nothing_in_a_row_is_read_as_markup(school: School, priya: Visitor) -> None:
    audit.note(
        school.store, Actor(EVIL, NOW), EVIL, EVIL, EVIL,
        {EVIL: EVIL, "for": {EVIL: [EVIL]}, "people": [EVIL], "after": {"name": EVIL}},
    )  # fmt: skip
    text = priya.text("/audit")
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
    assert "{{7*7}}" in text


def test_a_file_of_ends_that_was_altered_is_an_alarm(school: School, priya: Visitor) -> None:
    (school.settings.data / FILE).write_text("nonsense\n")
    look(school.store, school.settings.data, NOW)
    text = priya.text("/audit")
    assert "The chain is broken.</strong>" in text
    assert "it cannot be held against audit-heads.txt: somebody altered that file." in text
