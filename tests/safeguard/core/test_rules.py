"""What rules are about, whom they are for, and when they rest."""

from datetime import UTC, datetime, timedelta

import pytest

from filter_rules.types import Finding, Kind, Severity
from safeguard.core.facts import typed
from safeguard.core.rules import (
    ALWAYS,
    EVERYONE,
    PolicyRule,
    TextRule,
    Times,
    Who,
    canonical_network,
)
from safeguard.core.types import Action, Manner, Scope

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA, BEN = frozenset({"ada"}), frozenset({"ben"})
HERE = frozenset({"Library"})
NET = frozenset({"10.0.0.0/8"})


@pytest.mark.parametrize(
    ("who", "scope"),
    [
        (EVERYONE, Scope.EVERYONE),
        (Who(groups=ADA), Scope.GROUP),
        (Who(networks=NET), Scope.NETWORK),
        (Who(rooms=HERE), Scope.ROOM),
        (Who(people=ADA), Scope.PERSON),
        (Who(groups=BEN, people=ADA), Scope.PERSON),
        (Who(groups=BEN, rooms=HERE, networks=NET), Scope.ROOM),
    ],
)
def test_of_several_kinds_the_narrowest_says_whom_a_rule_is_for(who: Who, scope: Scope) -> None:
    assert who.scope is scope


@pytest.mark.parametrize(
    ("times", "on", "rests"),
    [
        (ALWAYS, set[str](), ""),
        (Times("lunch"), {"lunch"}, ""),
        (Times("lunch"), {"break"}, "it is for “lunch” alone, and that is not now"),
        (Times(since=NOON), set[str](), ""),
        (Times(since=NOON + HOUR), set[str](), "it has not begun yet"),
        (Times(until=NOON), set[str](), "it has ended"),
        (Times(until=NOON + HOUR), set[str](), ""),
        (Times("lunch", NOON - HOUR, NOON), {"lunch"}, "it has ended"),
    ],
)
def test_a_rule_rests_outside_its_times_and_says_why(
    times: Times, on: set[str], rests: str
) -> None:
    assert times.rests(NOON, on) == rests


def test_a_text_rule_never_speaks_of_help_seeking() -> None:
    rule = TextRule("t", Action.BLOCK, frozenset(Kind), Severity.LOW)
    assert rule.speaks_of(Finding("suicide", Severity.LOW, 1), Kind.PAGE)
    helped = Finding("help-seeking", Severity.URGENT, 1, help_seeking=True)
    assert not rule.speaks_of(helped, Kind.PAGE)


def test_where_help_is_sought_a_rule_may_spare_it_and_own_words_always_do() -> None:
    finding = Finding("suicide", Severity.HIGH, 9)
    firm = TextRule("t", Action.BLOCK, frozenset(Kind), Severity.LOW)
    sparing = TextRule("t", Action.BLOCK, frozenset(Kind), Severity.LOW, spares_help_seeking=True)
    assert firm.speaks_of(finding, Kind.CHAT, help_sought=True)
    assert not sparing.speaks_of(finding, Kind.CHAT, help_sought=True)
    own = Finding(typed("vape"), Severity.NONE, 0)
    vape = TextRule("t", Action.BLOCK, frozenset(Kind), Severity.URGENT, frozenset({own.theme}))
    assert vape.speaks_of(own, Kind.CHAT)
    assert not vape.speaks_of(own, Kind.CHAT, help_sought=True)


def test_a_rule_about_any_theme_is_not_about_own_words_of_another() -> None:
    own = Finding(typed("vape"), Severity.NONE, 0)
    assert not TextRule("t", Action.BLOCK, frozenset(Kind), Severity.NONE).speaks_of(own, Kind.CHAT)


def test_from_lax_to_strict_rules_allow_monitor_warn_and_block() -> None:
    ways = [
        (Action.ALLOW, Manner.PLAIN),
        (Action.ALLOW, Manner.MONITOR),
        (Action.BLOCK, Manner.WARN),
        (Action.BLOCK, Manner.PLAIN),
    ]
    rules = [PolicyRule("r", action, frozenset(), manner=manner) for action, manner in ways]
    assert [one.strictness for one in rules] == [0, 1, 2, 3]
    texts = [TextRule("t", a, frozenset(), Severity.LOW, manner=manner) for a, manner in ways]
    assert [one.strictness for one in texts] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("action", "manner"), [(Action.ALLOW, Manner.WARN), (Action.BLOCK, Manner.MONITOR)]
)
def test_what_no_rule_can_do_is_refused(action: Action, manner: Manner) -> None:
    with pytest.raises(ValueError, match=f"'r' cannot {action} and {manner} at once"):
        PolicyRule("r", action, frozenset(), manner=manner)
    with pytest.raises(ValueError, match=f"'r' cannot {action} and {manner} at once"):
        TextRule("r", action, frozenset(), Severity.LOW, manner=manner)


def test_a_network_has_one_spelling() -> None:
    assert canonical_network("10.20.3.4/16") == "10.20.0.0/16"
    assert canonical_network("2001:DB8::/32") == "2001:db8::/32"
    with pytest.raises(ValueError, match="'the hall' is no network, such as"):
        canonical_network("the hall")
    with pytest.raises(ValueError, match=r"'10.20.3.4/16' is written 10.20.0.0/16"):
        Who(networks=frozenset({"10.20.3.4/16"}))
