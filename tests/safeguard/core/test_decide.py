"""Precedence as a table, then the laws that hold for any table."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.sealed import UNSEEN
from filter_rules.types import Finding, Hit, Kind, Severity
from filter_rules.urls import split
from safeguard.core.decide import decide
from safeguard.core.facts import typed
from safeguard.core.groups import Groups
from safeguard.core.overrides import Override
from safeguard.core.policy import Policy
from safeguard.core.policy_tables import ABOUT, DOES
from safeguard.core.rules import PolicyRule, TextRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Reason, Subject, Target

ADA = Subject("staff", person="ada")
CASES = tomllib.loads(Path("tests/tables/precedence.toml").read_text(encoding="utf-8"))["case"]


TREE = Groups(
    {
        "secondary": "",
        "year 9": "secondary",
        "9B": "year 9",
        "year 10": "secondary",
        "staff": "",
        "guest": "",
        "unidentified": "",
    },
    strictest="unidentified",
)
LUNCH = timetable(UTC, {}, {}).schedule("lunch", ["wed 12:00-13:00"])


def moment(words: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-04 {words}").replace(tzinfo=UTC)  # a Wednesday


def who(line: dict[str, Any]) -> Who:
    return Who(*(frozenset(line.get(key, ())) for key in ("groups", "people", "rooms", "networks")))


def about(line: dict[str, Any]) -> frozenset[str]:
    facts = [named_by(one) for key, named_by in ABOUT.items() for one in line.get(key, ())]
    return frozenset(facts or [line.get("category", "gambling")])


def times(line: dict[str, Any]) -> Times:
    since, until = (moment(line[key]) if key in line else None for key in ("since", "until"))
    return Times(line.get("schedule", ""), since, until)


def rule(name: str, line: dict[str, Any]) -> PolicyRule:
    action, manner = DOES[line["action"]]
    return PolicyRule(
        name,
        action,
        about(line),
        who(line),
        named=line.get("named", False),
        times=times(line),
        lists=frozenset(line.get("lists", ())),
        manner=manner,
    )


def text_rule(name: str, line: dict[str, Any]) -> TextRule:
    action, manner = DOES[line["action"]]
    return TextRule(
        name,
        action,
        frozenset(Kind(kind) for kind in line.get("kinds", Kind)),
        Severity[line.get("severity", "urgent").upper()],
        frozenset((*line.get("themes", ()), *map(typed, line.get("words", ())))),
        who(line),
        spares_help_seeking=line.get("spares_help_seeking", False),
        times=times(line),
        manner=manner,
    )


def override(number: int, line: dict[str, Any]) -> Override:
    return Override(
        number,
        who(line),
        moment("12:00"),
        moment("13:00"),
        "Tom",
        "a lesson",
        frozenset(line.get("categories", ())),
        line.get("site", ""),
    )


def policy_of(case: dict[str, Any]) -> Policy:
    overrides = [override(n, line) for n, line in enumerate(case.get("overrides", ()), 1)]
    return Policy(
        (
            *(rule(f"rule {n}", line) for n, line in enumerate(case["rules"])),
            *(one.rule for one in overrides),
        ),
        tuple(text_rule(f"text {n}", line) for n, line in enumerate(case.get("text_rules", ()))),
        sealed=frozenset({"illegal"}),
        help=frozenset({"help"}),
        circumvention=frozenset({"filter-bypass"}),
        monitored=TREE.below(case.get("monitored", ["staff", "secondary"])),
        sealed_missing=case.get("sealed_missing", False),
        groups=TREE,
        schedules={"lunch": LUNCH},
        beyond_overrides=frozenset({"malware"}),
        private_categories=frozenset({"finance"}),
    )


def target_of(case: dict[str, Any]) -> Target:
    target = Target("site.example", words=case.get("words", ""), kind=Kind.SEARCH)
    return replace(target, **case.get("target", {}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_precedence(case: dict[str, Any]) -> None:
    hits = [Hit(category, "list", category) for category in case.get("on", ["gambling"])]
    findings = [
        Finding(
            one["theme"],
            Severity[one["severity"].upper()],
            10,
            help_seeking=one.get("help_seeking", False),
        )
        for one in case.get("typed", ())
    ]
    kind = Kind(case.get("kind", "search"))
    led_to = [Hit(category, "list", "192.0.2.0/24") for category in case.get("leads_to", ())]
    subject = replace(
        ADA,
        group=case.get("asks", "staff"),
        room=case.get("room", ""),
        address=case.get("address", ""),
    )
    policy = policy_of(case).at(moment(case.get("at", "12:30")))
    target = target_of(case)
    hits += policy.facts.of(target, split(target.url) if target.url else None)
    findings += policy.facts.in_text(target.words, kind)

    verdict = decide(subject, hits, findings, kind, policy, led_to)

    gives = case["gives"]
    assert verdict.word == gives["action"]
    assert verdict.blocked is (gives["action"] in {"block", "warn"})
    assert verdict.reason == gives["because"]
    assert verdict.flagged is gives.get("flagged", False)
    if "lost" in gives:
        assert verdict.considered[-1].lost_because == gives["lost"]


CATEGORIES = ["gambling", "news", "illegal", "help", "own:1", "own:22"]
hits = st.lists(
    st.builds(
        lambda category: Hit(category, "list", category),
        st.sampled_from(CATEGORIES),
    ),
    max_size=4,
)
everyone_or_some = st.builds(
    Who,
    st.sampled_from([frozenset[str](), frozenset({"staff"}), frozenset({"guest"})]),
    st.sampled_from([frozenset[str](), frozenset({"ada"}), frozenset({"ben"})]),
)
rules = st.builds(
    PolicyRule,
    name=st.text("abc", min_size=1, max_size=3),
    action=st.sampled_from(Action),
    categories=st.sets(st.sampled_from(CATEGORIES), min_size=1).map(frozenset),
    who=everyone_or_some,
    named=st.booleans(),
)
text_rules = st.builds(
    TextRule,
    name=st.text("xyz", min_size=1, max_size=3),
    action=st.sampled_from(Action),
    kinds=st.just(frozenset(Kind)),
    severity=st.sampled_from(Severity),
    themes=st.sampled_from([frozenset[str](), frozenset({"suicide"})]),
    who=everyone_or_some,
)
findings = st.lists(
    st.builds(
        Finding,
        theme=st.sampled_from(["suicide", "drugs"]),
        severity=st.sampled_from(Severity),
        score=st.just(1.0),
        help_seeking=st.booleans(),
    ),
    max_size=3,
)


def policy(lines: list[PolicyRule], texts: list[TextRule]) -> Policy:
    return Policy(
        tuple(lines),
        tuple(texts),
        sealed=frozenset({"illegal"}),
        help=frozenset({"help"}),
        monitored=frozenset({"staff"}),
    )


@given(
    hits,
    findings,
    st.lists(text_rules, max_size=3),
    st.lists(rules, max_size=6).flatmap(
        lambda lines: st.tuples(st.just(lines), st.permutations(lines))
    ),
)
def test_the_order_of_rules_never_changes_a_verdict(
    on: list[Hit],
    said: list[Finding],
    texts: list[TextRule],
    orders: tuple[list[PolicyRule], list[PolicyRule]],
) -> None:
    one, two = (decide(ADA, on, said, Kind.SEARCH, policy(lines, texts)) for lines in orders)
    assert (one.action, one.reason, one.flagged) == (two.action, two.reason, two.flagged)


@given(hits, findings, st.lists(rules, max_size=6), st.lists(text_rules, max_size=3))
def test_nothing_lifts_sealed_content(
    on: list[Hit], said: list[Finding], lines: list[PolicyRule], texts: list[TextRule]
) -> None:
    on = [*on, Hit("illegal", "list", "x")]
    verdict = decide(ADA, on, said, Kind.SEARCH, policy(lines, texts))
    assert verdict.action is Action.BLOCK
    assert verdict.reason is Reason.SEALED
    assert verdict.flagged
    assert {(hit.category, hit.entry) for hit in verdict.hits} == {("illegal", "withheld")}


@given(hits, findings, st.lists(rules, max_size=6), st.lists(text_rules, max_size=3))
def test_nothing_opens_a_site_that_carries_sealed_entries_and_cannot_be_seen_into(
    on: list[Hit], said: list[Finding], lines: list[PolicyRule], texts: list[TextRule]
) -> None:
    on = [*on, Hit(UNSEEN, "list", "x")]
    verdict = decide(ADA, on, said, Kind.SEARCH, policy(lines, texts))
    assert verdict.action is Action.BLOCK
    assert verdict.reason in {Reason.SEALED, Reason.UNSEEN}


@given(hits, findings, st.lists(rules, max_size=6), st.lists(text_rules, max_size=3))
def test_while_a_sealed_list_is_missing_only_help_is_let_through(
    on: list[Hit], said: list[Finding], lines: list[PolicyRule], texts: list[TextRule]
) -> None:
    missing = replace(policy(lines, texts), sealed_missing=True)
    verdict = decide(ADA, on, said, Kind.SEARCH, missing)
    assert verdict.blocked or verdict.reason is Reason.HELP
    assert verdict.reason in {Reason.HELP, Reason.SEALED, Reason.SEALED_MISSING}


@given(hits, findings, st.lists(rules, max_size=6), st.lists(text_rules, max_size=3))
def test_the_decisive_rules_come_first_and_agree_with_the_verdict(
    on: list[Hit], said: list[Finding], lines: list[PolicyRule], texts: list[TextRule]
) -> None:
    verdict = decide(ADA, on, said, Kind.SEARCH, policy(lines, texts))
    fates = [not one.lost_because for one in verdict.considered]
    assert fates == sorted(fates, reverse=True)
    decisive = [one for one in verdict.considered if not one.lost_because]
    assert {one.action for one in decisive} <= {verdict.action}
    assert bool(decisive) == (verdict.reason in {Reason.RULE, Reason.WORDS})


@given(hits, findings, st.lists(rules, max_size=6), rules)
def test_another_blocking_rule_for_everyone_never_opens_a_site(
    on: list[Hit], said: list[Finding], lines: list[PolicyRule], more: PolicyRule
) -> None:
    block = PolicyRule("more", Action.BLOCK, more.categories)
    before = decide(ADA, on, said, Kind.SEARCH, policy(lines, []))
    after = decide(ADA, on, said, Kind.SEARCH, policy([*lines, block], []))
    assert not (before.blocked and not after.blocked)


@given(hits, hits, findings, st.lists(rules, max_size=6), st.lists(text_rules, max_size=3))
def test_where_a_site_leads_can_block_it_and_never_opens_it(
    on: list[Hit],
    led_to: list[Hit],
    said: list[Finding],
    lines: list[PolicyRule],
    texts: list[TextRule],
) -> None:
    without = decide(ADA, on, said, Kind.SEARCH, policy(lines, texts))
    led = decide(ADA, on, said, Kind.SEARCH, policy(lines, texts), led_to)
    assert led.blocked or not without.blocked
    assert set(led.hits) <= {*on, *led_to} or led.reason is Reason.SEALED


MONITORED = Policy(
    (PolicyRule("no gambling", Action.BLOCK, frozenset({"gambling", "finance"})),),
    (TextRule("no harm", Action.BLOCK, frozenset({Kind.SEARCH}), Severity.HIGH, frozenset()),),
    sealed=frozenset({"illegal"}),
    monitored=frozenset({"year 9", "9B"}),
    private_categories=frozenset({"finance"}),
    groups=TREE,
    monitor_only=frozenset({"year 9", "secondary"}),
)
SAID = Finding("suicide", Severity.URGENT, 12)


@pytest.mark.parametrize(
    ("group", "hits", "findings", "does", "reason"),
    [
        ("year 9", ["gambling"], [], "monitor", Reason.MONITORED),
        ("9B", ["gambling"], [], "block", Reason.RULE),  # the pilot group
        ("year 9", ["illegal"], [], "block", Reason.SEALED),
        ("year 9", ["finance"], [], "allow", Reason.MONITORED),  # nobody is watched there
        ("year 9", [], [SAID], "monitor", Reason.MONITORED),
        ("9B", [], [SAID], "block", Reason.WORDS),
        ("year 9", ["chess"], [], "allow", Reason.DEFAULT),
    ],
)
def test_in_a_group_that_is_only_monitored_what_rules_block_is_let_through_and_kept(
    group: str, hits: list[str], findings: list[Finding], does: str, reason: Reason
) -> None:
    matched = [Hit(one, "list", "x.test") for one in hits]
    verdict = decide(Subject(group), matched, findings, Kind.SEARCH, MONITORED)
    assert (verdict.word, verdict.reason) == (does, reason)
    assert verdict.flagged == bool(findings or reason is Reason.SEALED)
    if reason is Reason.MONITORED:
        assert verdict.rule  # which rule would have blocked
