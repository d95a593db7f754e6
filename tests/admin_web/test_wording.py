"""Plain words for what is stored."""

from datetime import UTC, datetime

import pytest

from admin_web import wording
from filter_rules.types import Severity
from tests.admin_web.school import School


@pytest.mark.parametrize(
    ("severity", "word"),
    [
        (Severity.URGENT, "Act now"),
        (Severity.HIGH, "Today"),
        (Severity.MEDIUM, "This week"),
        (Severity.LOW, "For information"),
        (Severity.NONE, "Blocked only"),
    ],
)
def test_every_severity_has_its_word(severity: Severity, word: str) -> None:
    assert wording.severity_word(severity) == word


@pytest.mark.parametrize(
    ("when", "moment", "stamp"),
    [
        (datetime(2026, 1, 5, 22, 41, tzinfo=UTC), "Monday 5 January 2026, 22:41 GMT", "5 Jan, 22:41"),
        (datetime(2025, 7, 5, 9, 5, tzinfo=UTC), "Saturday 5 July 2025, 10:05 BST", "5 Jul 2025, 10:05"),
        (datetime(2026, 7, 5, 23, 5, tzinfo=UTC), "Monday 6 July 2026, 00:05 BST", "6 Jul, 00:05"),
    ],
)  # fmt: skip
def test_times_are_said_in_the_schools_zone(
    school: School, when: datetime, moment: str, stamp: str
) -> None:
    with school.app.app_context():
        assert wording.moment(when) == moment
        assert wording.stamp(when) == stamp


def test_counts_carry_their_noun() -> None:
    assert wording.count(1, "event") == "1 event"
    assert wording.count(1200, "event") == "1,200 events"
    assert wording.count(2, "person", "people") == "2 people"


def test_names_are_read_as_words() -> None:
    assert wording.tidy("filter-bypass") == "filter bypass"
    assert wording.action_word("allow") == "Allowed"
    assert wording.how_found("sign-on") == "by sign on"
