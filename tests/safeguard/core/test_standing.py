"""Standing among the subject's other concerns, where the stories leave something open."""

from dataclasses import replace
from datetime import timedelta

from safeguard.core.concerns import Concern, Outcome, Standing
from safeguard.core.evidence import MOST_LINES
from safeguard.core.standing import Surroundings
from tests.concern_stories import RULES, Ledger, events_of, tell

BEFORE = ("mon 10:05 Ada types bullying medium", "mon 11:00 the lead reviews Ada bullying as NOTED")


def told(*lines: str) -> list[Concern]:
    ledger = Ledger()
    tell(lines, ledger)
    return ledger.all()


def test_it_comes_after_the_latest_review() -> None:
    *_, last = told(
        *BEFORE,
        "tue 10:05 Ada types bullying medium",
        "tue 11:00 the lead reviews Ada bullying as ACTED",
        "next wed 10:05 Ada types bullying medium",
    )
    assert last.reasons[0] == (
        "Came back: reviewed on 17 November at 11:00 (real, and acted on), 1 more since then."
    )


def test_what_was_before_the_review_did_not_come_back() -> None:
    both = told("mon 10:05 Ada types bullying medium", "mon 14:05 Ada types bullying medium")
    surroundings = Surroundings(both, RULES)
    assert [surroundings.settle(one).standing for one in both] == [Standing.NEW] * 2
    [first, second] = told(
        "mon 10:05 Ada types bullying medium",
        "mon 15:00 the lead reviews Ada bullying as NOTED",
        "mon 14:05 Ada types bullying medium",
    )
    assert (first.standing, second.standing) == (Standing.REVIEWED, Standing.NEW)


def test_nothing_comes_back_from_the_future_though_a_clock_was_wrong() -> None:
    ledger = Ledger()
    tell(["wed 10:05 Ada types bullying medium"], ledger)
    [late] = ledger.all()
    ledger.review(late, Outcome.NOTED, late.facts.first - timedelta(days=9))
    tell(["mon 10:05 Ada types bullying medium"], ledger)
    assert ledger.all()[0].standing is Standing.NEW


def test_another_family_did_not_come_back() -> None:
    *_, other = told(*BEFORE, "tue 10:05 Ada types gambling medium")
    assert other.standing is Standing.NEW


def test_what_is_more_than_can_be_told_apart_is_news() -> None:
    pages = [f"mon 10:05 Ada reads bullying medium of page p{n}" for n in range(MOST_LINES)]
    reviewed = [*pages, "mon 11:00 the lead reviews Ada bullying as NOTED"]
    assert told(*reviewed)[0].standing is Standing.REVIEWED
    assert told(*reviewed, pages[0])[0].standing is Standing.REVIEWED
    assert told(*reviewed, *pages)[0].standing is Standing.CAME_BACK


def test_what_no_page_tells_apart_is_news() -> None:
    ledger = Ledger()
    [event] = events_of("mon 10:05 Ada opens unlawful high on withheld")
    again = replace(event, id="again", at=event.at + RULES.again, page="")
    ledger.add([replace(event, page="")])
    [one] = ledger.all()
    ledger.review(one, Outcome.NOTED, event.at)
    ledger.add([again])
    assert ledger.all()[0].standing is Standing.CAME_BACK


def test_a_dismissed_concern_says_nothing_of_others_until_it_has_news() -> None:
    means = (
        "mon 10:05 Ada types drugs medium",
        "mon 10:30 the lead reviews Ada substances as LESSON",
    )
    wish = "mon 14:05 Ada types self-harm high"
    dismissed = told(*means, wish)
    assert [one.severity.word for one in dismissed if one.family == "self-harm"] == ["high"]
    again = told(*means, wish, "mon 10:20 Ada types drugs medium of page b")
    assert [one.severity.word for one in again if one.family == "self-harm"] == ["urgent"]


def test_a_review_settles_what_its_concern_had_added_to() -> None:
    ledger = Ledger()
    tell(["mon 10:05 Ada types drugs medium", "mon 14:05 Ada types self-harm high"], ledger)
    drugs = ledger.latest("Ada", "substances")
    assert ledger.latest("Ada", "self-harm").severity.word == "urgent"
    ledger.review(drugs, Outcome.LESSON, drugs.facts.last)
    assert ledger.latest("Ada", "self-harm").severity.word == "high"


def test_only_the_growth_of_what_matters_touches_a_concern() -> None:
    [one] = told("mon 10:05 Ada types bullying medium")
    alone = Surroundings([], RULES)
    both = Surroundings([one], RULES)
    touched = both.touched_since(alone, [one])
    assert touched(one)
    assert touched(replace(one, day=one.day.replace(day=22)))
    assert not touched(replace(one, day=one.day.replace(day=23)))
    assert not touched(replace(one, day=one.day.replace(day=15)))
    assert not both.touched_since(both, [one])(one)
