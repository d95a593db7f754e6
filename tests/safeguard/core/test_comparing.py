"""What two policies are asked to compare them: only what can differ, and for whom."""

from dataclasses import replace

from filter_rules.types import Kind, Severity
from safeguard.core.comparing import ANY_OTHER, NOBODY_KNOWS, Circle, circles_of, keys_of, questions
from safeguard.core.groups import Groups
from safeguard.core.policy import Policy, PolicyRule, TextRule, Times, Who
from safeguard.core.types import Action, Subject

TREE = Groups({"year 9": "", "9B": "year 9", "staff": ""}, "staff")
GAMES = PolicyRule("games", Action.BLOCK, frozenset({"games"}))
ADA = PolicyRule("ada", Action.ALLOW, frozenset({"games"}), Who(people=frozenset({"ada"})))
BEFORE = Policy((GAMES,), groups=TREE, monitored=frozenset({"9B"}))


def asked(before: Policy, after: Policy, group: str = "9B") -> list[str]:
    sides = Circle(Subject(group), Subject(group)).of(before, after)
    return [one.words for one in questions(sides)]


def test_each_group_is_compared_and_someone_of_none_and_people_whose_rules_differ() -> None:
    everyone = ["9B", "staff", "year 9", NOBODY_KNOWS]
    after = replace(BEFORE, rules=(GAMES, ADA))
    assert [one.before.group for one in circles_of(BEFORE, BEFORE, frozenset(), {})] == everyone
    found = [*circles_of(BEFORE, after, frozenset(), {"ada": "9B"})]
    assert found[-1] == Circle(Subject("9B", person="ada"), Subject("9B", person="ada"))
    assert len(found) == len(everyone) + 1
    assert len([*circles_of(after, after, frozenset(), {})]) == len(everyone)
    unknown = [one.before for one in circles_of(BEFORE, after, frozenset(), {})]
    assert [one.group for one in unknown if one.person] == everyone[:-1]


def test_only_what_rules_differ_about_is_asked() -> None:
    news = PolicyRule("news", Action.BLOCK, frozenset({"news"}))
    listed = PolicyRule("list", Action.BLOCK, frozenset(), lists=frozenset({"trial"}))
    after = replace(BEFORE, rules=(GAMES, news))
    assert asked(BEFORE, BEFORE) == []
    assert asked(BEFORE, after) == ["“news”"]
    assert asked(BEFORE, replace(after, rules=(GAMES, listed))) == [
        "“games” on the list trial",
        f"“{ANY_OTHER}” on the list trial",
    ]


def test_a_named_address_is_asked_also_where_it_is_blocked_by_something_else() -> None:
    named = replace(ADA, who=Who(), categories=frozenset({"own:1"}), named=True)
    assert asked(BEFORE, replace(BEFORE, rules=(GAMES, named))) == ["“own:1”", "“own:1”"]


def test_words_are_asked_of_groups_that_both_policies_read() -> None:
    rule = TextRule("words", Action.BLOCK, frozenset({Kind.CHAT}), Severity.URGENT)
    after = replace(BEFORE, text_rules=(rule,))
    words = asked(BEFORE, after)
    assert f"“{ANY_OTHER}” (urgent) in a chat that asks for help" in words
    assert asked(BEFORE, after, "staff") == []
    assert asked(BEFORE, replace(after, monitored=frozenset())) == []


def test_rules_of_another_time_or_place_in_the_tree_are_other_rules() -> None:
    year = replace(GAMES, who=Who(frozenset({"year 9"})))
    before = replace(BEFORE, rules=(year,))
    later = replace(before, rules=(replace(year, times=Times("lunch")),))
    for after in (later, replace(before, groups=Groups({**TREE.above, "9B": "staff"}, "staff"))):
        sides = Circle(Subject("9B"), Subject("9B")).of(before, after)
        both = sides[0].about("games"), sides[1].about("games")
        was, becomes = keys_of(sides, both, "games")
        assert was != becomes
