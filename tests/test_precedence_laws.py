"""The laws of precedence, for any rules: with a tree of groups, schedules and overrides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core.decide import decide
from safeguard.core.groups import Groups
from safeguard.core.policy import ALWAYS, Policy, PolicyRule, TextRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Considered, Reason, Subject, Verdict

ADA = Subject("9B", person="ada")
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
    max_size=5,
)
led = st.lists(
    st.sampled_from(CATEGORIES).map(lambda one: Hit(one, "list", "192.0.2.0/24")), max_size=2
)
whoms = st.builds(
    Who,
    st.sets(st.sampled_from(sorted(TREE.above)), max_size=2).map(frozenset),
    st.sampled_from([frozenset[str](), frozenset({"ada"}), frozenset({"ben"})]),
)
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
    PolicyRule,
    name=names,
    action=st.sampled_from(Action),
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
    who=whoms.filter(lambda who: bool(who.groups or who.people)),
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
        TextRule,
        name=names.map("text {}".format),
        action=st.sampled_from(Action),
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
) -> Verdict:
    return decide(ADA, on, said, Kind.SEARCH, policy(lines, texts).at(now), led_to)


def decisive(verdict: Verdict) -> set[Considered]:
    return {one for one in verdict.considered if not one.lost_because}


def gist(verdict: Verdict) -> tuple[Action, Reason, bool, set[Considered]]:
    return verdict.action, verdict.reason, verdict.flagged, decisive(verdict)


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
    one, two = (judged(lines, on, led_to, said, texts) for lines in orders)
    assert gist(one) == gist(two)


@given(any_rules, hits, findings, text_rules)
def test_nothing_lifts_sealed_content_and_nobody_is_told_which_rule_tried(
    lines: list[PolicyRule], on: list[Hit], said: list[Finding], texts: list[TextRule]
) -> None:
    verdict = judged(lines, [*on, Hit("illegal", "list", "x")], [], said, texts)
    assert gist(verdict) == (Action.BLOCK, Reason.SEALED, True, set())


@given(any_rules, rules, hits, led)
def test_another_blocking_rule_never_allows_more(
    lines: list[PolicyRule], more: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    block = replace(more, action=Action.BLOCK)
    assert judged([*lines, block], on, led_to).blocked or not judged(lines, on, led_to).blocked


@given(any_rules, rules | overrides, hits, led)
def test_another_allowing_rule_or_override_never_blocks_more(
    lines: list[PolicyRule], more: PolicyRule, on: list[Hit], led_to: list[Hit]
) -> None:
    allow = replace(more, action=Action.ALLOW)
    assert judged(lines, on, led_to).blocked or not judged([*lines, allow], on, led_to).blocked


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
    assert (alone.action, alone.reason) == (verdict.action, verdict.reason)


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
        without.action is not verdict.action
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
        and (
            ADA.person in one.who.people
            if one.who.people
            else not one.who.groups or line & one.who.groups
        )
    }
    assert could <= {one.rule for one in verdict.considered}
