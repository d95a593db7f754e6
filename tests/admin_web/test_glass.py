"""Breaking the glass on the site."""

from datetime import timedelta

from safeguard.store import break_glass
from safeguard.store.audit_search import Told, WantedRows, search
from tests.admin_web.school import NOW, School, Visitor, an_event, enrol
from tests.safeguard.store.staff_samples import contact

WHY = "A pupil may be in danger, and Priya is on a plane."


def glass_rows(school: School) -> list[Told]:
    rows = search(school.store, WantedRows(about_kind="glass")).rows
    return [one for one in rows if one.about_kind == "glass"]


def smash(visitor: Visitor, minutes: int = 30) -> None:
    answer = visitor.send("/break-glass", {"why": WHY, "minutes": minutes})
    assert answer.location == "/events"


def test_a_technician_sees_the_event_until_it_ends_by_itself(school: School, tom: Visitor) -> None:
    person, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop")
    event = school.keep(an_event(person=person, group="secondary"))
    assert tom.get(f"/events/{event.id}").status_code == 403
    smash(tom)
    text = tom.text(f"/events/{event.id}")
    assert "Amelia Hart" in text
    assert "The glass is broken until 23 Nov, 10:00." in text
    assert "Mark as reviewed" not in text
    school.clock.now = NOW + timedelta(minutes=30)
    assert tom.get(f"/events/{event.id}").status_code == 403
    assert "The glass is broken" not in tom.text("/health")


def test_every_page_that_it_opens_is_recorded(school: School, tom: Visitor) -> None:
    event = school.keep(an_event(group="secondary"))
    smash(tom)
    for page in ("/events", f"/events/{event.id}", "/events?severity=high"):
        tom.text(page)
    tom.text("/health")
    opened = [row.details["page"] for row in glass_rows(school) if row.what == "opened a page"]
    assert sorted(opened) == sorted(["/events", f"/events/{event.id}", "/events?severity=high"])
    (broken,) = break_glass.live(school.store, NOW)
    assert {row.about for row in glass_rows(school)} == {str(broken.id)}


def test_it_concludes_nothing(school: School, tom: Visitor) -> None:
    event = school.keep(an_event(group="secondary"))
    smash(tom)
    sent = {"outcome": "no-concern", "note": "", "csrf_token": tom.token("/break-glass?x")}
    for page in (f"/events/{event.id}", f"/events/{event.id}/undo"):
        assert tom.client.post(page, data=sent).status_code == 403


def test_a_reason_is_asked_for(tom: Visitor) -> None:
    sent = tom.send("/break-glass", {"why": "help", "minutes": 30})
    assert "Say in a sentence what happened" in sent.get_data(as_text=True)
    assert tom.send("/break-glass", {"why": WHY, "minutes": 500}).status_code == 200
    assert tom.get("/events").status_code == 403


def test_it_says_when_nobody_could_be_told(tom: Visitor) -> None:
    smash(tom)
    assert tom.text("/events").count("Nobody could be told") == 2
    text = tom.text("/health")
    assert "so tell a lead yourself" in text
    assert "the leads were told" not in text


def test_it_says_when_the_leads_were_told(school: School, tom: Visitor) -> None:
    contact(school.store)
    smash(tom)
    assert "The leads were told." in tom.text("/events")
    assert "and the leads were told" in tom.text("/health")


def test_a_technician_ends_their_own(school: School, tom: Visitor) -> None:
    smash(tom)
    (broken,) = break_glass.live(school.store, NOW)
    assert "The glass is broken already" in tom.text("/break-glass")
    token = tom.token("/health")
    assert tom.client.post("/break-glass/99/end", data={"csrf_token": token}).status_code == 404
    ended = tom.client.post(f"/break-glass/{broken.id}/end", data={"csrf_token": token})
    assert ended.location == "/"
    assert tom.get("/events").status_code == 403


def test_a_second_form_sent_while_it_is_broken_changes_nothing(
    school: School, tom: Visitor
) -> None:
    token = tom.token("/break-glass")
    smash(tom)
    sent = tom.client.post("/break-glass", data={"why": WHY, "minutes": 120, "csrf_token": token})
    assert sent.status_code == 200
    (broken,) = break_glass.live(school.store, NOW)
    assert broken.until == NOW + timedelta(minutes=30)


def test_the_lead_sees_who_broke_it_and_ends_it(
    school: School, tom: Visitor, priya: Visitor
) -> None:
    smash(tom, 120)
    assert "Tom Fielding has broken the glass" in priya.text("/accounts")
    (broken,) = break_glass.live(school.store, NOW)
    priya.send(f"/break-glass/{broken.id}/end", {}, page="/accounts")
    assert tom.get("/events").status_code == 403
    text = priya.text("/accounts")
    assert "has broken the glass" not in text
    assert "Glass broken in the last 30 days" in text
    audit = priya.text("/audit")
    assert "Broke the glass" in audit
    assert WHY in audit
