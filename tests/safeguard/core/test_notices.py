"""Who is told of which concern, and when. The laws are at the end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.types import Severity
from safeguard.core.notices import (
    FLOORS,
    SPACING,
    STUCK,
    How,
    Ladder,
    Notice,
    OutOfHours,
    Step,
    Told,
    ToTell,
    due_notices,
    how_told,
    is_needless,
    ladders_for,
    spaced,
)
from safeguard.core.school_hours import SchoolHours

HOURS = SchoolHours(ZoneInfo("Europe/London"))
DAY = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 21, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 7, 11, 0, tzinfo=UTC)
LEAD, DEPUTY, HEAD = 1, 2, 3
ALL = frozenset({LEAD, DEPUTY, HEAD})
URGENT, HIGH, MEDIUM, LOW = Severity.URGENT, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


STEPS = (Step((LEAD,)), Step((DEPUTY,), minutes(30)), Step((HEAD,), minutes(60)))
LADDER = Ladder(1, severity=HIGH, steps=STEPS)


def concern(severity: Severity = URGENT, at: datetime = DAY, **changes: object) -> ToTell:
    return replace(
        ToTell("c1", severity, "self-harm", "secondary", at, at),
        **changes,  # type: ignore[arg-type]  # of many types
    )


def told(
    contact: int, at: datetime = DAY, severity: Severity = URGENT, *, arrived: bool = True
) -> Told:
    return Told(contact, severity, at, arrived=arrived)


def whom(
    one: ToTell,
    heard: Sequence[Told] = (),
    now: datetime = DAY,
    ladders: Sequence[Ladder] = (LADDER,),
) -> list[int]:
    found = due_notices([one], {one.id: heard}, ladders, ALL, HOURS, now)
    return [each.contact for each in found]


@pytest.mark.parametrize(
    ("after", "heard", "expected"),
    [
        (0, [], [LEAD]),
        (0, [told(LEAD)], []),
        (29, [told(LEAD)], []),
        (30, [told(LEAD)], [DEPUTY]),
        (59, [told(LEAD), told(DEPUTY, DAY + minutes(30))], []),
        (60, [told(LEAD), told(DEPUTY, DAY + minutes(30))], [HEAD]),
        (60, [told(LEAD)], [DEPUTY]),  # the head is not told before the deputy was
    ],
)
def test_unopened_it_climbs(after: int, heard: list[Told], expected: list[int]) -> None:
    assert whom(concern(), heard, DAY + minutes(after)) == expected


def test_opened_it_climbs_no_further() -> None:
    seen = concern(opened_at=DAY + minutes(10))
    assert whom(seen, [told(LEAD)], DAY + minutes(90)) == []


def test_more_of_what_someone_has_opened_does_not_climb() -> None:
    seen = concern(opened_at=DAY + minutes(5), changed_at=DAY + minutes(20))
    assert whom(seen, [told(LEAD)], DAY + minutes(40)) == []


def test_what_was_opened_before_it_grew_worse_is_news() -> None:
    seen = concern(URGENT, opened_at=DAY + minutes(5), changed_at=DAY + minutes(20))
    heard = [told(LEAD, severity=HIGH)]
    assert whom(seen, heard, DAY + minutes(20)) == [LEAD]
    # The deputy's half an hour runs from when the lead was told first.
    heard.append(told(LEAD, DAY + minutes(20)))
    assert whom(seen, heard, DAY + minutes(29)) == []
    assert whom(seen, heard, DAY + minutes(30)) == [DEPUTY]


def test_what_grows_worse_is_told_again_to_those_who_know_it() -> None:
    heard = [told(LEAD, severity=HIGH), told(DEPUTY, DAY + minutes(30), HIGH)]
    assert whom(concern(), heard, DAY + minutes(40)) == [LEAD, DEPUTY]


def test_what_was_seen_as_it_is_needs_no_telling_unless_it_is_urgent() -> None:
    assert whom(concern(HIGH, opened_at=DAY)) == []
    assert whom(concern(URGENT, opened_at=DAY)) == [LEAD]


def test_what_came_back_is_news_to_those_who_knew_it_before() -> None:
    assert whom(concern(occasion=1), [told(LEAD)]) == [LEAD]


@pytest.mark.parametrize(
    "lost", [Told(LEAD, URGENT, DAY, failed=True), told(LEAD, DAY - STUCK, arrived=False)]
)
def test_where_the_lead_is_out_of_reach_the_deputy_is_told_at_once(lost: Told) -> None:
    assert whom(concern(), [lost]) == [DEPUTY]


def test_a_lead_who_is_reached_one_way_is_reached() -> None:
    two = Ladder(1, severity=HIGH, steps=(Step((LEAD, HEAD)), Step((DEPUTY,), minutes(30))))
    heard = [Told(LEAD, URGENT, DAY, failed=True), told(HEAD)]
    assert whom(concern(), heard, DAY + minutes(1), [two]) == []


def test_a_step_of_nobody_is_no_step() -> None:
    gone = replace(LADDER, steps=(Step((9,)), *STEPS[1:]))
    assert whom(concern(), ladders=[gone]) == [DEPUTY]


@pytest.mark.parametrize(
    ("severity", "out_of_hours", "now", "expected"),
    [
        (HIGH, OutOfHours.HOLD, NIGHT, []),
        (HIGH, OutOfHours.SEND, NIGHT, [LEAD]),
        (URGENT, OutOfHours.HOLD, NIGHT, [LEAD]),
        (HIGH, OutOfHours.HOLD, DAY, [LEAD]),
        (HIGH, OutOfHours.HOLD, SATURDAY, []),
    ],
)
def test_quiet_hours_hold_what_is_not_urgent(
    severity: Severity, out_of_hours: OutOfHours, now: datetime, expected: list[int]
) -> None:
    ladder = replace(LADDER, out_of_hours=out_of_hours)
    assert whom(concern(severity, now), now=now, ladders=[ladder]) == expected


def test_a_holiday_holds_nothing_for_weeks() -> None:
    shut = SchoolHours(
        HOURS.tz, closed=frozenset(DAY.date() + timedelta(days=n) for n in range(20))
    )
    one = concern(HIGH)
    assert due_notices([one], {}, [LADDER], ALL, shut, DAY + timedelta(days=2)) == []
    assert due_notices([one], {}, [LADDER], ALL, shut, DAY + timedelta(days=3)) != []


def test_the_narrowest_ladder_counts() -> None:
    own = replace(LADDER, id=2, families=frozenset({"self-harm"}), steps=(Step((HEAD,)),))
    other = replace(own, id=3, families=frozenset({"gambling"}), steps=(Step((DEPUTY,)),))
    year = replace(own, id=4, groups=frozenset({"primary"}), steps=(Step((DEPUTY,)),))
    assert whom(concern(), ladders=[LADDER, own, other, year]) == [HEAD]


def test_ladders_that_are_as_narrow_all_count_and_nobody_is_told_twice() -> None:
    beside = replace(LADDER, id=2, steps=(Step((LEAD, HEAD)),))
    assert whom(concern(), ladders=[LADDER, beside]) == [LEAD, HEAD]


def test_a_ladder_of_no_or_of_the_digest_tells_nobody_at_once_but_for_what_is_urgent() -> None:
    for how in (How.NONE, How.DIGEST):
        ladder = replace(LADDER, how=how)
        assert whom(concern(HIGH), ladders=[ladder]) == []
        assert whom(concern(URGENT), ladders=[ladder]) == [LEAD]


def test_what_no_ladder_covers_is_told_to_everyone_if_it_is_urgent() -> None:
    assert whom(concern(URGENT), ladders=[]) == [LEAD, DEPUTY, HEAD]
    assert whom(concern(HIGH), ladders=[]) == []
    empty = replace(LADDER, families=frozenset({"self-harm"}), steps=())
    assert whom(concern(URGENT), ladders=[empty]) == [LEAD, DEPUTY, HEAD]
    assert whom(concern(URGENT), ladders=[empty, LADDER]) == [LEAD]
    assert ladders_for(concern(URGENT), [], frozenset())[0].steps == ()


@pytest.mark.parametrize(
    ("family", "severity", "how", "expected"),
    [
        ("gambling", HIGH, How.NONE, How.NONE),
        ("self-harm", HIGH, How.NONE, How.DIGEST),
        ("exploitation", LOW, How.NONE, How.DIGEST),
        ("extremism", MEDIUM, How.NONE, How.DIGEST),
        ("gambling", URGENT, How.NONE, How.INSTANT),
        ("gambling", HIGH, How.DIGEST, How.DIGEST),
        ("gambling", HIGH, How.INSTANT, How.INSTANT),
    ],
)
def test_floors_cannot_be_switched_off(
    family: str, severity: Severity, how: How, expected: How
) -> None:
    ladder = replace(LADDER, severity=Severity.NONE, how=how)
    assert how_told(concern(severity, family=family), [ladder]) is expected


def test_what_no_ladder_covers_is_in_the_digest() -> None:
    assert how_told(concern(LOW, family="gambling"), []) is How.DIGEST


@pytest.mark.parametrize(
    ("step", "severity", "opened", "expected"),
    [
        (0, HIGH, None, False),
        (0, HIGH, DAY - minutes(1), False),
        (0, HIGH, DAY + minutes(1), True),
        (0, URGENT, DAY + minutes(1), False),
        (1, URGENT, DAY + minutes(1), True),
    ],
)
def test_what_is_opened_meanwhile_is_needless_but_for_the_first_word_of_what_is_urgent(
    step: int, severity: Severity, opened: datetime | None, *, expected: bool
) -> None:
    one = concern(severity, opened_at=opened)
    assert is_needless(told(LEAD, severity=severity), step, one) is expected
    assert is_needless(told(LEAD), step, None)


def test_what_is_not_urgent_waits_for_the_rest() -> None:
    high = Notice("c1", LEAD, 0, HIGH, 0, DAY)
    urgent = replace(high, severity=URGENT)
    for latest, due in [
        (None, DAY),
        (DAY - minutes(20), DAY),
        (DAY - minutes(4), DAY + minutes(6)),
        (DAY + minutes(3), DAY + minutes(3)),  # it joins what waits already
        (DAY + timedelta(days=9), DAY),  # the clock was set back
    ]:
        known = {} if latest is None else {LEAD: latest}
        assert [one.due_at for one in spaced([high, urgent], known, DAY)] == [due, DAY]


# --- laws: a school is simulated for some hours, a tick every few minutes ---------------------

SEVERITIES = st.sampled_from([LOW, MEDIUM, HIGH, URGENT])
FAMILIES = st.sampled_from([*sorted(FLOORS), "gambling", "violence"])
SOME = st.lists(st.sampled_from([LEAD, DEPUTY, HEAD]), min_size=0, max_size=2, unique=True)
STARTS = st.sampled_from([DAY, NIGHT, SATURDAY])


@st.composite
def made_ladders(draw: st.DrawFn) -> list[Ladder]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        after = sorted(draw(st.lists(st.integers(0, 90), min_size=0, max_size=3)))
        found.append(
            Ladder(
                number,
                frozenset(draw(st.sets(st.sampled_from(["primary", "secondary"]), max_size=1))),
                frozenset(draw(st.sets(FAMILIES, max_size=2))),
                draw(SEVERITIES),
                draw(st.sampled_from(How)),
                draw(st.sampled_from(OutOfHours)),
                tuple(Step(tuple(draw(SOME)), minutes(one)) for one in after),
            )
        )
    return found


def run(
    one: ToTell,
    ladders: Sequence[Ladder],
    now: datetime,
    hours: SchoolHours = HOURS,
    ticks: int = 40,
) -> list[tuple[datetime, Notice]]:
    """Tick every three minutes with an outbox that keeps what was put; return what was."""
    heard: list[Told] = []
    sent: list[tuple[datetime, Notice]] = []
    for _ in range(ticks):
        for notice in due_notices([one], {one.id: heard}, ladders, ALL, hours, now):
            heard.append(Told(notice.contact, notice.severity, now, notice.occasion, arrived=True))
            sent.append((now, notice))
        now += minutes(3)
    return sent


@given(made_ladders(), FAMILIES, STARTS)
def test_no_urgent_concern_is_ever_held_or_lost(
    ladders: list[Ladder], family: str, now: datetime
) -> None:
    one = concern(URGENT, now, family=family)
    sent = run(one, ladders, now, ticks=1)
    assert sent
    assert all(notice.due_at == now for _, notice in sent)
    assert spaced([n for _, n in sent], {LEAD: now + SPACING}, now) == [n for _, n in sent]


@given(made_ladders(), SEVERITIES, FAMILIES, STARTS)
@settings(max_examples=60)
def test_a_notice_is_sent_once_a_key_and_a_contact(
    ladders: list[Ladder], severity: Severity, family: str, now: datetime
) -> None:
    keys = [n.key for _, n in run(concern(severity, now, family=family), ladders, now)]
    assert len(keys) == len(set(keys))


@given(
    st.permutations([LEAD, DEPUTY, HEAD]),
    st.lists(st.integers(0, 90), min_size=3, max_size=3),
    st.lists(st.sampled_from(["arrives", "fails", "hangs"]), min_size=3, max_size=3),
    SEVERITIES,
    STARTS,
)
@settings(max_examples=100)
def test_a_ladder_never_skips_a_step(
    order: list[int], after: list[int], fates: list[str], severity: Severity, now: datetime
) -> None:
    steps = [Step((one,), minutes(wait)) for one, wait in zip(order, sorted(after), strict=True)]
    ladder = Ladder(1, steps=tuple(steps))
    fate = dict(zip(order, fates, strict=True))
    one, heard = concern(severity, now), list[Told]()
    for _ in range(40):
        for notice in due_notices([one], {one.id: heard}, [ladder], ALL, HOURS, now):
            became = fate[notice.contact]
            arrived, failed = became == "arrives", became == "fails"
            heard.append(Told(notice.contact, notice.severity, now, arrived=arrived, failed=failed))
        now += minutes(3)
    assert [each.contact for each in heard] == order[: len(heard)]
    assert severity < URGENT or len(heard) == len(order)


@given(made_ladders(), SEVERITIES, FAMILIES, STARTS)
@settings(max_examples=60)
def test_quiet_hours_only_delay(
    ladders: list[Ladder], severity: Severity, family: str, now: datetime
) -> None:
    one = concern(severity, now, family=family)
    awake = SchoolHours(
        HOURS.tz,
        opens=datetime.min.time(),
        closes=datetime.max.time(),
        weekdays=frozenset(range(7)),
    )
    always = run(one, ladders, now, awake)
    quiet = run(one, ladders, now, HOURS, ticks=40 + 4 * 24 * 20)
    assert {n.key for _, n in quiet} >= {n.key for _, n in always}
    first = {n.key: at for at, n in reversed(always)}
    assert all(at >= first[n.key] for at, n in quiet if n.key in first)


@given(made_ladders(), FAMILIES, STARTS)
@settings(max_examples=60)
def test_more_severe_is_never_told_later(ladders: list[Ladder], family: str, now: datetime) -> None:
    mild = run(concern(HIGH, now, family=family), ladders, now)
    worse = run(concern(URGENT, now, family=family), ladders, now)
    assert not mild or (worse and worse[0][0] <= mild[0][0])
