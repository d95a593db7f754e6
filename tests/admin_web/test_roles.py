"""Roles and what each finds in the bar at the top."""

import pytest

from admin_web.roles import PAGES, bar
from tests.admin_web.school import School, Visitor, endpoints


def test_every_role_has_a_title_and_pages_that_exist(school: School) -> None:
    assert set(TITLES) == set(PAGES) == set(Role)
    assert {endpoint for pages in PAGES.values() for endpoint, _ in pages} <= endpoints(school)


def test_the_bar_names_every_page_of_the_role_and_marks_this_one(tom: Visitor) -> None:
    text = tom.text("/rules")
    for _endpoint, words in PAGES[Role.TECHNICIAN]:
        assert f">{words}</a>" in text
    assert text.count('aria-current="page"') == 1


@pytest.mark.parametrize(
    ("names", "role"),
    [(("lead",), Role.LEAD), ((), None), (("head",), None), (("lead", "technician"), None)],
)
def test_nobody_holds_both_roles(names: tuple[str, ...], role: Role | None) -> None:
    assert role_of(names) is role


def test_each_role_begins_somewhere_of_its_own() -> None:
    assert first_page(Role.LEAD) != first_page(Role.TECHNICIAN)
