"""Cases on the site: opened, listed, read, restricted, taken out."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from safeguard.case_files.verifying import verify
from safeguard.core.events import Event
from safeguard.store import audit, staff
from safeguard.store.case_lists import Case, case
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.admin_web.school import (
    NOW,
    OSCAR,
    PRIYA,
    School,
    Visitor,
    a_case,
    an_event,
    employ,
    enrol,
)
from tests.safeguard.store.keeping_samples import concern

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def amelia(school: School) -> str:
    return enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 1")[0]


def told(school: School, case_id: str) -> Case:
    found = case(school.store, case_id)
    assert found is not None
    return found


def deed(
    school: School, visitor: Visitor, case_id: str, what: str, /, **form: Any
) -> tuple[int, str]:
    """Do something on the case's page; the status and where it leads, or the page."""
    sent = {
        "version": str(told(school, case_id).version),
        "csrf_token": visitor.token("/account"),
        **form,
    }
    answer = visitor.client.post(f"/cases/{case_id}/do/{what}", data=sent)
    return answer.status_code, answer.location or answer.get_data(as_text=True)


def about(school: School, case_id: str) -> list[tuple[str, dict[str, Any]]]:
    """What the audit chain tells of a case."""
    query = select(AuditRow, AuditPayloadRow.payload).join(
        AuditPayloadRow, AuditPayloadRow.id == AuditRow.id
    )
    with school.store.reading() as session:
        rows = session.execute(query.where(AuditRow.about == case_id).order_by(AuditRow.id)).all()
        return [
            (row.what, json.loads(audit.opened(school.store.vault, payload)))
            for row, payload in rows
        ]


def events_in(school: School, person: str) -> list[Event]:
    return [school.keep(an_event(number, person=person, group="secondary")) for number in (1, 2)]


def test_a_case_is_opened_about_a_pupil_listed_and_read(school: School, priya: Visitor) -> None:
    assert "No case is open." in priya.text("/cases")
    case_id = a_case(priya, amelia(school), "Worried about home")
    assert "Worried about home" in priya.text("/cases")
    page = priya.text(f"/cases/{case_id}")
    assert "<h1>Worried about home</h1>" in page
    assert "Amelia Hart" in page
    assert "Priya Patel has it" in page
    whats = [what for what, _ in about(school, case_id)]
    assert whats == ["opened", "viewed"]


def test_a_case_is_opened_by_a_typed_name_and_mistakes_are_said(
    school: School, priya: Visitor
) -> None:
    amelia(school)
    form = {"person": "Amelia", "title": "x", "severity": "3"}
    assert "Nobody on record has this name." in priya.send("/cases/open", form).text
    form["person"] = "amelia hart"
    assert priya.send("/cases/open", form).status_code == 302
    assert "Say in a few words" in priya.send("/cases/open", {"severity": "3"}).text
    answer = priya.send("/cases/open?concern=nonsense", {"title": "x", "severity": "3"})
    assert "is not there any more" in answer.text


def test_a_case_may_begin_with_a_concern_and_more_are_chosen_later(
    school: School, priya: Visitor
) -> None:
    person = amelia(school)
    first = concern(
        school.store, 1, 1, *events_in(school, person), subject=person, group="secondary"
    )
    second = concern(school.store, 2, 2, subject=person, group="secondary", family="bullying")
    answer = priya.send(f"/cases/open?concern={first}", {"title": "Low", "severity": "3"})
    case_id = answer.location.rpartition("/")[2]
    assert "Amelia Hart" in priya.text(f"/cases/{case_id}")
    choose = priya.text(f"/cases/{case_id}/concerns")
    assert second in choose
    assert first not in choose
    assert deed(school, priya, case_id, "put-in", concern=second)[0] == 302
    assert told(school, case_id).concerns == 2
    assert "have no other concerns" in priya.text(f"/cases/{case_id}/concerns")
    assert deed(school, priya, case_id, "put-in")[0] == 400


def test_a_restricted_case_is_hidden_from_deputies_and_opened_by_leads_for_a_reason(
    school: School, priya: Visitor
) -> None:
    employ(school, OSCAR[0], "deputy")
    oscar = school.as_(OSCAR)
    case_id = a_case(priya, amelia(school), "About a colleague")
    assert "About a colleague" in oscar.text("/cases")
    assert deed(school, priya, case_id, "restrict")[0] == 302
    assert "About a colleague" not in oscar.text("/cases")
    for path in ("", "/concerns", "/export", "/papers/1"):
        assert oscar.get(f"/cases/{case_id}{path}").status_code == 404
    assert deed(school, oscar, case_id, "note", words="x")[0] == 404
    assert deed(school, oscar, case_id, "force", why="x")[0] == 404
    employ(school, OSCAR[0], "lead")
    oscar = school.as_(OSCAR)
    assert "About a colleague" not in oscar.text("/cases")
    assert "Restricted: its title is for its readers" in oscar.text("/cases")
    page = oscar.text(f"/cases/{case_id}")
    assert "is restricted" in page
    assert "About a colleague" not in page
    deed(school, oscar, case_id, "force", why=" ")
    assert "About a colleague" not in oscar.text(f"/cases/{case_id}")
    assert deed(school, oscar, case_id, "force", why="She is missing")[0] == 302
    assert "About a colleague" in oscar.text(f"/cases/{case_id}")
    assert ("opened restricted", {"why": "She is missing"}) in about(school, case_id)
    assert "Oscar Outsider" in priya.text(f"/cases/{case_id}")


def test_the_evidence_pack_needs_a_purpose_and_the_password_and_verifies(
    school: School, priya: Visitor, tmp_path: Path
) -> None:
    person = amelia(school)
    case_id = a_case(priya, person)
    path = f"/cases/{case_id}/export"
    wrong = priya.send(path, {"why": "x", "password": "wrong"}).text
    assert "in 5 to 500 characters" in wrong
    assert "That is not your password." in wrong
    assert "exported" not in [what for what, _ in about(school, case_id)]
    answer = priya.send(path, {"why": "Strategy meeting", "password": PRIYA[1]})
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    file = tmp_path / "case.zip"
    file.write_bytes(answer.data)
    found = verify(file)
    assert found.wrong == ()
    assert found.made_by == "Priya Patel"
    ((_, payload),) = [one for one in about(school, case_id) if one[0] == "exported"]
    assert (payload["why"], payload["how"]) == ("Strategy meeting", "the site")


def test_the_pack_has_a_pdf_where_it_is_wished(school: School, priya: Visitor) -> None:
    case_id = a_case(priya, amelia(school))
    form = {"why": "Strategy meeting", "password": PRIYA[1], "pdf": "y"}
    answer = priya.send(f"/cases/{case_id}/export", form)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        (pdf,) = [one for one in archive.namelist() if one.endswith(".pdf")]
        assert archive.read(pdf).startswith(b"%PDF-")


def test_hostile_text_stays_text(school: School, priya: Visitor) -> None:
    person, _ = enrol(school, EVIL[:90], "secondary", "10.20.0.7", EVIL)
    case_id = a_case(priya, person, EVIL)
    deed(school, priya, case_id, "note", words=EVIL)
    deed(school, priya, case_id, "action", task=EVIL, by="2026-12-01")
    pages = ("/cases", f"/cases/{case_id}", f"/cases/{case_id}/concerns", f"/pupils/{person}")
    for path in (*pages, f"/find?name={EVIL}", f"/find?text={EVIL}", f"/cases?state={EVIL}"):
        text = priya.text(path)
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
    status, page = deed(school, priya, case_id, "close", outcome=EVIL, reason=EVIL)
    assert status == 400
    assert "<script>alert" not in page


def test_what_is_due_stands_at_the_top_of_the_list(school: School, priya: Visitor) -> None:
    case_id = a_case(priya, amelia(school))
    deed(school, priya, case_id, "action", task="Ring home", by="2026-11-20")
    deed(school, priya, case_id, "due", due="2026-11-21")
    page = priya.text("/cases")
    assert "Ring home" in page
    assert "was due 20 Nov" in page
    assert "Was due 21 Nov" in page
    me = staff.by_email(school.store, PRIYA[0])
    assert me is not None
    assert priya.text("/cases?whose=mine&state=closed").count(case_id) == 1  # its action alone
    assert NOW.day == 23
