"""What weakens a policy is found by verdicts: whatever the form of the change, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.types import Finding, Hit, Kind, Severity
from safeguard.core import weakening
from safeguard.core.decide import decide
from safeguard.core.groups import Groups
from safeguard.core.overrides import Ceiling
from safeguard.core.policy import ALWAYS, Policy, PolicyRule, TextRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Subject, Verdict
from safeguard.core.weakening import Weakening, Weaker, weakened, weakened_by_move

NOW = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
TREE = Groups(
    {"pupils": "", "year 9": "pupils", "9B": "year 9", "staff": "", "unidentified": ""},
    "unidentified",
)
LUNCH = timetable(UTC, {}, {}).schedule("lunch", ["mon-fri 12:00-13:00"])
LATE = timetable(UTC, {}, {}).schedule("lunch", ["mon-fri 13:00-14:00"])
CEILING = Ceiling(timedelta(hours=2), 2, 40)


def judge(
    policy: Policy,
    subject: Subject,
    hits: Sequence[Hit],
    findings: Sequence[Finding],
    kind: Kind | None,
) -> Verdict:
    return decide(subject, hits, findings, kind, policy)


def rule(name: str, action: Action, *categories: str, **more: Any) -> PolicyRule:
    return PolicyRule(name, action, frozenset(categories), **more)


def block(*categories: str, **more: Any) -> PolicyRule:
    return rule(f"block {categories}", Action.BLOCK, *categories, **more)


def allow(*categories: str, **more: Any) -> PolicyRule:
    return rule(f"allow {categories}", Action.ALLOW, *categories, **more)


def group(*names: str) -> Who:
    return Who(frozenset(names))


def policy(*rules: PolicyRule, **more: Any) -> Policy:
    given: dict[str, Any] = {
        "sealed": frozenset({"illegal"}),
        "help": frozenset({"help"}),
        "circumvention": frozenset({"proxies"}),
        "monitored": frozenset({"pupils", "year 9", "9B", "unidentified"}),
        "groups": TREE,
        "schedules": {"lunch": LUNCH},
        "beyond_overrides": frozenset({"gambling"}),
    }
    return Policy(rules, **given | more)


def found(before: Policy, after: Policy, **more: Any) -> Sequence[Weakening]:
    return weakened(before, after, judge, NOW, **more)


def ways(before: Policy, after: Policy, **more: Any) -> set[tuple[Weaker, str]]:
    return {(one.how, one.about) for one in found(before, after, **more)}


BLOCKED = policy(block("games", "chat"))


def test_a_policy_is_not_weaker_than_itself() -> None:
    assert found(BLOCKED, policy(block("games", "chat"))) == []


def test_what_is_no_longer_blocked_is_weaker_for_those_for_whom_it_is_not() -> None:
    after = policy(block("chat"), block("games", who=group("pupils")))
    assert found(BLOCKED, after) == [
        Weakening(
            Weaker.OPENED, "“games”", ("someone whose group is not known", "staff", "unidentified")
        )
    ]


def test_a_rule_that_allows_what_was_blocked_for_fewer_people_is_weaker_for_them_alone() -> None:
    (one,) = found(BLOCKED, policy(*BLOCKED.rules, allow("games", who=group("year 9"))))
    assert (one.groups, one.people, one.since) == (("9B", "year 9"), (), None)
    assert one.sentence == "“games” was blocked, and would be allowed (for 9B, year 9)."


def test_a_rule_that_allows_what_stays_blocked_is_not_weaker() -> None:
    assert found(BLOCKED, policy(*BLOCKED.rules, allow("games"))) == []


def test_other_words_and_another_order_are_not_weaker() -> None:
    rules = replace(block("games"), name="another name", reason="another reason"), block("chat")
    assert found(BLOCKED, policy(*reversed(rules))) == []


def test_what_is_blocked_in_another_form_is_not_weaker() -> None:
    each = [block("games", "chat", who=group(one)) for one in ("pupils", "staff", "unidentified")]
    assert found(BLOCKED, policy(*each)) == []


@pytest.mark.parametrize(
    ("times", "since"),
    [
        (Times("lunch"), NOW.replace(hour=12, minute=0)),
        (Times(since=NOW + 40 * DAY), NOW + 40 * DAY),
        (Times(until=NOW + DAY), None),
        (Times("lunch", since=NOW + 40 * DAY), (NOW + 40 * DAY).replace(hour=12, minute=0)),
    ],
)
def test_what_is_open_at_some_time_only_is_weaker_from_then(
    times: Times, since: datetime | None
) -> None:
    (one,) = found(BLOCKED, policy(*BLOCKED.rules, allow("games", who=group("9B"), times=times)))
    assert (one.groups, one.since) == (("9B",), since)


def test_what_is_blocked_at_some_times_only_is_weaker() -> None:
    assert ways(policy(block("games")), policy(block("games", times=Times("lunch")))) == {
        (Weaker.OPENED, "“games”")
    }


def test_other_hours_by_the_same_name_are_weaker() -> None:
    lunch = policy(block("games"), allow("games", who=group("9B"), times=Times("lunch")))
    (one,) = found(lunch, replace(lunch, schedules={"lunch": LATE}))
    assert one.since == NOW.replace(hour=13, minute=0)


def test_hours_that_only_a_later_term_has_are_looked_at() -> None:
    dates = timetable(UTC, {}, {"spring": ["2027-01-05/2027-03-26"]})
    spring = dates.schedule("lunch", ["mon-fri 12:00-13:00"], ["spring"])
    before = replace(BLOCKED, schedules={"lunch": spring})
    after = replace(
        before, rules=(*BLOCKED.rules, allow("games", who=group("9B"), times=Times("lunch")))
    )
    (one,) = found(before, after)
    assert one.since == datetime(2027, 1, 5, 12, tzinfo=UTC)


def test_a_group_that_is_moved_is_weaker_where_it_meets_laxer_rules() -> None:
    lax = policy(block("games", who=group("pupils")), block("chat"))
    moved = Groups({**TREE.above, "9B": "staff"}, "unidentified")
    assert [(one.how, one.about, one.groups) for one in found(lax, replace(lax, groups=moved))] == [
        (Weaker.OPENED, "“games”", ("9B",))
    ]


def test_a_group_that_is_gone_is_judged_as_nobody_knows() -> None:
    strict = policy(block("games", who=group("9B")))
    rest = Groups({one: above for one, above in TREE.above.items() if one != "9B"}, "unidentified")
    assert ("“games”") in {one.about for one in found(strict, policy(groups=rest))}
    stays = policy(block("games", who=group("unidentified")), groups=rest)
    assert found(strict, stays) == []


def test_a_new_group_is_compared_where_somebody_is_in_it() -> None:
    before = policy(block("games", who=group("unidentified")))
    after = replace(before, groups=Groups({**TREE.above, "club": ""}, "unidentified"))
    assert found(before, after) == []
    (one,) = found(before, after, peopled=["club"])
    assert one.groups == ("club",)


def test_a_rule_for_a_person_is_compared_in_the_group_that_the_person_is_in() -> None:
    before = policy(block("games", who=group("pupils")))
    after = policy(*before.rules, allow("games", who=Who(people=frozenset({"ada"}))))
    (one,) = found(before, after, groups_of={"ada": "9B"})
    assert (one.groups, one.people) == ((), ("ada",))
    assert one.sentence == "“games” was blocked, and would be allowed (for one person)."
    assert found(before, after, groups_of={"ada": "staff"}) == []
    assert found(before, after) == [one]  # nobody said which group: in one of them it is weaker


def test_who_moves_to_another_group_is_compared() -> None:
    lax = policy(block("games", who=group("pupils")))
    pupil, teacher = Subject("9B", person="ada"), Subject("staff", person="ada")
    found = weakened_by_move(lax, pupil, teacher, judge, NOW)
    assert {(one.how, one.about) for one in found} == {
        (Weaker.OPENED, "“games”"),
        (Weaker.UNREAD, "What is typed and shown"),
    }
    assert weakened_by_move(lax, teacher, pupil, judge, NOW) == []


def test_a_named_address_that_is_opened_is_weaker_whatever_it_lies_in() -> None:
    named = allow("own:1", who=group("9B"), named=True)
    assert ways(BLOCKED, policy(*BLOCKED.rules, named)) == {(Weaker.OPENED, "“own:1”")}
    assert found(policy(*BLOCKED.rules, named), BLOCKED) == []


def test_a_list_that_is_no_longer_blocked_is_weaker() -> None:
    before = policy(replace(block(), lists=frozenset({"trial"})), block("games"))
    assert ways(before, policy(block("games"))) == {
        (Weaker.OPENED, "“anything else” on the list trial"),
        (Weaker.OPENED, "“help” on the list trial"),
    } - {(Weaker.OPENED, "“help” on the list trial")} | {
        (Weaker.OPENED, "“proxies” on the list trial")
    }


def text(severity: Severity = Severity.HIGH, *themes: str, **more: Any) -> TextRule:
    return TextRule(
        "words", Action.BLOCK, frozenset({Kind.SEARCH}), severity, frozenset(themes), **more
    )


WORDS = policy(text_rules=(text(),))


@pytest.mark.parametrize(
    ("after", "about"),
    [
        (text(Severity.URGENT), "“anything else” (high) in a search"),
        (text(Severity.HIGH, "drugs"), "“anything else” (high) in a search"),
        (text(who=group("year 9")), "“anything else” (urgent) in a search"),
        (text(spares_help_seeking=True), "“anything else” (high) in a search that asks for help"),
        (text(times=Times("lunch")), "“anything else” (high) in a search"),
    ],
)
def test_words_that_are_no_longer_stopped_are_weaker(after: TextRule, about: str) -> None:
    assert (Weaker.OPENED, about) in ways(WORDS, policy(text_rules=(after,)))
    assert found(policy(text_rules=(after,)), WORDS) == []


SETTINGS: list[tuple[str, dict[str, Any], tuple[Weaker, str]]] = [
    (
        "words of a group are no longer read",
        {"monitored": frozenset({"pupils", "year 9", "unidentified"})},
        (Weaker.UNREAD, "What is typed and shown"),
    ),
    ("less is sealed", {"sealed": frozenset()}, (Weaker.NOT_SEALED, "What is sealed as “illegal”")),
    ("more is help", {"help": frozenset({"help", "chat"})}, (Weaker.HELPS, "“chat”")),
    (
        "less is a way around",
        {"circumvention": frozenset()},
        (Weaker.UNFLAGGED, "A try to reach “proxies”"),
    ),
    ("less is decrypted", {"private_categories": frozenset({"x"})}, (Weaker.HIDDEN, "“x”")),
    (
        "a group is no longer decrypted",
        {"private_groups": frozenset({"9B"})},
        (Weaker.HIDDEN, "What is encrypted"),
    ),
    (
        "a group is only monitored",
        {"monitor_only": frozenset({"9B"})},
        (Weaker.NOT_ENFORCED, "What rules block"),
    ),
    (
        "what cannot be read is let through",
        {"fail_open": frozenset({"9B"})},
        (Weaker.FAILS_OPEN, "What the filter cannot read"),
    ),
    ("more can be lifted", {"beyond_overrides": frozenset()}, (Weaker.LIFTABLE, "“gambling”")),
]


@pytest.mark.parametrize(
    ("change", "way"), [(one[1], one[2]) for one in SETTINGS], ids=[one[0] for one in SETTINGS]
)
def test_a_setting_that_is_laxer_is_weaker(change: dict[str, Any], way: tuple[Weaker, str]) -> None:
    after = replace(BLOCKED, **change)
    assert way in ways(BLOCKED, after)
    assert found(after, BLOCKED) == []


@pytest.mark.parametrize(
    "higher",
    [
        Ceiling(timedelta(hours=3), 2, 40),
        Ceiling(timedelta(hours=2), 3, 40),
        Ceiling(timedelta(hours=2), 2, 41),
    ],
)
def test_a_ceiling_that_is_raised_is_weaker_and_one_lowered_is_not(higher: Ceiling) -> None:
    (one,) = found(BLOCKED, BLOCKED, ceilings=(CEILING, higher))
    assert one.how is Weaker.CEILING
    assert one.sentence.endswith("would be raised.")
    assert found(BLOCKED, BLOCKED, ceilings=(higher, CEILING)) == []


def test_a_try_to_go_around_that_is_told_no_more_is_weaker() -> None:
    before = policy(block("proxies"))
    assert ways(before, replace(before, circumvention=frozenset())) == {
        (Weaker.UNFLAGGED, "A try to reach “proxies”"),
        (Weaker.UNFLAGGED, "“proxies”"),
    }


def test_more_than_can_be_compared_counts_as_weaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weakening, "MOST_JUDGED", 1)
    stricter = policy(block("games", "chat", "news", "films"))
    assert [one.how for one in found(BLOCKED, stricter)] == [Weaker.TOO_MUCH]


few = settings(max_examples=15, deadline=None)  # each compares dozens of verdicts

# --- laws -----------------------------------------------------------------------------------

CATEGORIES = ["games", "chat", "proxies", "gambling", "own:1"]
LISTS = ["list", "trial"]
THEMES = ["suicide", "drugs"]
MOMENTS = [NOW, NOW.replace(hour=12, minute=30), NOW + 3 * DAY, NOW + 9 * DAY, NOW + 30 * DAY]
times = st.sampled_from(
    [
        ALWAYS,
        Times("lunch"),
        Times(since=NOW + 2 * DAY),
        Times(until=NOW + 8 * DAY),
        Times("lunch", since=NOW + 8 * DAY),
    ]
)
whoms = st.builds(
    Who,
    st.sets(st.sampled_from(sorted(TREE.above)), max_size=2).map(frozenset),
    st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"ada"})]),
)
rules = st.builds(
    PolicyRule,
    name=st.integers(0, 10**6).map(str),
    action=st.sampled_from(Action),
    categories=st.sets(st.sampled_from(CATEGORIES), min_size=1, max_size=3).map(frozenset),
    who=whoms,
    times=times,
    lists=st.sets(st.sampled_from(LISTS), max_size=1).map(frozenset),
)
texts = st.builds(
    TextRule,
    name=st.integers(0, 10**6).map(str),
    action=st.sampled_from(Action),
    kinds=st.just(frozenset(Kind)),
    severity=st.sampled_from(Severity),
    themes=st.sets(st.sampled_from(THEMES), max_size=1).map(frozenset),
    who=whoms,
    spares_help_seeking=st.booleans(),
    times=times,
)
policies = st.builds(
    lambda lines, words, monitored: policy(
        *lines, text_rules=tuple(words), monitored=frozenset(monitored)
    ),
    st.lists(rules, max_size=5),
    st.lists(texts, max_size=2),
    st.sets(st.sampled_from(sorted(TREE.above))),
)
hits = st.lists(
    st.builds(
        Hit, st.sampled_from([*CATEGORIES, "other"]), st.sampled_from([*LISTS, ""]), st.just("e")
    ),
    max_size=3,
)
findings = st.lists(
    st.builds(
        Finding,
        st.sampled_from([*THEMES, "hate"]),
        st.sampled_from(Severity),
        st.just(1.0),
        help_seeking=st.booleans(),
    ),
    max_size=2,
)
subjects = st.builds(
    lambda group, person: Subject(group, person=person),
    st.sampled_from([*sorted(TREE.above), "no group"]),
    st.sampled_from(["", "ada", "ben"]),
)
asked = st.tuples(subjects, hits, findings, st.sampled_from(Kind), st.sampled_from(MOMENTS))


def lets_more(before: Policy, after: Policy, question: Any) -> bool:
    subject, on, said, kind, now = question
    was, becomes = (decide(subject, on, said, kind, one.at(now)) for one in (before, after))
    return (was.blocked and not becomes.blocked) or (was.flagged and not becomes.flagged)


@few
@given(policies, policies, st.lists(asked, min_size=8, max_size=20))
def test_whatever_gets_through_that_did_not_is_found(
    before: Policy, after: Policy, questions: list[Any]
) -> None:
    if any(lets_more(before, after, one) for one in questions):
        assert found(before, after)


@few
@given(policies, st.randoms(use_true_random=False))
def test_another_order_is_never_weaker(before: Policy, order: Any) -> None:
    lines = list(before.rules)
    order.shuffle(lines)
    assert found(before, replace(before, rules=tuple(lines))) == []


@few
@given(policies, rules)
def test_to_add_a_block_or_to_take_an_allow_away_is_weaker_in_nothing_but_flags(
    one: Policy, line: PolicyRule
) -> None:
    """A block may hide a stricter one of a wider circle behind it, but opens nothing by itself."""
    stricter = replace(line, action=Action.BLOCK)
    added = replace(one, rules=(*one.rules, stricter))
    assert not [way for way in found(one, added) if way.how is Weaker.OPENED]
    laxer = replace(line, action=Action.ALLOW)
    assert not [
        way
        for way in found(replace(one, rules=(*one.rules, laxer)), one)
        if way.how is Weaker.OPENED
    ]


@settings(max_examples=8, deadline=None)
@given(policies, policies)
def test_nothing_is_called_weaker_that_no_verdict_shows(before: Policy, after: Policy) -> None:
    """Each is shown by someone, at some moment: the way it was found is not the way it is checked."""
    opened = [one for one in found(before, after) if one.how is Weaker.OPENED]
    for one in opened:
        at = one.since or NOW
        whom = [Subject(name) for name in one.groups] + [
            Subject(name, person=person) for person in one.people for name in [*TREE.above, "?"]
        ]
        on = [
            [Hit(category, listed, "e")]
            for category, listed in product([*CATEGORIES, "other", "illegal", "help"], [*LISTS, ""])
        ]
        said = [
            ([Finding(theme, severity, 1.0), *helping], kind)
            for theme, severity, kind, helping in product(
                [*THEMES, "hate"],
                Severity,
                Kind,
                [[], [Finding("help", Severity.NONE, 0.0, help_seeking=True)]],
            )
        ]
        asked: list[Any] = [(each, [], None) for each in on] + [
            ([], each, kind) for each, kind in said
        ]
        assert any(
            lets_more(before, after, (subject, each, words, kind, at))
            for subject in whom
            for each, words, kind in asked
        )
