"""The lead's first page lists the concerns that wait, in words, and leads to their events."""

from datetime import timedelta

from sqlalchemy import select

from filter_rules.types import Kind, Severity
from safeguard.concern_watch import ConcernWatch, SchoolTerms
from safeguard.core.events import Event, Private
from safeguard.store.tables.audit import AuditRow
from tests.admin_web.school import NOW, School, Visitor, an_event, enrol


def fold(school: School, *events: Event) -> None:
    for event in events:
        school.keep(event)
    ConcernWatch(school.store, SchoolTerms(school.settings, school.store)).fold(NOW)


def test_a_concern_says_whose_how_soon_why_and_how_sure(school: School, priya: Visitor) -> None:
    person, device = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Library laptop 3")
    fold(
        school,
        an_event(1, person=person, device=device, group="secondary", kind=Kind.SEARCH),
        an_event(2, device=device, group="secondary", kind=Kind.SEARCH),
        an_event(3, address="10.9.9.9", kind=Kind.SEARCH),
    )
    text = priya.text("/events")
    assert "New concerns, the most severe first." in text
    assert f"/events?person={person}&amp;since=2026-11-23" in text
    assert "Typed into a search at 09:28." in text
    assert "Possible" in text
    assert "Unknown user of Library laptop 3" in text
    assert "Unidentified device 10.9.9.9" in text
    assert priya.get(f"/events?person={person}&since=2026-11-23").status_code == 200
    with school.store.reading() as session:
        seen = session.scalars(select(AuditRow.what).where(AuditRow.about_kind == "concerns"))
        assert "listed" in seen.all()


def test_a_class_is_one_line(school: School, priya: Visitor) -> None:
    page = Private("https://pages.test/lesson", "", "a lesson's page", ("typed",))
    fold(
        school,
        *(
            an_event(
                number, person=f"{number:032x}", group="secondary", kind=Kind.PAGE, private=page,
                themes=(("drugs", Severity.MEDIUM),), severity=Severity.MEDIUM,
                at=NOW - timedelta(minutes=number),
            )
            for number in range(1, 7)
        ),
    )  # fmt: skip
    text = priya.text("/events")
    assert "6 pupils of secondary" in text
    assert "/events?group=secondary&amp;since=2026-11-23" in text


def test_where_none_waits_there_is_no_list(school: School, priya: Visitor) -> None:
    assert "New concerns" not in priya.text("/events")
    fold(school, an_event(1, person="nobody any more", kind=Kind.SEARCH))
    assert "A person no longer on record" in priya.text("/events")
    assert "New concerns" not in priya.text("/events?severity=urgent")


def test_the_search_for_help_is_shown_as_care(school: School, priya: Visitor) -> None:
    themes = (("help-seeking", Severity.LOW),)
    fold(school, an_event(1, themes=themes, severity=Severity.LOW, kind=Kind.SEARCH))
    assert "<strong>Looking for help.</strong>" in priya.text("/events")
