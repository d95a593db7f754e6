"""Facts: added up in any order, bounded, each page one line."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import HELP
from safeguard.core.concerns import Facts, Way
from safeguard.core.evidence import (
    MOST_LINES,
    MOST_NAMES,
    MOST_OCCASIONS,
    added,
    facts_of,
    families_of,
    lines_shown,
    seen,
    weighed,
)
from tests.concern_stories import RULES, events_of


def facts(*lines: str) -> Facts:
    told = [
        (one, family, themes)
        for number, line in enumerate(lines)
        for one in events_of(line, number)
        for family, themes in families_of(one, RULES).items()
    ]
    told.sort(key=lambda each: each[0].at)
    return facts_of(
        [
            seen(one, themes, RULES.family(family), RULES, RULES.local(one.at))
            for one, family, themes in told
        ],
        RULES,
    )


@pytest.mark.parametrize(
    ("line", "families"),
    [
        ("mon 10:05 Ada types drugs medium", ["substances"]),
        ("mon 10:05 Ada types suicide high and self-harm medium", ["self-harm"]),
        ("mon 10:05 Ada types suicide high and drugs low", ["self-harm"]),
        ("mon 10:05 Ada types suicide high and drugs medium", ["self-harm", "substances"]),
        ("mon 10:05 Ada types gambling low and drugs low", ["gambling"]),
        ("mon 10:05 Ada types help-seeking medium", ["help"]),
        ("mon 10:05 Ada types help-seeking medium and drugs low", ["substances"]),
        ("mon 10:05 Ada types own-theme medium", ["own-theme"]),
    ],
)
def test_an_event_speaks_of_what_is_worst_in_it(line: str, families: list[str]) -> None:
    [one] = events_of(line)
    assert list(families_of(one, RULES)) == families


@pytest.mark.parametrize("kind", [*Kind, None])
def test_nothing_weighs_nothing_and_help_is_for_information(kind: Kind | None) -> None:
    for found in (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.URGENT):
        assert Severity.LOW <= weighed(found, kind, RULES.family("adult")) <= found
        assert weighed(found, kind, RULES.family(HELP)) is Severity.LOW


def test_the_same_page_at_two_severities_is_shown_as_one_line() -> None:
    both = facts(
        "mon 10:05 Ada reads drugs medium of page a",
        "mon 10:06 Ada reads drugs high of page a",
        "mon 10:07 Ada reads drugs medium of page b",
    )
    assert len(both.lines) == 3
    [a, b] = lines_shown(both)
    assert (a.page, a.severity, a.times.count) == ("a", Severity.HIGH, 2)
    assert (b.page, b.severity, b.times.count) == ("b", Severity.MEDIUM, 1)


def test_facts_are_bounded_and_their_numbers_exact() -> None:
    many = facts(
        *(f"mon 10:05 Ada types drugs medium on {n:03}.example of page p{n}" for n in range(120)),
        "mon 10:06 Ada types drugs high on zzz.example of page last",
    )
    assert (len(many.lines), len(many.hosts)) == (MOST_LINES, MOST_NAMES)
    assert len(many.occasions) == MOST_OCCASIONS
    assert many.count == 121
    assert many.lines[0].page == "last"  # the worst is always kept
    assert many.ways[0][0] is Way.SEARCH
    assert many.ways[0][1].count == 121


@given(st.lists(st.integers(0, 200), min_size=2, max_size=150, unique=True), st.data())
def test_bounded_facts_add_up_the_same_however_they_are_cut(
    pages: list[int], data: st.DataObject
) -> None:
    lines = [f"mon 10:05 Ada types drugs medium of page p{page}" for page in pages]
    place = data.draw(st.integers(1, len(lines) - 1))
    whole = facts(*lines)
    assert added([facts(*lines[:place]), facts(*lines[place:])]) == whole
    assert added([facts(*lines[place:]), facts(*lines[:place])]) == whole


def test_facts_count_what_was_blocked_and_when_help_was_sought() -> None:
    both = added([
        facts("mon 10:05 Ada types drugs medium, asking for help"),
        facts("mon 10:25 Ada types drugs medium, asking for help"),
    ])  # fmt: skip
    assert both.helped is not None
    assert both.helped.last - both.helped.first == timedelta(minutes=20)
    assert (both.occasions, both.hosts, both.blocked) == ((), (), 0)
