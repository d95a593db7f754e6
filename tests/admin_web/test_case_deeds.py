"""What is done to a case on its page, and what is said where it cannot be done."""

import io
from urllib.parse import quote

import pytest

from admin_web.case_deeds import DEEDS
from safeguard.store import case_actions, case_merging, case_papers, staff
from safeguard.store.case_content import content
from safeguard.store.case_lists import WantedCases, cases
from tests.admin_web.school import OSCAR, PRIYA, School, Visitor, a_case, employ, enrol
from tests.admin_web.test_cases import amelia, deed, told
from tests.safeguard.store.keeping_samples import concern


def notes(school: School, case_id: str) -> list[str]:
    found = content(school.store, case_id)
    assert found is not None
    return [one.text for one in found.notes]


def test_notes_actions_and_their_undoing(school: School, priya: Visitor) -> None:
    case_id = a_case(priya, amelia(school))
    assert (
        deed(school, priya, case_id, "note", words="Spoke with her", kind="action taken")[0] == 302
    )
    assert notes(school, case_id) == ["Spoke with her"]
    assert deed(school, priya, case_id, "action", task="Ring home", by="2026-12-01")[0] == 302
    (one,) = case_actions.of_case(school.store, case_id)
    assert deed(school, priya, case_id, "done", action=one.id)[0] == 302
    page = priya.text(f"/cases/{case_id}")
    assert "Not done after all" in page
    assert deed(school, priya, case_id, "not-done", action=one.id)[0] == 302
    assert case_actions.of_case(school.store, case_id)[0].done_at is None
    status, page = deed(school, priya, case_id, "not-done", action=one.id)
    assert status == 400
    assert "Somebody else changed that action" in page


@pytest.mark.parametrize(
    ("name", "form", "says"),
    [
        ("note", {"words": " "}, "the note is empty"),
        ("action", {"task": ""}, "Say what is to be done."),
        ("action", {"task": "Ring", "by": "soon"}, "Give a day"),
        ("action", {"task": "Ring", "by": "1026-01-01"}, "next ten years"),
        ("action", {"task": "Ring", "by": "2026-12-01", "owner": "999"}, "no open account"),
        ("give", {"owner": "999"}, "Choose somebody who handles cases."),
        ("person", {"name": "Nobody Known"}, "Nobody on record has this name."),
        ("close", {"reason": "x"}, "Choose what was concluded."),
        ("close", {"outcome": "acted", "reason": ""}, "Say why"),
        ("paper", {}, "Choose a file."),
        ("merge", {"into": "ZZZZ-ZZZZ"}, "No case that you may read has this code."),
        ("unmerge", {"merge": "7"}, "There is no such merge"),
        ("split", {"title": ""}, "Say what the new case is about."),
        ("split", {"title": "x"}, "Choose concerns"),
        ("take-out", {"concern": "x"}, "is not in this case"),
        ("reopen", {}, "it must be closed for that"),
        ("not-paper", {"paper": "7"}, "not in this case any more"),
        ("done", {"action": "x"}, "Somebody else"),
    ],
)
def test_what_cannot_be_done_is_said_and_what_was_typed_stays(
    school: School, priya: Visitor, name: str, form: dict[str, str], says: str
) -> None:
    case_id = a_case(priya, amelia(school))
    status, page = deed(school, priya, case_id, name, **form)
    assert status == 400
    assert says in page
    assert "That was not done" in page
    for typed in ("reason", "task"):
        if form.get(typed):
            assert form[typed] in page


def test_of_two_who_change_a_case_one_is_told_and_keeps_what_they_typed(
    school: School, priya: Visitor
) -> None:
    case_id = a_case(priya, amelia(school))
    stale = str(told(school, case_id).version)
    deed(school, priya, case_id, "severity", severity="4")
    status, page = deed(
        school, priya, case_id, "close", outcome="acted", reason="We spoke", version=stale
    )
    assert status == 409
    assert "Somebody else changed this case while you had it open." in page
    assert ">We spoke</textarea>" in page
    assert told(school, case_id).state == "open"


def test_a_case_is_closed_with_a_conclusion_and_opened_again(
    school: School, priya: Visitor
) -> None:
    case_id = a_case(priya, amelia(school))
    form = {"outcome": "acted", "reason": "We spoke with her family."}
    assert deed(school, priya, case_id, "close", **form)[0] == 302
    closed = told(school, case_id)
    assert closed.state == "closed"
    assert closed.keep_until is not None
    assert "The case is closed since" in priya.text(f"/cases/{case_id}")
    assert "Worried" in priya.text("/cases?state=closed")
    assert deed(school, priya, case_id, "action", task="x", by="2026-12-01")[0] == 400
    assert deed(school, priya, case_id, "reopen")[0] == 302
    assert told(school, case_id).state == "open"


def test_it_is_handed_over_and_people_come_and_go(school: School, priya: Visitor) -> None:
    employ(school, OSCAR[0], "deputy")
    oscar = staff.by_email(school.store, OSCAR[0])
    assert oscar is not None
    case_id = a_case(priya, amelia(school))
    assert deed(school, priya, case_id, "give", owner=oscar.id)[0] == 302
    assert told(school, case_id).owner == oscar.id
    ben, _ = enrol(school, "Ben Carter", "primary", "10.20.0.6", "Laptop 2")
    assert deed(school, priya, case_id, "person", name="Ben Carter")[0] == 302
    assert told(school, case_id).people == 2
    assert deed(school, priya, case_id, "not-person", person=ben)[0] == 302
    assert told(school, case_id).people == 1
    assert deed(school, priya, case_id, "due", due="2026-12-03")[0] == 302
    assert "Look again 3 Dec" in priya.text(f"/cases/{case_id}")
    assert deed(school, priya, case_id, "due", due="")[0] == 302
    assert told(school, case_id).due_at is None


def test_a_paper_is_taken_by_its_content_and_handed_out_as_a_download(
    school: School, priya: Visitor
) -> None:
    case_id = a_case(priya, amelia(school))
    letter = b"%PDF-1.7 a letter"
    file = (io.BytesIO(letter), "../Letter home.exe")
    assert deed(school, priya, case_id, "paper", file=file)[0] == 302
    (one,) = case_papers.of_case(school.store, case_id)
    assert (one.name, one.kind) == ("Letter home.pdf", "application/pdf")
    answer = priya.get(f"/cases/{case_id}/papers/{one.id}")
    assert answer.data == letter
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    assert priya.get(f"/cases/{case_id}/papers/99").status_code == 404
    assert deed(school, priya, case_id, "not-paper", paper=one.id)[0] == 302
    assert priya.get(f"/cases/{case_id}/papers/{one.id}").status_code == 404
    bad = (io.BytesIO(b"MZ\x90\0"), "letter.pdf")
    status, page = deed(school, priya, case_id, "paper", file=bad)
    assert status == 400
    assert "That file is not taken" in page


def test_cases_are_merged_and_split_and_it_is_undone(school: School, priya: Visitor) -> None:
    person = amelia(school)
    ids = [
        concern(school.store, number, number, subject=person, group="secondary")
        for number in (1, 2)
    ]
    first, second = a_case(priya, person, "One"), a_case(priya, person, "Two")
    assert deed(school, priya, first, "put-in", concern=ids)[0] == 302
    code = told(school, second).reference
    assert deed(school, priya, first, "merge", into=code)[0] == 302
    assert told(school, second).concerns == 2
    assert "This case became part of" in priya.text(f"/cases/{first}")
    (merge,) = case_merging.of_case(school.store, first)
    assert deed(school, priya, second, "unmerge", merge=merge.id)[0] == 302
    assert told(school, first).state == "open"
    assert deed(school, priya, first, "split", title="Apart", concern=ids[0])[0] == 302
    titles = {one.title for one in cases(school.store, WantedCases()).cases}
    assert titles == {"One", "Two", "Apart"}
    assert told(school, first).concerns == 1


def test_what_is_no_deed_and_no_case_is_not_found(school: School, priya: Visitor) -> None:
    case_id = a_case(priya, amelia(school))
    assert deed(school, priya, case_id, "explode")[0] == 404
    sent = {"csrf_token": priya.token("/account"), "words": "x"}
    missing = "/cases/00000000-0000-0000-0000-000000000009"
    assert priya.client.post(f"{missing}/do/note", data=sent).status_code == 404
    assert priya.get(missing).status_code == 404
    assert deed(school, priya, case_id, "force", why="I may read it already")[0] == 302
    assert PRIYA[2] == ("lead",)


def test_who_restricts_a_case_and_hands_it_over_keeps_it_and_lifts_it(
    school: School, priya: Visitor
) -> None:
    case_id = a_case(priya, amelia(school))
    assert deed(school, priya, case_id, "restrict", reader="999")[0] == 302
    assert "Only Priya Patel" in priya.text(f"/cases/{case_id}")
    assert deed(school, priya, case_id, "unrestrict")[0] == 302
    assert "Everybody who handles cases" in priya.text(f"/cases/{case_id}")


# Whatever is sent to the pages of cases, find, pupils and trends: an answer, and no mistake of ours.

ODD = (
    "", "\0", "\ud7ff", "%00", "'; DROP TABLE cases;--", "../../etc/passwd", "-1", "9" * 400, "NaN",
    "２", "{{7*7}}", "<script>alert(1)</script>", "A" * 5000, "1' OR '1'='1", "\u202e", "null",
)  # fmt: skip
READ = {
    "/cases": ("state", "whose", "before"),
    "/cases/open": ("person", "concern"),
    "/find": ("name", "text", "words", "group", "about", "since", "until", "person", "before", "kept"),
    "/find/export": ("text", "since", "person"),
    "/trends": ("weeks", "group", "version"),
    "/audit/looks": ("days",),
}  # fmt: skip
FIELDS = (
    "words", "kind", "task", "by", "owner", "action", "due", "severity", "concern", "name",
    "person", "outcome", "reason", "paper", "reader", "into", "merge", "title", "why",
)  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_odd_questions_are_answered(priya: Visitor, path: str) -> None:
    for name in READ[path]:
        for odd in ODD:
            answer = priya.get(f"{path}?{name}={quote(odd)}")
            assert answer.status_code in {200, 404}, (name, odd[:20])
            assert "<script>alert" not in answer.text, (name, odd[:20])


def test_odd_places_are_not_found(school: School, priya: Visitor) -> None:
    case_id = a_case(priya, amelia(school))
    for odd in ODD[1:]:
        for path in ("/pupils/", "/cases/", f"/cases/{case_id}/papers/", "/find/saved/"):
            code = priya.get(f"{path}{quote(odd, safe='')}").status_code
            assert code in {404, 405}, (path, odd[:20])
    assert priya.get(f"/cases/{case_id}?page=99999").status_code == 200


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_odd_forms_change_nothing_or_say_what_is_wrong(
    school: School, priya: Visitor, name: str
) -> None:
    case_id = a_case(priya, amelia(school))
    token = priya.token("/account")
    for odd in ODD:
        form: dict[str, object] = dict.fromkeys(FIELDS, odd)
        sent = form | {"version": odd, "csrf_token": token}
        sent["file"] = (io.BytesIO(odd.encode() + b"\0\xff"), odd[:50] or "x")
        answer = priya.client.post(f"/cases/{case_id}/do/{name}", data=sent, buffered=True)
        assert answer.status_code in {302, 400, 409}, odd[:20]
        assert "<script>alert" not in answer.text
    if name not in {"note", "action", "paper"}:
        assert told(school, case_id).state == "open"
