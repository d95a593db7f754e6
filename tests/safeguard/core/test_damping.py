"""Class lines: what is gathered, what stays apart, and that nothing that matters is put away."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.types import Severity
from safeguard.core.concerns import Concern
from safeguard.core.damping import class_lines, topic_of
from tests.concern_stories import RULES, Ledger, events_of, tell

READERS = "mon 10:05 Ada,Ben,Cal,Dan,Eve read drugs medium in 9B"


def concerns_of(*lines: str) -> list[Concern]:
    ledger = Ledger()
    tell(lines, ledger)
    return ledger.all()


def apart(*lines: str) -> dict[str, str]:
    [line] = class_lines(concerns_of(READERS, *lines), RULES)
    return {one.concern.who.id: one.because for one in line.apart}


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("mon 10:10 Fay types drugs medium in 9B", "it was typed"),
        ("mon 10:10 Fay writes drugs medium in 9B", "it was typed"),
        ("mon 10:10 Fay opens drugs medium in 9B", "the address was asked for"),
        ("mon 10:10 Fay reads drugs urgent in 9B", "it is urgent"),
        ("mon 10:10 Fay reads drugs medium in 9B, asking for help", "it was in search of help"),
    ],
)
def test_who_stays_apart(line: str, because: str) -> None:
    assert apart(line) == {"Fay": because}


def test_who_reads_on_beyond_the_lesson_stays_apart() -> None:
    lines = [
        f"mon 1{hour} Fay reads drugs medium in 9B" for hour in ("0:10", "0:35", "1:00", "1:25")
    ]
    assert apart(*lines) == {"Fay": "it went on beyond the lesson"}


def test_who_reads_on_beyond_school_stays_apart() -> None:
    readers = READERS.replace("10:05", "16:40")
    [line] = class_lines(
        concerns_of(readers, "mon 16:58 Fay reads drugs medium in 9B 4 times"), RULES
    )
    assert [one.because for one in line.apart] == ["it was outside school hours"]


def test_at_night_nobody_is_put_behind_a_class() -> None:
    hours = RULES.hours
    late = replace(RULES, hours=replace(hours, night_from=hours.opens, night_until=hours.closes))
    lines = class_lines(concerns_of(READERS), RULES)
    assert len(lines) == 1
    night = Ledger(late)
    tell([READERS], night)
    assert class_lines(night.all(), late) == []


def test_who_came_back_to_it_stays_apart() -> None:
    lines = [
        "mon 09:05 Fay reads drugs medium in 9C",
        "mon 09:30 the lead reviews Fay substances as NOTED",
        "tue 10:05 Ada,Ben,Cal,Dan,Eve read drugs medium in 9B",
        "tue 10:10 Fay reads drugs medium in 9B",
    ]
    [line] = class_lines(concerns_of(*lines), RULES)
    assert [one.because for one in line.apart] == ["it came back"]


def test_a_closed_day_has_no_lessons() -> None:
    holiday = frozenset({concerns_of(READERS)[0].day})
    closed = replace(RULES, hours=replace(RULES.hours, closed=holiday))
    assert class_lines(concerns_of(READERS), closed) == []


def test_a_weekend_has_no_lessons() -> None:
    assert class_lines(concerns_of(READERS.replace("mon", "sat")), RULES) == []


def test_two_lessons_far_apart_are_two_lines() -> None:
    others = "mon 14:05 Fay,Gus,Hal,Ivy,Jon read drugs medium in 9B"
    lines = class_lines(concerns_of(READERS, others), RULES)
    assert [len(line.gathered) for line in lines] == [5, 5]


def test_lessons_that_share_pupils_are_one_line() -> None:
    others = "mon 10:50 Fay,Gus,Hal,Ivy,Jon read drugs medium in 9B"
    [line] = class_lines(concerns_of(READERS, others), RULES)
    assert len(line.gathered) == 10
    assert line.says == "Drugs: 10 pupils of 9B in one lesson, 10:05 to 10:54; 10 only read."


def test_another_class_is_another_topic() -> None:
    assert class_lines(concerns_of("mon 10:05 Ada,Ben,Cal read drugs medium in 9B",
                                   "mon 10:05 Dan,Eve,Fay read drugs medium in 9C"), RULES) == []  # fmt: skip


def test_who_was_in_two_classes_or_read_several_pages_shares_no_topic() -> None:
    [moved] = concerns_of(
        "mon 10:05 Ada reads drugs medium in 9B", "mon 10:15 Ada reads drugs medium in 9C"
    )
    [roamed] = concerns_of(
        "mon 10:05 Ada reads drugs medium of page a", "mon 10:15 Ada reads drugs medium of page b"
    )
    assert topic_of(moved) is topic_of(roamed) is None


def test_the_line_is_as_severe_as_the_worst_in_it() -> None:
    [line] = class_lines(concerns_of(READERS, "mon 10:06 Fay reads drugs high in 9B"), RULES)
    assert line.severity is Severity.MEDIUM
    assert (line.topic.place, line.topic.family, len(line.gathered)) == ("9B", "substances", 6)


def test_where_neither_class_nor_page_is_known_nothing_is_shared() -> None:
    ledger = Ledger()
    events = events_of(READERS.removesuffix(" in 9B"))
    ledger.add([replace(one, page="") for one in events])
    assert class_lines(ledger.all(), RULES) == []


NAMES = ("Ada", "Ben", "Cal", "Dan", "Eve", "Fay", "Gus")
one_line = st.builds(
    "{} {:02}:{:02} {} {} {} {} in {}".format,
    st.sampled_from(["mon", "mon", "tue", "sat"]),
    st.sampled_from([9, 10, 11, 15, 22]),
    st.integers(0, 59),
    st.sampled_from(NAMES),
    st.sampled_from(["reads", "reads", "reads", "types", "opens"]),
    st.sampled_from(["drugs", "suicide", "bullying"]),
    st.sampled_from(["medium", "medium", "high", "urgent"]),
    st.sampled_from(["9B", "9B", "9C"]),
)
lessons = st.lists(one_line, min_size=1, max_size=25).map(lambda lines: [READERS, *lines])


@settings(deadline=None, max_examples=60)
@given(lessons)
def test_nothing_typed_or_urgent_is_ever_put_behind_a_class(lines: list[str]) -> None:
    concerns = concerns_of(*lines)
    for line in class_lines(concerns, RULES):
        for one in line.gathered:
            assert one in concerns
            assert not one.facts.typed
            assert Severity.URGENT not in {one.facts.found, one.severity}
            assert one.severity < RULES.family(one.family).single_from
            assert one.severity <= line.severity


@settings(deadline=None, max_examples=60)
@given(lessons, st.randoms(use_true_random=False))
def test_a_class_line_does_not_depend_on_the_order_of_arrival(
    lines: list[str], chance: Random
) -> None:
    events = [one for number, line in enumerate(lines) for one in events_of(line, number)]
    ledger, other = Ledger(), Ledger()
    ledger.add(events)
    chance.shuffle(events)
    for event in events:
        other.add([event])
    shuffled = other.all()
    chance.shuffle(shuffled)
    assert class_lines(ledger.all(), RULES) == class_lines(shuffled, RULES)


@settings(deadline=None, max_examples=60)
@given(lessons)
def test_no_concern_is_in_two_lines(lines: list[str]) -> None:
    found = [one.key for line in class_lines(concerns_of(*lines), RULES) for one in line.gathered]
    assert len(found) == len(set(found))
