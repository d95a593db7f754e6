"""From an event to what concerns are made of."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from filter_rules.types import Finding, Kind, Match, Severity
from safeguard.core.concerns import Known, ThemeSeen, Who
from safeguard.core.events import Event, event_of
from safeguard.core.noticing import concern_event_of
from safeguard.core.types import Action, Reason, Subject, Target, Verdict
from tests.concern_stories import RULES

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
FOUND = Finding("drugs", Severity.MEDIUM, 5.0, (Match("p", "Buy weed", 5.0, 0, 8),))
SOUGHT = Finding("help-seeking", Severity.LOW, 3.0, help_seeking=True)


def event(*findings: Finding, flagged: bool = True, reason: Reason = Reason.WORDS) -> Event:
    made = event_of(
        Verdict(Action.BLOCK, reason, flagged=flagged, findings=findings),
        Subject("secondary", "10.0.0.1", "ada", "laptop", "device"),
        Target("search.example", "https://search.example/?q=x", "buy weed", Kind.SEARCH),
        NOW,
        "1",
    )
    assert made is not None
    return made


def test_what_is_known_of_it_goes_along() -> None:
    one = concern_event_of(
        event(FOUND), RULES, page="digest", place="9B", scores={"drugs": 5.0},
        says=["Asks about a means, as a person might who plans it.", "Asks how to get drugs."],
    )  # fmt: skip
    assert one is not None
    assert one.themes == (ThemeSeen("drugs", Severity.MEDIUM, 5.0),)
    assert (one.id, one.at, one.kind, one.host, one.action) == (
        "1", NOW, Kind.SEARCH, "search.example", Action.BLOCK,
    )  # fmt: skip
    assert (one.page, one.place, one.group, one.signs) == ("digest", "9B", "secondary", ("means",))
    assert one.phrases == ("Buy weed",)
    assert not one.help_seeking


def test_a_search_for_help_says_so() -> None:
    one = concern_event_of(event(FOUND, SOUGHT), RULES)
    assert one is not None
    assert one.help_seeking
    assert one.themes[0].score == 0.0


def test_what_nobody_needs_to_look_at_is_no_concern() -> None:
    assert concern_event_of(event(FOUND, flagged=False), RULES) is None


@pytest.mark.parametrize(
    ("changes", "known", "key"),
    [
        ({}, Known.PERSON, "ada"),
        ({"person": ""}, Known.DEVICE, "laptop"),
        ({"person": "", "device": ""}, Known.ADDRESS, "10.0.0.1"),
    ],
)
def test_it_is_about_the_pupil_else_the_device_else_the_address(
    changes: dict, known: Known, key: str
) -> None:
    one = concern_event_of(replace(event(FOUND), **changes), RULES)
    assert one is not None
    assert one.who == Who(1, known, key)


def test_a_sealed_list_hit_is_a_theme_of_its_own() -> None:
    one = concern_event_of(event(reason=Reason.SEALED), RULES)
    assert one is not None
    assert one.themes == (ThemeSeen("unlawful", Severity.HIGH),)


def test_a_flag_without_words_is_the_way_round_the_filter() -> None:
    one = concern_event_of(event(Finding("drugs", Severity.NONE, 0.5), reason=Reason.RULE), RULES)
    assert one is not None
    assert one.themes == (ThemeSeen("circumvention", Severity.LOW),)
