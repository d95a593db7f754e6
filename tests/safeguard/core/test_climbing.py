"""Climbing: step by step, never down, never beyond what family and intent allow."""

from dataclasses import replace

import pytest

from filter_rules.types import Severity
from safeguard.core.climbing import Around, Climb, climb
from safeguard.core.concern_rules import Family
from safeguard.core.concerns import Confidence, Facts, Known, Who
from tests.concern_stories import RULES, events_of
from tests.safeguard.core.test_evidence import facts

ADA = Who(1, Known.PERSON, "ada")
SELF_HARM, DRUGS = RULES.family("self-harm"), RULES.family("substances")
ONCE = facts("mon 10:05 Ada types suicide medium")


def climbed(known: Facts, around: Around | None = None, family: Family = SELF_HARM) -> Climb:
    return climb(known, family, around or Around(), ADA, RULES)


def test_what_was_found_once_stays_what_it_is() -> None:
    one = climbed(ONCE)
    assert (one.severity, one.confidence, one.care) == (Severity.MEDIUM, Confidence.POSSIBLE, False)
    assert one.reasons == (
        "Typed into a search at 10:05.",
        "One sign alone: it may mean something else.",
    )


def test_many_steps_lift_to_high_and_each_is_named() -> None:
    all_steps = facts(*(f"mon 22:0{n} Ada types drugs low on {n}.example" for n in range(9)))
    one = climbed(all_steps, Around(days=7), DRUGS)
    assert one.severity is Severity.HIGH
    assert one.reasons == (
        "Typed into a search at 22:00, 8 times more until 22:08.",
        "8 or more separate times in one spell: this weighs more.",
        "On 9 different sites: this weighs more.",
        "At night, at 22:00: this weighs more.",
        "On 7 days within 7: this weighs more.",
    )


def test_a_step_that_does_not_hold_is_not_named() -> None:
    one = climbed(ONCE, Around(days=2, speaks_of=frozenset({"drugs"})))
    assert not any("weighs more" in reason for reason in one.reasons)


def test_twenty_sites_are_twenty_or_more() -> None:
    lines = [f"mon 10:05 Ada reads violence medium on {n}.example" for n in range(30)]
    assert "On 20 or more different sites: this weighs more." in climbed(facts(*lines)).reasons


def test_high_and_typed_climbs_to_urgent() -> None:
    typed = facts("mon 22:05 Ada types suicide high")
    assert climbed(typed).severity is Severity.URGENT


def test_high_and_read_climbs_to_urgent_only_together_with_something() -> None:
    read = facts("mon 22:05 Ada reads suicide high")
    assert climbed(read).severity is Severity.HIGH
    beside = Around(speaks_of=frozenset({"suicide", "drugs"}))
    assert climbed(read, beside).severity is Severity.URGENT


def test_medium_climbs_to_urgent_only_together_with_something() -> None:
    typed = facts(*(f"mon 22:0{n} Ada types suicide medium on {n}.example" for n in range(5)))
    assert climbed(typed).severity is Severity.HIGH
    beside = Around(speaks_of=frozenset({"suicide", "drugs"}))
    assert climbed(typed, beside).severity is Severity.URGENT


def test_what_is_together_counts_only_for_a_concern_that_holds_a_part_of_it() -> None:
    beside = Around(speaks_of=frozenset({"suicide", "drugs"}))
    other = facts("mon 10:05 Ada types mental-health medium")
    assert climbed(other, beside).severity is Severity.MEDIUM
    half = Around(speaks_of=frozenset({"suicide", "mental-health"}))
    assert climbed(ONCE, half).severity is Severity.MEDIUM


def test_what_was_found_beyond_its_family_is_never_made_less() -> None:
    urgent = facts("mon 10:05 Ada types drugs urgent")
    assert climbed(urgent, family=DRUGS).severity is Severity.URGENT


def test_two_themes_or_a_high_score_make_it_sure() -> None:
    two = facts("mon 10:05 Ada types suicide medium and self-harm medium")
    scored = facts("mon 10:05 Ada reads suicide medium scoring 30")
    weak = facts("mon 10:05 Ada reads suicide medium scoring 29")
    assert climbed(two).confidence is climbed(scored).confidence is Confidence.STRONG
    assert climbed(weak).confidence is Confidence.POSSIBLE


@pytest.mark.parametrize("known", [Known.DEVICE, Known.ADDRESS])
def test_who_is_not_known_by_name_is_said(known: Known) -> None:
    one = climb(ONCE, SELF_HARM, Around(), replace(ADA, known=known), RULES)
    assert f"Nobody is known by name: this is what one {known.value} did." in one.reasons


def test_help_is_care_and_never_climbs() -> None:
    help_sought = facts("mon 22:05 Ada types help-seeking medium")
    one = climb(help_sought, RULES.family("help"), Around(days=7), ADA, RULES)
    assert (one.severity, one.care) == (Severity.LOW, True)
    assert len(events_of("mon 22:05 Ada types suicide high 3 times")) == 3
