"""What every page finds behind it."""

from zoneinfo import ZoneInfo

from admin_web.site import every_group, here
from safeguard.core.audit import Actor
from safeguard.core.own_groups import OwnGroup
from safeguard.store import groups
from tests.admin_web.school import NOW, PRIYA, School


def test_a_page_finds_its_schools_parts(school: School) -> None:
    with school.app.app_context():
        site = here()
    assert site.store is school.store
    assert site.engine is school.engine
    assert site.vault is school.store.vault
    assert site.clock() == school.clock.now
    assert site.zone == ZoneInfo("Europe/London")


def test_the_schools_own_groups_stand_below_the_ones_they_are_in(school: School) -> None:
    tree = school.engine.snapshot.policy.groups.above
    actor = Actor("staff:1", NOW)
    groups.add(school.store, OwnGroup("year-7", "Year 7.", "secondary"), tree, actor)
    assert school.engine.refresh()
    with school.app.app_context():
        found = every_group()
    assert found[found.index("secondary") + 1] == "year-7"
    assert 'value="year-7"' in school.as_(PRIYA).text("/events")
