"""The laws of precedence, for any rules: with a tree of groups, schedules and overrides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core.decide import decide
from safeguard.core.groups import Groups
from safeguard.core.policy import Policy
from safeguard.core.rules import ALWAYS, STRICTNESS, PolicyRule, TextRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Considered, Manner, Reason, Subject, Verdict

ADA = Subject("9B", "10.20.3.4", person="ada", room="Library")
WARN = STRICTNESS[Action.BLOCK, Manner.WARN]
NOW = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
TREE = Groups({"secondary": "", "year 9": "secondary", "9B": "year 9", "staff": ""}, "staff")
LUNCH = timetable(UTC, {}, {}).schedule("lunch", ["wed 12:00-13:00"])
CATEGORIES = ["gambling", "games", "malware", "own:1", "own:22", "own:-1"]

LISTS = ["list", "trial"]
hits = st.lists(
    st.builds(
        lambda one, found: Hit(one, found, one),
        st.sampled_from(["help", *CATEGORIES]),
        st.sampled_from(LISTS),
    ),
    min_size=1,
    max_size=5,
)
led = st.lists(
    st.sampled_from(CATEGORIES).map(lambda one: Hit(one, "list", "192.0.2.0/24")), max_size=2
)
ROOMS = [frozenset({"Library"}), frozenset({"Hall"})]
NETWORKS = [frozenset({"10.20.0.0/16"}), frozenset({"10.20.3.0/24"}), frozenset({"10.21.0.0/16"})]
whoms = st.one_of(
    st.builds(
        Who,
        st.sets(st.sampled_from(sorted(TREE.above)), max_size=2).map(frozenset),
        st.sampled_from([frozenset[str](), frozenset({"ada"}), frozenset({"ben"})]),
    ),
    st.sampled_from(ROOMS).map(lambda rooms: Who(rooms=rooms)),
    st.sampled_from(NETWORKS).map(lambda networks: Who(networks=networks)),
)
what_it_does = st.sampled_from(list(STRICTNESS))
times = st.sampled_from(
    [
        ALWAYS,
        Times("lunch"),
        Times(since=NOW - HOUR, until=NOW + HOUR),
        Times(since=NOW + HOUR / 2),
        Times(until=NOW),
    ]
)
categories = st.sets(st.sampled_from(CATEGORIES), min_size=1, max_size=3).map(frozenset)
names = st.integers(0, 10**6).map(str)
rules = st.builds(
    lambda does, **more: PolicyRule(action=does[0], manner=does[1], **more),
    what_it_does,
    name=names,
    categories=categories,
    who=whoms,
    named=st.booleans(),
    times=times,
    lists=st.sets(st.sampled_from(LISTS), max_size=1).map(frozenset),
)
overrides = st.builds(
    PolicyRule,
    name=names,
    action=st.just(Action.ALLOW),
    categories=categories,
    who=whoms.filter(lambda who: bool(who.groups or who.people or who.rooms)),
    named=st.booleans(),
    times=st.sampled_from([Times(since=NOW - HOUR, until=NOW + HOUR), Times(until=NOW)]),
    lifts=st.just(True),
)
any_rules = st.lists(rules | overrides, max_size=8, unique_by=lambda one: one.name)
findings = st.lists(
    st.builds(
        Finding,
        theme=st.sampled_from(["suicide", "drugs"]),
        severity=st.sampled_from(Severity),
        score=st.just(1.0),
        help_seeking=st.booleans(),
    ),
    max_size=2,
)
text_rules = st.lists(
    st.builds(
        lambda does, **more: TextRule(action=does[0], manner=does[1], **more),
        what_it_does,
        name=names.map("text {}".format),
        kinds=st.just(frozenset(Kind)),
        severity=st.sampled_from(Severity),
        who=whoms,
        times=times,
    ),
    max_size=3,
)


def policy(lines: Sequence[PolicyRule], texts: Sequence[TextRule] = ()) -> Policy:
    return Policy(
        tuple(lines),
        tuple(texts),
        sealed=frozenset({"illegal"}),
        help=frozenset({"help"}),
        monitored=frozenset({"9B"}),
        groups=TREE,
        schedules={"lunch": LUNCH},
        beyond_overrides=frozenset({"malware"}),
    )


def judged(
    lines: Sequence[PolicyRule],
    on: list[Hit],
    led_to: list[Hit],
    said: Sequence[Finding] = (),
    texts: Sequence[TextRule] = (),
    now: datetime = NOW,
    who: Subject = ADA,
) -> Verdict:
    return decide(who, on, said, Kind.SEARCH, policy(lines, texts).at(now), led_to)


def decisive(verdict: Verdict) -> set[Considered]:
    return {one for one in verdict.considered if not one.lost_because}


def gist(verdict: Verdict) -> tuple[str, Reason, bool, set[Considered]]:
    return verdict.word, verdict.reason, verdict.flagged, decisive(verdict)


def strictness(verdict: Verdict) -> int:
    return STRICTNESS[verdict.action, verdict.manner]


def twins(lines: list[PolicyRule], more: PolicyRule) -> list[PolicyRule]:
    """A rule, and one that meets another rule head on: about the same, for the same people."""
    return [more, *(replace(one, name="twin", times=ALWAYS, lifts=False) for one in lines)]


BARE = PolicyRule("bare", Action.BLOCK, frozenset({"games"}))


def opens(more: PolicyRule) -> PolicyRule:
    return replace(more, action=Action.ALLOW, manner=Manner.PLAIN)


@given(
    any_rules.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))),
    hits,
    led,
    findings,
    text_rules,
)
def test_the_order_of_rules_changes_neither_the_verdict_nor_what_decides_it(
    orders: tuple[list[PolicyRule], list[PolicyRule]],
    on: list[Hit],
    led_to: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
) -> None:
    lines, other_way = orders
    warnings = [
        replace(one, manner=Manner.WARN) for one in twins(lines, BARE) if one.action == "block"
    ]
    one = judged([*warnings, *lines], on, led_to, said, texts)
    two = judged([*other_way, *warnings], on, led_to, said, texts)
    assert gist(one) == gist(two)


@given(any_rules, hits, findings, text_rules)
def test_nothing_lifts_sealed_content_and_nobody_is_told_which_rule_tried(
    lines: list[PolicyRule], on: list[Hit], said: list[Finding], texts: list[TextRule]
) -> None:
    verdict = judged(lines, [*on, Hit("illegal", "list", "x")], [], said, texts)
    assert gist(verdict) == ("block", Reason.SEALED, True, set())


@given(any_rules, rules, hits, led)
def test_another_blocking_rule_never_allows_more(
    lines: list[PolicyRule], more: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    before = judged(lines, on, led_to)
    for one in twins(lines, more):
        block = replace(one, action=Action.BLOCK, manner=Manner.PLAIN)
        assert strictness(judged([*lines, block], on, led_to)) >= strictness(before)


@given(any_rules, rules, hits, led)
def test_another_warning_never_allows_more_though_it_may_show_a_way_on(
    lines: list[PolicyRule], more: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    before = judged(lines, on, led_to)
    for one in twins(lines, more):
        warning = replace(one, action=Action.BLOCK, manner=Manner.WARN)
        after = judged([*lines, warning], on, led_to)
        assert strictness(after) >= min(strictness(before), WARN)


@given(any_rules, rules | overrides, hits, led)
def test_another_allowing_rule_or_override_never_blocks_more(
    lines: list[PolicyRule], more: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    before, after = judged(lines, on, led_to), judged([*lines, opens(more)], on, led_to)
    assert strictness(after) <= strictness(before)


@given(any_rules, rules, hits, led)
def test_monitoring_never_blocks_more(
    lines: list[PolicyRule], more: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    monitoring = replace(opens(more), manner=Manner.MONITOR)
    assert judged(lines, on, led_to).blocked or not judged([*lines, monitoring], on, led_to).blocked


@given(any_rules, overrides, hits, led)
def test_no_override_ends_monitoring(
    lines: list[PolicyRule], lesson: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    before, after = judged(lines, on, led_to), judged([*lines, lesson], on, led_to)
    assert before.manner is not Manner.MONITOR or after.manner is Manner.MONITOR


subjects = st.builds(
    Subject,
    st.sampled_from(["9B", "year 9", "a class of last year"]),
    st.sampled_from(["10.20.3.4", "10.20.9.9", "10.21.0.1", "192.0.2.1", "2001:db8::1", "", "?"]),
    person=st.sampled_from(["", "ada", "ben"]),
    room=st.sampled_from(["", "Library", "Hall", "Gym"]),
)


moves = st.sampled_from(
    [
        {"person": ""},
        {"person": "cleo"},
        {"room": "Gym"},
        {"room": "Hall"},
        {"address": "192.0.2.9"},
    ]
)


@given(any_rules, hits, led, findings, text_rules, subjects, moves)
def test_who_are_of_one_class_get_the_same_verdicts(
    lines: list[PolicyRule],
    on: list[Hit],
    led_to: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
    one: Subject,
    move: dict[str, Any],
) -> None:
    school, two = policy(lines, texts), replace(one, **move)
    if school.class_of(one) == school.class_of(two):
        first, second = (judged(lines, on, led_to, said, texts, who=who) for who in (one, two))
        assert gist(first) == gist(second)


@given(any_rules, hits, led)
def test_a_rule_for_a_room_says_nothing_outside_it(
    lines: list[PolicyRule], on: list[Hit], led_to: list[Hit]
) -> None:
    outside = replace(ADA, room="Gym", address="")
    elsewhere = [one for one in lines if not one.who.rooms and not one.who.networks]
    with_all = judged(lines, on, led_to, who=outside)
    assert gist(with_all) == gist(judged(elsewhere, on, led_to, who=outside))


@given(any_rules, overrides, hits, led, findings, text_rules)
def test_an_override_that_is_over_is_as_none(
    lines: list[PolicyRule],
    over: PolicyRule,
    on: list[Hit],
    led_to: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
) -> None:
    over = replace(over, times=Times(since=NOW - HOUR, until=NOW))
    without = judged(lines, on, led_to, said, texts)
    assert gist(judged([*lines, over], on, led_to, said, texts)) == gist(without)


@given(any_rules, overrides, hits, findings, text_rules)
def test_no_override_mutes_what_was_typed(
    lines: list[PolicyRule],
    lesson: PolicyRule,
    on: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
) -> None:
    before = judged(lines, on, [], said, texts)
    after = judged([*lines, lesson], on, [], said, texts)
    assert after.flagged is before.flagged
    assert before.reason is not Reason.WORDS or not before.blocked or after.blocked


@given(any_rules, hits, led)
def test_no_override_alone_opens_what_is_beyond_the_ceiling(
    lines: list[PolicyRule], on: list[Hit], led_to: list[Hit]
) -> None:
    lines = [one for one in lines if one.lifts]
    block = PolicyRule("no malware", Action.BLOCK, frozenset({"malware"}))
    helped = any(hit.category == "help" for hit in on)
    on = [*on, Hit("malware", "list", "x")]
    assert judged([*lines, block], on, led_to).blocked is not helped


@given(any_rules, hits, led, findings, text_rules)
def test_the_decisive_rules_alone_give_the_same_verdict(
    lines: list[PolicyRule],
    on: list[Hit],
    led_to: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
) -> None:
    verdict = judged(lines, on, led_to, said, texts)
    named = {one.rule for one in decisive(verdict)}
    alone = judged(
        [one for one in lines if one.name in named],
        on,
        led_to,
        said,
        [one for one in texts if one.name in named],
    )
    assert (alone.word, alone.reason) == (verdict.word, verdict.reason)


@given(any_rules, hits, led)
def test_without_the_decisive_rules_the_outcome_changes_or_one_that_lost_gives_it(
    lines: list[PolicyRule], on: list[Hit], led_to: list[Hit]
) -> None:
    """Or, where it is to allow, no rule is left: that is the default."""
    verdict = judged(lines, on, led_to)
    stood = {one.rule for one in decisive(verdict)}
    lost = {one.rule for one in verdict.considered if one.lost_because} - stood
    without = judged([one for one in lines if one.name not in stood], on, led_to)
    assert (
        without.word != verdict.word
        or {one.rule for one in decisive(without)} & lost
        or (without.reason in {Reason.DEFAULT, Reason.HELP} and not verdict.blocked)
    )


@given(any_rules, hits, led, st.floats(0, 1))
def test_until_the_next_edge_nothing_changes(
    lines: list[PolicyRule], on: list[Hit], led_to: list[Hit], part: float
) -> None:
    edge = policy(lines).next_edge(NOW) or NOW + timedelta(days=400)
    assert edge > NOW
    later = min(NOW + part * (edge - NOW), edge - timedelta(microseconds=1))
    assert gist(judged(lines, on, led_to, now=later)) == gist(judged(lines, on, led_to))


@given(any_rules, hits, led, findings, text_rules)
def test_every_rule_that_could_speak_is_told_of(
    lines: list[PolicyRule],
    on: list[Hit],
    led_to: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
) -> None:
    verdict = judged(lines, on, led_to, said, texts)
    if verdict.reason is Reason.HELP:
        assert not verdict.considered
        return
    matters = {hit.category for hit in (*on, *led_to)}
    lists = {hit.list for hit in (*on, *led_to)}
    line = frozenset(TREE.lineage(ADA.group))
    could = {
        one.name
        for one in lines
        if (one.categories & matters - ({"malware"} if one.lifts else set()) or one.lists & lists)
        and covers(one.who, line)
    }
    assert could <= {one.rule for one in verdict.considered}


def covers(who: Who, line: frozenset[str]) -> bool:
    """Whether Ada is meant: a second way to say what safeguard.core.stands looks up."""
    match who:
        case Who(people=people) if people:
            return ADA.person in people
        case Who(rooms=rooms) if rooms:
            return ADA.room in rooms
        case Who(networks=networks) if networks:
            return not networks.isdisjoint({"10.20.0.0/16", "10.20.3.0/24"})
        case _:
            return not who.groups or bool(line & who.groups)
