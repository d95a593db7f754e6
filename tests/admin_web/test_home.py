"""The front door."""

import pytest

from tests.admin_web.school import (
    OSCAR,
    PRIYA,
    TOM,
    School,
)


@pytest.mark.parametrize(
    ("who", "page"), [(PRIYA, "/events"), (TOM, "/health")], ids=["lead", "technician"]
)
def test_each_role_begins_at_its_own_page(
    school: School, who: tuple[str, str, tuple[str, ...]], page: str
) -> None:
    assert school.as_(who).get("/").location == page


def test_who_has_no_role_is_told_so(school: School) -> None:
    assert school.as_(OSCAR).get("/").status_code == 403
