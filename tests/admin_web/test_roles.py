"""What each member of staff finds in the bar at the top."""

from admin_web.roles import PAGES, bar
from safeguard.core.staff_rights import GIVEN, SCOPED, Role
from safeguard.core.staff_roles import Grant
from tests.admin_web.school import NOW, School, Visitor, endpoints


def pages(*roles: Role) -> list[str]:
    groups = frozenset({"secondary"})
    ends = NOW.replace(day=30)
    held = [Grant(one, 1, NOW, ends, groups if one in SCOPED else frozenset()) for one in roles]
    return [words for _, words in bar(held, NOW)]


def test_every_page_of_the_bar_exists(school: School) -> None:
    assert {endpoint for endpoint, *_ in PAGES} <= endpoints(school)


def test_the_bar_names_every_page_of_the_role_and_marks_this_one(tom: Visitor) -> None:
    text = tom.text("/rules")
    for words in pages(Role.TECHNICIAN):
        assert f">{words}</a>" in text
    assert text.count('aria-current="page"') == 1


def test_each_role_finds_its_own() -> None:
    assert {one: pages(one)[:-1] for one in GIVEN} == {
        Role.LEAD: [
            "Today", "Cases", "Find", "Trends", "Why?", "Numbers", "Audit", "Accounts",
        ],
        Role.DEPUTY: ["Today", "Cases", "Find", "Trends", "Why?", "Numbers", "Audit"],
        Role.YEAR_LEAD: ["Today", "Find", "Trends"],
        Role.HEAD: ["Numbers", "Accounts"],
        Role.GOVERNOR: ["Numbers"],
        Role.TEACHER: [],
        Role.TECHNICIAN: [
            "Health", "My rules", "Why?", "People and devices", "Lists", "Break glass",
        ],
        Role.AUDITOR: ["Numbers", "Audit"],
        Role.CONCERN_AUDITOR: ["Today", "Find", "Trends", "Numbers", "Audit"],
        Role.SETUP: ["Accounts"],
    }  # fmt: skip
    assert all(pages(one)[-1] == "Your account" for one in GIVEN)


def test_without_a_role_there_is_no_page() -> None:
    assert pages() == []


def test_broken_glass_opens_the_list_of_events_beside_a_technicians_pages() -> None:
    assert pages(Role.TECHNICIAN, Role.GLASS) == [
        "Today",
        "Find",
        "Trends",
        *pages(Role.TECHNICIAN),
    ]
    assert pages(Role.GLASS) == []
