"""What every page finds behind it."""

from zoneinfo import ZoneInfo

from admin_web.site import here
from tests.admin_web.school import School


def test_a_page_finds_its_schools_parts(school: School) -> None:
    with school.app.app_context():
        site = here()
    assert site.store is school.store
    assert site.engine is school.engine
    assert site.vault is school.store.vault
    assert site.clock() == school.clock.now
    assert site.zone == ZoneInfo("Europe/London")
