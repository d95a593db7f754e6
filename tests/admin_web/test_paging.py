"""Pages of a long list."""

import pytest

from admin_web.paging import Paging, asked_page
from tests.admin_web.school import School, Visitor, an_event


@pytest.mark.parametrize(
    ("asked", "page"),
    [("", 1), ("?page=3", 3), ("?page=0", 1), ("?page=-1", 1), ("?page=x", 1), ("?page=9999999", 1),
     ("?page=99999", 10_000), ("?page=٣", 1)],
)  # fmt: skip
def test_nonsense_means_the_first_page(school: School, asked: str, page: int) -> None:
    with school.app.test_request_context(f"/rules{asked}"):
        assert asked_page() == page


def test_a_link_to_another_page_keeps_the_filters(school: School) -> None:
    with school.app.test_request_context("/rules?text=a+b&page=2"):
        assert Paging(2, total=100).link(3) == "/rules?text=a+b&page=3"


@pytest.mark.parametrize("orders", ["endpoint=x", "_scheme=ftp&_external=1", "_method=POST"])
@pytest.mark.parametrize(("path", "before"), [("/audit", "1"), ("/events", "ffffffff")])
def test_an_address_gives_no_orders_to_what_makes_links(
    school: School, priya: Visitor, path: str, before: str, orders: str
) -> None:
    school.keep(an_event())
    text = priya.text(f"{path}?{orders}&before={before}")
    assert f'href="{path}?{orders.replace("&", "&amp;")}">← Newest' in text


def test_the_last_page_has_no_next() -> None:
    assert Paging(1, total=26).has_next
    assert not Paging(2, total=50).has_next
    assert not Paging(1).has_next
    assert Paging(1).followed(more=True).has_next
    assert Paging(3).offset == 50
