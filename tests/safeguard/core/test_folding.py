"""Stories that a lead can check, then the laws that hold for any story."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import batched
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.types import Kind, Severity
from safeguard.core.concerns import (
    Change,
    ChangeKind,
    Concern,
    ConcernEvent,
    Outcome,
    Standing,
    ThemeSeen,
)
from safeguard.core.damping import class_lines
from safeguard.core.evidence import families_of
from safeguard.core.folding import fold, needed, review, unreview
from safeguard.core.types import Action
from tests.concern_stories import RULES, STORIES, Ledger, said, tell, told_in_one_go, who
from tests.test_purity import no_world


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["says"])
def test_a_story_gives_its_concerns(story: dict) -> None:
    ledger = Ledger()
    tell(story["when"], ledger)
    concerns = ledger.all()
    assert sorted(said(one) for one in concerns) == sorted(one["one"] for one in story["gives"])
    for expected in story["gives"]:
        reasons = [" ".join(one.reasons) for one in concerns if said(one) == expected["one"]]
        assert any(all(words in each for words in expected.get("words", ())) for each in reasons), (
            reasons
        )
    lines = class_lines(concerns, RULES)
    assert [line.says for line in lines] == story.get("class", [])
    apart = [f"{one.concern.who.id}: {one.because}" for line in lines for one in line.apart]
    assert apart == story.get("apart", [])


# --- laws --------------------------------------------------------------------------------------

LAW = settings(deadline=None, max_examples=60)  # a shared machine keeps no deadline
MINUTE = timedelta(minutes=1)
START = datetime(2026, 11, 16, 6, tzinfo=UTC)
THEMES = ("suicide", "drugs", "mental-health", "weapons", "help-seeking", "of-the-school-itself")

themes_seen = st.lists(
    st.builds(
        ThemeSeen,
        st.sampled_from(THEMES),
        st.sampled_from([Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.URGENT]),
        st.sampled_from([0.0, 12.0, 40.0]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.theme,
).map(tuple)
one_event = st.builds(
    ConcernEvent,
    id=st.just(""),
    at=st.one_of(
        st.integers(0, 16).map(lambda quarter: START + quarter * 14 * MINUTE),
        st.integers(0, 200_000).map(lambda minute: START + minute * MINUTE),
    ),
    who=st.sampled_from([who("Ada"), who("Ada"), who("Ada"), who("device-1")]),
    themes=themes_seen,
    kind=st.sampled_from([*Kind, None]),
    host=st.sampled_from(["a.example", "b.example", "c.example"]),
    page=st.sampled_from(["", "x", "y", "z"]),
    group=st.just("secondary"),
    place=st.sampled_from(["", "9B"]),
    action=st.sampled_from(list(Action)),
    help_seeking=st.sampled_from([False, False, True]),
    signs=st.sampled_from([(), ("wish",), ("means",)]),
)


def numbered(events: list[ConcernEvent]) -> list[ConcernEvent]:
    return [replace(one, id=f"{number:04}") for number, one in enumerate(events)]


many_events = st.lists(one_event, min_size=1, max_size=14).map(numbered)


def ledger_of(events: Sequence[ConcernEvent]) -> Ledger:
    ledger = Ledger()
    ledger.add(events)
    return ledger


@LAW
@given(many_events, st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_events_arrive(
    events: list[ConcernEvent], chance: Random
) -> None:
    shuffled = events.copy()
    chance.shuffle(shuffled)
    one, other = ledger_of(events), ledger_of(shuffled)
    assert one.concerns == other.concerns
    assert one.members == other.members


@LAW
@given(many_events, st.randoms(use_true_random=False), st.integers(1, 5))
def test_it_does_not_matter_in_how_many_batches_they_arrive(
    events: list[ConcernEvent], chance: Random, size: int
) -> None:
    shuffled = events.copy()
    chance.shuffle(shuffled)
    ledger = Ledger()
    for batch in batched(shuffled, size):
        ledger.add(batch)
    whole = ledger_of(events)
    assert ledger.concerns == whole.concerns
    assert ledger.members == whole.members


@LAW
@given(many_events, many_events, st.randoms(use_true_random=False), st.data())
def test_neither_does_it_after_some_were_reviewed(
    before: list[ConcernEvent], after: list[ConcernEvent], chance: Random, data: st.DataObject
) -> None:
    late = [replace(one, id=f"late-{one.id}") for one in after]
    one, other = ledger_of(before), ledger_of(before)
    reviewed = data.draw(st.lists(st.sampled_from(one.all()), unique_by=lambda each: each.key))
    outcomes = [data.draw(st.sampled_from(list(Outcome))) for _ in reviewed]
    at = START + data.draw(st.integers(0, 1_000)) * 100 * MINUTE
    for ledger in (one, other):
        for each, outcome in zip(reviewed, outcomes, strict=True):
            ledger.review(ledger.concerns[each.key], outcome, at)
    one.add(late)
    chance.shuffle(late)
    for event in late:
        other.add([event])
    assert one.concerns == other.concerns
    assert one.members == other.members
    kept = [review for each in one.all() for review in each.reviews]
    assert len(kept) == len(reviewed)
    assert sum(review.facts.count for review in kept) == sum(one.facts.count for one in reviewed)


@LAW
@given(many_events)
def test_each_event_is_in_exactly_one_concern_of_each_family_it_speaks_of(
    events: list[ConcernEvent],
) -> None:
    ledger = ledger_of(events)
    for event in events:
        found = sorted(key[1] for key, ids in ledger.members.items() if event.id in ids)
        assert found == sorted(families_of(event, RULES))
        assert found
    assert all(
        len(ids) == ledger.concerns[key].facts.count and key[0] == ledger.concerns[key].who
        for key, ids in ledger.members.items()
    )


def severities(ledger: Ledger) -> dict[tuple[str, str], Severity]:
    """Return the severity of the concern each event is in, by family."""
    return {
        (event_id, key[1]): ledger.concerns[key].severity
        for key, ids in ledger.members.items()
        for event_id in ids
    }


@LAW
@given(many_events, one_event)
def test_one_more_event_never_lowers_a_severity(
    events: list[ConcernEvent], another: ConcernEvent
) -> None:
    before = severities(ledger_of(events))
    after = severities(ledger_of([*events, replace(another, id="more")]))
    assert all(after[each] >= severity for each, severity in before.items())


@LAW
@given(many_events, one_event, st.data())
def test_neither_does_it_after_some_were_reviewed_and_dismissed(
    events: list[ConcernEvent], another: ConcernEvent, data: st.DataObject
) -> None:
    ledger = ledger_of(events)
    for one in data.draw(st.lists(st.sampled_from(ledger.all()), unique_by=lambda each: each.key)):
        outcome = data.draw(st.sampled_from(list(Outcome)))
        ledger.review(ledger.concerns[one.key], outcome, one.facts.last)
    before = severities(ledger)
    ledger.add([replace(another, id="more")])
    after = severities(ledger)
    assert all(after[each] >= severity for each, severity in before.items())


@LAW
@given(many_events, st.data())
def test_more_intent_never_lowers_a_severity(
    events: list[ConcernEvent], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    kind = data.draw(st.sampled_from([Kind.SEARCH, Kind.CHAT]))
    typed = events.copy()
    typed[place] = replace(events[place], kind=kind)
    before, after = severities(ledger_of(events)), severities(ledger_of(typed))
    assert all(after[each] >= severity for each, severity in before.items())


@LAW
@given(many_events, st.data())
def test_a_worse_word_never_lowers_a_severity(
    events: list[ConcernEvent], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    first, *others = events[place].themes
    worse = events.copy()
    worse[place] = replace(
        events[place], themes=(replace(first, severity=Severity.URGENT), *others)
    )
    before, after = severities(ledger_of(events)), severities(ledger_of(worse))
    assert all(
        after.get(each, Severity.NONE) >= severity
        for each, severity in before.items()
        if each in after
    )


@LAW
@given(many_events)
def test_what_was_found_is_never_said_to_be_less_when_it_was_typed(
    events: list[ConcernEvent],
) -> None:
    ledger = ledger_of(events)
    for event in events:
        if event.typed:
            for family, themes in families_of(event, RULES).items():
                if family != "help":
                    found = max(one.severity for one in themes)
                    assert severities(ledger)[event.id, family] >= found


@LAW
@given(many_events, st.data())
def test_a_review_that_is_undone_leaves_all_as_it_was(
    events: list[ConcernEvent], data: st.DataObject
) -> None:
    ledger, untouched = ledger_of(events), ledger_of(events)
    one = data.draw(st.sampled_from(ledger.all()))
    ledger.review(one, data.draw(st.sampled_from(list(Outcome))), START)
    ledger.unreview(ledger.concerns[one.key])
    assert ledger.concerns == untouched.concerns


@LAW
@given(many_events)
def test_a_concern_can_be_written_down_and_read_back(events: list[ConcernEvent]) -> None:
    for one in ledger_of(events).all():
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Concern) == one


# --- what a store meets ------------------------------------------------------------------------


def test_the_same_event_twice_in_a_batch_counts_once() -> None:
    events = told_in_one_go(["mon 10:05 Ada types suicide high"])
    [change] = fold([], [*events, *events], RULES)
    assert change.concern.facts.count == 1


def test_folding_touches_nothing_but_its_arguments() -> None:
    events = told_in_one_go(["mon 10:05 Ada,Ben,Cal,Dan,Eve read drugs medium in 9B"])
    with no_world():
        changes = fold([], events, RULES)
        assert len(class_lines([change.concern for change in changes], RULES)) == 1


def test_nothing_arrived_changes_nothing() -> None:
    ledger = ledger_of(told_in_one_go(["mon 10:05 Ada types suicide high"]))
    assert fold(ledger.all(), [], RULES) == []


def kinds(*lines: str) -> list[ChangeKind]:
    ledger = Ledger()
    tell(lines, ledger)
    return [change.kind for change in ledger.changes]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["mon 10:05 Ada types suicide medium"], [ChangeKind.RAISED]),
        (
            ["mon 10:05 Ada types bullying medium", "mon 10:06 Ada types bullying medium"],
            [ChangeKind.RAISED, ChangeKind.GREW],
        ),
        (
            ["mon 10:05 Ada types bullying medium", "mon 10:06 Ada types bullying high"],
            [ChangeKind.RAISED, ChangeKind.WORSE],
        ),
        (
            ["mon 10:05 Ada types bullying medium", "mon 12:06 the lead reviews Ada bullying as NOTED"],
            [ChangeKind.RAISED, ChangeKind.REVIEWED],
        ),
        (
            [
                "mon 10:05 Ada reads bullying medium",
                "mon 10:06 the lead reviews Ada bullying as NOTED",
                "mon 10:10 Ada reads bullying medium",
                "mon 10:15 Ada types bullying medium",
                "mon 10:16 the lead reviews Ada bullying as NOTED",
                "mon 10:18 Ada types bullying high",
            ],
            [
                ChangeKind.RAISED,
                ChangeKind.REVIEWED,
                ChangeKind.GREW,
                ChangeKind.GETTING_WORSE,
                ChangeKind.REVIEWED,
                ChangeKind.GETTING_WORSE,
            ],
        ),
        (
            [
                "mon 10:05 Ada types bullying medium",
                "mon 12:06 the lead reviews Ada bullying as NOTED",
                "tue 10:05 Ada types bullying medium",
            ],
            [ChangeKind.RAISED, ChangeKind.REVIEWED, ChangeKind.CAME_BACK],
        ),
        (
            ["mon 10:05 Ada types self-harm high", "mon 12:05 Ada types drugs medium"],
            [ChangeKind.RAISED, ChangeKind.WORSE, ChangeKind.RAISED],
        ),
        (
            ["wed 10:05 Ada types gambling medium", "tue 10:05 Ada types gambling medium", "mon 10:05 Ada types gambling medium"],
            [ChangeKind.RAISED, ChangeKind.RAISED, ChangeKind.RAISED, ChangeKind.SETTLED],
        ),
    ],
)  # fmt: skip
def test_a_change_says_what_it_is(lines: list[str], expected: list[ChangeKind]) -> None:
    assert kinds(*lines) == expected


def test_only_news_is_told() -> None:
    [one] = ledger_of(told_in_one_go(["mon 10:05 Ada types suicide high"])).all()
    assert [kind for kind in ChangeKind if Change(kind, one).tells] == [
        ChangeKind.RAISED,
        ChangeKind.CAME_BACK,
        ChangeKind.GETTING_WORSE,
        ChangeKind.WORSE,
    ]


def test_a_late_event_that_joins_two_reviewed_spells_keeps_both_reviews() -> None:
    ledger = Ledger()
    tell(
        [
            "mon 10:00 Ada types bullying medium of page a",
            "mon 10:50 Ada types bullying medium of page b",
            "mon 12:00 the lead reviews Ada bullying as NOTED",
        ],
        ledger,
    )
    [first] = [one for one in ledger.all() if one.standing is Standing.NEW]
    ledger.review(first, Outcome.LESSON, first.facts.last + 90 * MINUTE)
    tell(["mon 10:25 Ada types bullying medium of page c"], ledger)
    [joined] = ledger.all()
    assert [one.outcome for one in joined.reviews] == [Outcome.LESSON, Outcome.NOTED]
    assert [one.facts.count for one in joined.reviews] == [1, 1]
    assert joined.standing is Standing.GETTING_WORSE
    assert len(ledger.changes[-1].before) == 2
    assert len(ledger.changes[-1].added) == 1


def test_a_late_event_shows_that_a_page_had_been_reviewed() -> None:
    ledger = Ledger()
    tell(
        [
            "mon 10:00 Ada reads bullying medium",
            "mon 10:10 the lead reviews Ada bullying as LESSON",
            "mon 10:50 Ada reads bullying medium",
            "mon 10:25 Ada reads bullying medium",
        ],
        ledger,
    )
    [one] = ledger.all()
    assert (one.standing, one.facts.count) == (Standing.REVIEWED, 3)
    assert [change.kind for change in ledger.changes[-2:]] == [
        ChangeKind.CAME_BACK,
        ChangeKind.JOINED,
    ]


def test_a_review_of_what_holds_nothing_new_changes_nothing() -> None:
    ledger = Ledger()
    tell(
        ["mon 10:05 Ada types bullying medium", "mon 12:00 the lead reviews Ada bullying as NOTED"],
        ledger,
    )
    [one] = ledger.all()
    assert review(ledger.all(), one, Outcome.ACTED, START, RULES) == []


def test_without_a_review_there_is_none_to_undo() -> None:
    ledger = ledger_of(told_in_one_go(["mon 10:05 Ada types suicide high"]))
    assert unreview(ledger.all(), ledger.all()[0], RULES) == []


def test_an_undone_review_is_no_news_and_what_came_since_is_kept() -> None:
    ledger = Ledger()
    tell(
        [
            "mon 10:05 Ada types bullying medium",
            "mon 10:06 the lead reviews Ada bullying as NOTED",
            "mon 10:20 Ada types bullying medium",
        ],
        ledger,
    )
    ledger.unreview(ledger.all()[0])
    assert ledger.changes[-1].kind is ChangeKind.TAKEN_BACK
    assert not ledger.changes[-1].tells
    [one] = ledger.all()
    assert (one.standing, one.fresh) == (Standing.NEW, one.facts)


def test_a_concern_of_a_device_becomes_the_pupils() -> None:
    ledger, pupils = Ledger(), Ledger()
    lines = [
        "mon 10:05 Ada types bullying medium of page a",
        "mon 10:55 Ada types bullying medium of page c",
    ]
    tell([*lines, "mon 10:30 device-1 types bullying high of page b"], ledger)
    ledger.reassign(ledger.latest("device-1", "bullying"), who("Ada"))
    tell([*lines, "mon 10:30 Ada types bullying high of page b"], pupils)
    assert ledger.concerns == pupils.concerns
    assert ledger.members == pupils.members
    assert ledger.changes[-1].kind is ChangeKind.REASSIGNED
    assert len(ledger.changes[-1].before) == 3


def test_a_reviewed_concern_stays_reviewed_when_it_becomes_the_pupils() -> None:
    ledger = Ledger()
    tell(["mon 10:05 device-1 types bullying high", "mon 11:00 the lead reviews device-1 bullying as NOTED",
          "mon 10:05 Ada types bullying medium", "mon 18:00 Ada types bullying medium"], ledger)  # fmt: skip
    ledger.reassign(ledger.latest("device-1", "bullying"), who("Ben"))
    assert ledger.changes[-1].kind is ChangeKind.REASSIGNED
    assert not ledger.changes[-1].tells
    assert ledger.latest("Ben", "bullying").standing is Standing.REVIEWED


def test_what_is_taken_from_a_device_adds_to_its_other_concerns_no_more() -> None:
    ledger = Ledger()
    tell(
        ["mon 10:05 device-1 types drugs medium", "mon 14:05 device-1 types self-harm high"], ledger
    )
    assert ledger.latest("device-1", "self-harm").severity is Severity.URGENT
    ledger.reassign(ledger.latest("device-1", "substances"), who("Ada"))
    assert ledger.latest("device-1", "self-harm").severity is Severity.HIGH
    assert {key[1]: len(ids) for key, ids in ledger.members.items()} == {
        "substances": 1,
        "self-harm": 1,
    }


@LAW
@given(many_events, st.data())
def test_what_is_reassigned_is_as_if_it_had_been_the_pupils(
    events: list[ConcernEvent], data: st.DataObject
) -> None:
    ledger = ledger_of(events)
    one = data.draw(st.sampled_from(ledger.all()))
    to = data.draw(st.sampled_from([who("Ada"), who("Zoe")]))
    if one.who == to:
        return
    members = ledger.members[one.key]
    ledger.reassign(one, to)
    alone = [each for each in events if list(families_of(each, RULES)) == [one.family]]
    if all(each in alone for each in events if each.id in members):
        meant = [replace(each, who=to) if each.id in members else each for each in events]
        assert ledger.concerns == ledger_of(meant).concerns
    found = [each for ids in ledger.members.values() for each in ids]
    assert len(found) == sum(len(families_of(each, RULES)) for each in events)


def test_what_came_back_after_a_review_did_not_once_the_review_is_undone() -> None:
    ledger = Ledger()
    tell(
        [
            "mon 10:05 Ada types bullying medium",
            "mon 10:16 the lead reviews Ada bullying as NOTED",
            "tue 10:05 Ada types bullying medium",
        ],
        ledger,
    )
    assert ledger.latest("Ada", "bullying").standing is Standing.CAME_BACK
    ledger.unreview(ledger.all()[0])
    assert ledger.latest("Ada", "bullying").standing is Standing.NEW


def test_what_arrives_late_inside_a_long_spell_does_not_cut_it() -> None:
    ledger = Ledger()
    spell = ["mon 10:00 Ada types bullying medium 26 times", "mon 10:50 Ada types bullying medium"]
    ledger.add(told_in_one_go(spell))
    late = ["mon 10:05 Ada types bullying medium", "mon 10:45 Ada types bullying medium"]
    ledger.add([replace(one, id=f"late {one.id}") for one in told_in_one_go(late)])
    assert [one.facts.count for one in ledger.all()] == [29]


def test_ids_arrive_with_the_concern_they_joined() -> None:
    events = told_in_one_go(["mon 10:05 Ada,Ben type bullying medium"])
    assert [change.added for change in fold([], events, RULES)] == [("000-000",), ("000-001",)]


def test_what_is_needed_reaches_as_far_as_reviews_are_remembered() -> None:
    [ada] = needed(
        told_in_one_go(["mon 10:05 Ada types suicide high", "tue 10:05 Ada types suicide high"]),
        RULES,
    )
    assert ada.who == who("Ada")
    assert ada.since < START - RULES.remembers < START + RULES.remembers < ada.until
