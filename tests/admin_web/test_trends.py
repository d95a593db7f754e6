"""The page "Trends"."""

from datetime import timedelta

from filter_rules.types import Severity
from safeguard.core.audit import Actor
from safeguard.core.concerns import Outcome
from safeguard.store import policies
from safeguard.store.policies import Proposed, State
from safeguard.store.tables.concerns import FeedbackRow
from tests.admin_web.school import NOW, OSCAR, School, Visitor, employ
from tests.safeguard.samples import NOW as THEN
from tests.safeguard.store.keeping_samples import concern


def concerns(school: School) -> None:
    """A few concerns in the last weeks of this site's clock."""
    apart = (THEN - NOW).total_seconds() / 86400
    for number in range(1, 7):
        at = apart + number * 3
        group = "secondary" if number % 2 else "primary"
        concern(
            school.store, number, at, subject=f"p{number}", group=group, family="bullying",
            severity=Severity.HIGH if number == 1 else Severity.LOW,
        )  # fmt: skip


def test_without_concerns_it_says_so(priya: Visitor) -> None:
    page = priya.text("/trends")
    assert "There were no concerns in this time" in page
    assert "The policy is the one that was shipped" in page
    assert "Nothing was concluded in this time." in page


def test_pictures_have_a_name_and_a_table_with_the_same_numbers(
    school: School, priya: Visitor
) -> None:
    concerns(school)
    page = priya.text("/trends?weeks=4")
    assert 'role="img" aria-labelledby="week-title week-says"' in page
    assert '<title id="week-title">Concerns by week</title>' in page
    assert "By week and what about" in page
    assert "Bullying" in page
    assert "style=" not in page
    assert len(priya.text("/trends?weeks=52")) < 100_000
    assert "Bullying" in priya.text("/trends?weeks=nonsense&group=nonsense&version=x")


def test_a_year_lead_counts_their_groups_alone(school: School) -> None:
    concerns(school)
    employ(school, OSCAR[0], "year-lead", "secondary")
    page = school.as_(OSCAR).text("/trends")
    assert ">secondary<" in page
    assert ">primary<" not in page
    assert "How often each rule was right" not in page


def test_a_change_of_the_policy_is_compared_before_and_after(
    school: School, priya: Visitor
) -> None:
    concerns(school)
    changed = Actor("staff:1", NOW - timedelta(days=7))
    policies.keep(school.store, Proposed("x", "Opened games for clubs", 0), State.IN_FORCE, changed)
    page = priya.text("/trends")
    assert "Opened games for clubs" in page
    assert "The 7 days before it and after it." in page
    assert "+0" in page


def test_how_often_a_rule_was_right_is_told_with_how_sure_that_is(
    school: School, priya: Visitor
) -> None:
    concerns(school)
    with school.store.writing() as session:
        for number in range(1, 4):
            verdict = Outcome.ACTED if number > 1 else Outcome.LESSON
            session.add(
                FeedbackRow(
                    school_id=1, concern_id=f"00000000-0000-0000-0000-00000000000{number}",
                    at=NOW, staff_id=1, verdict=verdict.code, theme="bullying", rule="", list="",
                )
            )  # fmt: skip
    page = priya.text("/trends")
    assert "2 of 3" in page
    assert "too few to tell" in page
