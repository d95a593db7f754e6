"""People and devices, one by one and from a file."""

import io
from contextlib import closing

import pytest
from werkzeug.test import EnvironBuilder, TestResponse

from safeguard.store import people
from tests.admin_web.school import School, Visitor, enrol

DEVICE = {"address": "10.20.0.9", "name": "Laptop 9", "person": "Noah Bright", "group": "primary"}


def send_file(visitor: Visitor, content: bytes) -> TestResponse:
    form = {
        "csrf_token": visitor.token("/people/import"),
        "file": (io.BytesIO(content), "people.csv"),
    }
    builder = EnvironBuilder("/people/import", method="POST", data=form)
    with closing(builder):
        answer = visitor.client.open(builder, buffered=True)
    answer.request.environ["wsgi.input"].close()  # a large form lies in a temporary file
    return answer


def test_a_device_with_its_user_decides_the_group(school: School, tom: Visitor) -> None:
    assert tom.send("/people/add", DEVICE).location == "/people"
    assert school.engine.refresh()
    assert school.engine.subject_at("10.20.0.9").group == "primary"
    text = tom.text("/people")
    assert "Noah Bright" in text
    assert "primary" in text


def test_a_shared_device_has_a_group_and_no_user(school: School, tom: Visitor) -> None:
    tom.send("/people/add", {**DEVICE, "person": ""})
    school.engine.refresh()
    subject = school.engine.subject_at("10.20.0.9")
    assert (subject.group, subject.person) == ("primary", "")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"address": "laptop"}, "That is not an IP address."),
        ({"name": ""}, "Give the device a name."),
        ({"group": "invented"}, "Not a valid choice"),
    ],
)
def test_a_mistake_saves_nothing(
    school: School, tom: Visitor, changed: dict[str, str], says: str
) -> None:
    assert says in tom.send("/people/add", {**DEVICE, **changed}).get_data(as_text=True)
    assert people.devices(school.store) == []


def test_a_removed_device_is_unidentified_again(school: School, tom: Visitor) -> None:
    _person, device = enrol(school, "Noah Bright", "primary", "10.20.0.9", "Laptop 9")
    assert tom.send(f"/people/{device}/remove", {}, page="/people").location == "/people"
    school.engine.refresh()
    assert school.engine.subject_at("10.20.0.9").group == "unidentified"


def test_the_list_is_searched_and_paged(school: School, tom: Visitor) -> None:
    for number in range(30):
        people.add_device(school.store, f"10.20.1.{number + 100}", f"Desk {number}", "", "staff")
    first = tom.text("/people")
    assert "10.20.1.124" in first
    assert "10.20.1.125" not in first
    assert "10.20.1.125" in tom.text("/people?page=2")
    assert "10.20.1.107" in tom.text("/people?text=desk+7")
    assert "Nothing found for “<b>”" in tom.text("/people?text=<b>").replace("&lt;b&gt;", "<b>")


def test_a_file_is_brought_in(school: School, tom: Visitor) -> None:
    content = "name,group,address,device\nZoë Ångström,primary,10.20.0.7,Laptop 7\nA Person,staff\n"
    text = send_file(tom, content.encode()).get_data(as_text=True)
    assert "2 new people, 1 device." in text
    assert [one.name for one in people.people(school.store)] == ["A Person", "Zoë Ångström"]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"name,group,address\nA,primary,10.1.1.1\nB,primary,nowhere\n", 3, "not an IP address"),
        (b"name,group\nA,primary\n,primary\n", 3, "the name is missing"),
        (b"name,group\nA,martians\n", 2, "no group"),
        (b"surname,form\nA,7B\n", 1, "must name the columns"),
        (b"name,group\nA,primary\n\xff\xfe,primary\n", 3, "not UTF-8"),
        (b"name,group\n<script>,<script>\n", 2, "no group"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_nothing_is_brought_in(
    school: School, tom: Visitor, content: bytes, line: int, says: str
) -> None:
    text = send_file(tom, content).get_data(as_text=True)
    assert "Nothing was brought in" in text
    assert f'data-name="Line">{line}</th>' in text
    assert says in text
    assert "<script>" not in text.split("<main")[1]
    assert people.people(school.store) == []


def test_a_file_too_large_is_refused_with_a_sentence(tom: Visitor) -> None:
    answer = send_file(tom, b"x" * 3_000_000)
    assert answer.status_code == 413
    assert "too large" in answer.get_data(as_text=True)


def test_no_file_is_said(tom: Visitor) -> None:
    assert "Choose a file." in tom.send("/people/import", {}).get_data(as_text=True)
