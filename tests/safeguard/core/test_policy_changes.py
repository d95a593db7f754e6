"""A draft's changes in words a teacher reads: each is told, and nothing else is."""

import copy
import tomllib
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguard.core.policy_changes import said

SHIPPED = tomllib.loads(
    resources.files("safeguard").joinpath("data/policy.toml").read_text(encoding="utf-8")
)
LUNCH = {"windows": ["mon-fri 12:00-13:00"], "during": ["autumn"], "outside": ["exams"]}
GAMES = {
    "name": "games at lunch",
    "action": "allow",
    "categories": ["games"],
    "groups": ["secondary"],
    "reason": "a break",
    "schedule": "lunch",
}


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SHIPPED), **parts}


def rules(number: int, **fields: Any) -> dict[str, Any]:
    after = changed()
    after["rule"][number] |= fields
    return after


SOCIAL = "pupils and guests: social media, games and things for adults"
TEXT = "pupils: pages that promote harm"
CASES: list[tuple[dict[str, Any], list[str]]] = [
    (
        changed(schedule={"lunch": LUNCH}, rule=[*SHIPPED["rule"], GAMES]),
        [
            (
                "New: Secondary may open games on mon-fri 12:00-13:00, in autumn, not in exams. "
                "(The rule “games at lunch”.)"
            ),
            "The schedule “lunch” is new: mon-fri 12:00-13:00, in autumn, not in exams.",
        ],
    ),
    (
        changed(rule=SHIPPED["rule"][1:]),
        [
            (
                "No longer: Everyone may open education, news, government, health, museums and "
                "programming. (The rule “everyone: learning and public information”.)"
            )
        ],
    ),
    (
        rules(5, groups=["primary", "secondary", "sixth-form", "guest", "unidentified", "staff"]),
        [f"The rule “{SOCIAL}” now also is for staff."],
    ),
    (
        rules(5, groups=["primary"]),
        [f"The rule “{SOCIAL}” no longer is for secondary, sixth-form, guest and unidentified."],
    ),
    (
        rules(6, groups=[]),
        [
            (
                "The rule “pupils up to year 11: AI chat” is now for everyone, and was for primary, "
                "secondary and unidentified."
            )
        ],
    ),
    (
        rules(6, action="allow"),
        ["The rule “pupils up to year 11: AI chat” would now allow, and would block before."],
    ),
    (
        rules(6, reason="Because."),
        ["The rule “pupils up to year 11: AI chat” now has this reason: Because."],
    ),
    (
        rules(6, until=datetime(2026, 12, 1, 9, tzinfo=UTC)),
        [
            (
                "In the rule “pupils up to year 11: AI chat”, until is now 2026-12-01 09:00, "
                "and was nothing."
            )
        ],
    ),
    (
        rules(6, name="AI"),
        ["The rule “pupils up to year 11: AI chat” is now called “AI”."],
    ),
    (
        rules(6, lists=["trial"]),
        ["The rule “pupils up to year 11: AI chat” now is about the lists trial, and before: any."],
    ),
    (
        changed(groups={**SHIPPED["groups"], "9B": {"who": "A class.", "in": "secondary"}}),
        ["The group 9B is new."],
    ),
    (
        changed(groups={one: who for one, who in SHIPPED["groups"].items() if one != "guest"}),
        ["The group guest is gone."],
    ),
    (
        changed(words={"monitored": ["primary", "staff"]}),
        [
            "Whose words are read: now also staff.",
            "Whose words are read: no longer secondary, sixth-form and unidentified.",
        ],
    ),
    (
        changed(overrides={**SHIPPED["overrides"], "longest_minutes": 60}),
        ["How many minutes an override lasts at most is now 60, and was 120."],
    ),
    (
        changed(changes={"second_person": True}),
        ["Whether a second person agrees to what weakens the policy is now yes, and was nothing."],
    ),
    (changed(modes={"video": "strict"}), ["video in [modes] is now strict, and was nothing."]),
    (changed(extra=7), ["“extra” is now 7, and was nothing."]),
    (
        changed(
            override=[
                {
                    "site": "chess.example",
                    "people": ["a", "b"],
                    "groups": [],
                    "since": date(2026, 12, 1),
                    "until": date(2026, 12, 2),
                }
            ]
        ),
        [
            (
                "New: 2 people may open chess.example from 2026-12-01 until 2026-12-02. "
                "(The override “chess.example since 2026-12-01”.)"
            )
        ],
    ),
    (
        changed(text=SHIPPED["text"][1:]),
        [
            (
                "No longer: Searches and chats of primary, secondary, sixth-form and unidentified "
                "about any theme, from “high” on, are stopped, but not where help is asked for. "
                "(The rule about words “pupils: searches and prompts about harm”.)"
            )
        ],
    ),
    (changed(version="2"), []),
]


@pytest.mark.parametrize(("after", "sentences"), CASES)
def test_a_change_is_told_in_words(after: dict[str, Any], sentences: list[str]) -> None:
    assert said(SHIPPED, after) == sentences


def test_a_schedule_that_is_other_or_gone_is_told() -> None:
    before = changed(schedule={"lunch": LUNCH})
    assert said(before, changed(schedule={"lunch": {"windows": ["mon 12:00-13:00"]}})) == [
        (
            "The schedule “lunch” is now mon 12:00-13:00; "
            "it was mon-fri 12:00-13:00, in autumn, not in exams."
        )
    ]
    assert said(before, changed(schedule={})) == ["The schedule “lunch” is gone."]


def test_what_a_group_says_of_itself_is_told_one_by_one() -> None:
    year = {
        "who": "A year.",
        "in": "staff",
        "settings": {"words_read": False},
        "locks": ["words_read"],
        "colour": "red",
    }
    assert said(changed(groups={"year": "Pupils."}), changed(groups={"year": year})) == [
        "The group year is moved from the school to staff.",
        "The group year is now described so: A year.",
        "For the group year, “words read” is now no, and was nothing.",
        "What the group year locks: now also words_read.",
        "For the group year, “colour” is now red.",
    ]


def test_of_a_group_only_what_is_other_is_told() -> None:
    year = {"who": "Pupils.", "in": "", "colour": "red", "settings": {"decrypted": True}}
    said_more = {"settings": {"decrypted": True, "words_read": True}, "size": 5}
    assert said(changed(groups={"year": year}), changed(groups={"year": year | said_more})) == [
        "For the group year, “words read” is now yes, and was nothing.",
        "For the group year, “size” is now 5.",
    ]


def test_two_rules_of_one_name_are_both_told() -> None:
    twice = changed(rule=[*SHIPPED["rule"], GAMES, GAMES | {"groups": ["primary"]}])
    assert len(said(SHIPPED, twice)) == 2


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_another_order_says_nothing_else(order: Any) -> None:
    after = changed()
    for some in (after["rule"], after["text"], after["rule"][0]["categories"]):
        order.shuffle(some)
    assert said(SHIPPED, after) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_that_is_changed_is_left_out(data: st.DataObject) -> None:
    """One value somewhere in the document is another one: it is said, there and back."""
    after = changed()
    at: Any = after
    while True:
        keys = sorted(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from([one for one in keys if one != "version"]))
        if not isinstance(at[key], dict | list) or not at[key]:
            break
        at = at[key]
    at[key] = "something else"
    assert said(SHIPPED, after)
    assert said(after, SHIPPED)
    assert all(
        sentence.endswith((".", ")")) or "reason" in sentence or "described" in sentence
        for sentence in said(SHIPPED, after)
    )


def test_a_rule_about_modes_that_is_new_is_told() -> None:
    mode = {"name": "exams", "youtube": "off", "groups": ["secondary"], "reason": "exams"}
    assert said(changed(), changed(mode=[mode])) == [
        "New: YouTube is off for secondary. (The rule about modes “exams”.)"
    ]
