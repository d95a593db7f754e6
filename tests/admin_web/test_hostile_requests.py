"""Whatever is sent to the pages of cases, find, pupils and trends: an answer, and never a mistake of ours."""

import io
from urllib.parse import quote

import pytest

from admin_web.case_deeds import DEEDS
from tests.admin_web.school import School, Visitor, a_case
from tests.admin_web.test_cases import amelia, told

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
