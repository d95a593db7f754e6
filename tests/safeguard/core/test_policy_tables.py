"""A policy read from tables: the tree, the schedules, the overrides, and each mistake by name."""

import copy
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from filter_rules.types import Hit
from safeguard.core.decide import decide
from safeguard.core.policy import Policy
from safeguard.core.policy_tables import described_groups, parse_overrides, parse_policy
from safeguard.core.rules import Who
from safeguard.core.types import Subject

LONDON = ZoneInfo("Europe/London")
TABLES: dict[str, Any] = tomllib.loads(Path("safeguard/data/policy.toml").read_text("utf-8"))
SCHOOL: dict[str, Any] = tomllib.loads("""
[groups]
"year 9" = { who = "Pupils in year 9.", in = "secondary" }
9B = { who = "Form 9B.", in = "year 9" }

[calendar.lessons]
"period 1" = "09:00-10:00"
[calendar.dates]
"autumn term" = ["2026-09-02/2026-12-18"]
[schedule.lunch]
windows = ["mon-fri 12:00-13:00"]
during = ["autumn term"]

[[rule]]
name = "year 9: games at lunch"
action = "allow"
categories = ["games"]
groups = ["year 9"]
reason = "A reward."
schedule = "lunch"

[[rule]]
name = "Ada: no news in exams"
action = "block"
categories = ["news"]
people = ["ada"]
reason = "Agreed with her parents."
since = 2026-05-11
until = 2026-05-22T17:00:00

[[text]]
name = "9B: no chat about gambling"
action = "block"
kinds = ["chat"]
severity = "low"
themes = ["gambling"]
groups = ["9B"]
reason = "A spell of it."
schedule = "lunch"

[[override]]
by = "Tom"
reason = "A lesson on advertising."
groups = ["9B"]
categories = ["social-media"]
since = 2026-11-04T10:00:00
until = 2026-11-04T11:00:00Z
""")


def tables(**changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(TABLES)
    made["groups"] |= copy.deepcopy(SCHOOL["groups"])
    for part in ("rule", "text"):
        made[part] += copy.deepcopy(SCHOOL[part])
    return made | {part: SCHOOL[part] for part in ("calendar", "schedule", "override")} | changes


POLICY = parse_policy(tables(), LONDON)


def test_a_group_is_in_another_and_said_in_a_sentence() -> None:
    assert POLICY.groups.lineage("9B") == ("9B", "year 9", "secondary")
    said = described_groups(tables())
    assert (said["9B"], said["guest"]) == ("Form 9B.", "Visitors with their own devices.")


def test_whose_words_are_read_is_inherited_and_so_is_what_is_never_decrypted() -> None:
    assert {"secondary", "year 9", "9B"} <= POLICY.monitored
    own = tables()
    own["groups"]["guest sixth-formers"] = {"who": "Visitors.", "in": "guest"}
    assert parse_policy(own).private_groups == {"guest", "guest sixth-formers"}


def test_a_group_says_for_itself_what_no_group_above_has_locked() -> None:
    own = tables()
    own["groups"]["year 9"] |= {"settings": {"decrypted": False}, "locks": ["decrypted"]}
    own["groups"]["9B"] |= {"settings": {"words_read": False}}
    policy = parse_policy(own)
    assert policy.private_groups == {"guest", "year 9", "9B"}
    assert "year 9" in policy.monitored
    assert "9B" not in policy.monitored
    own["groups"]["9B"]["settings"]["decrypted"] = True
    with pytest.raises(ValueError, match="'9B' cannot set “decrypted”: 'year 9' has locked it"):
        parse_policy(own)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"words": {"monitored": ["7A"]}}, "monitored names '7A', which is no group"),
        (
            {"inspection": {"never_groups": ["7A"], "never_categories": []}},
            "never_groups names '7A', which is no group",
        ),
    ],
)
def test_a_section_that_names_no_group_is_refused(section: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_policy(tables(**section))


@pytest.mark.parametrize(
    ("group", "at", "action"),
    [
        ("9B", datetime(2026, 11, 4, 12, 30, tzinfo=UTC), "allow"),
        ("9B", datetime(2026, 11, 4, 13, 30, tzinfo=UTC), "block"),
        ("9B", datetime(2026, 9, 9, 11, 30, tzinfo=UTC), "allow"),  # summer time
        ("secondary", datetime(2026, 11, 4, 12, 30, tzinfo=UTC), "block"),
        ("9B", datetime(2026, 12, 21, 12, 30, tzinfo=UTC), "block"),  # the holidays
    ],
)
def test_a_rule_for_a_year_at_lunch_holds_for_its_classes_then(
    group: str, at: datetime, action: str
) -> None:
    hits = [Hit("games", "list", "games.example")]
    assert decide(Subject(group), hits, (), None, POLICY.at(at)).action == action


def test_a_moment_without_an_offset_is_on_the_schools_clocks() -> None:
    [rule] = [one for one in POLICY.rules if one.who.people]
    assert rule.times.since == datetime(2026, 5, 10, 23, tzinfo=UTC)
    assert rule.times.until == datetime(2026, 5, 22, 16, tzinfo=UTC)
    [override] = parse_overrides(tables(), POLICY, LONDON)
    assert (override.id, override.since) == (1, datetime(2026, 11, 4, 10, tzinfo=UTC))
    assert override.until - override.since == timedelta(hours=1)


def test_the_shipped_policy_has_no_overrides_and_is_for_always() -> None:
    policy = parse_policy(TABLES)
    assert parse_overrides(TABLES, policy) == ()
    assert policy.next_edge(datetime(2026, 11, 4, tzinfo=UTC)) is None


def test_an_override_beyond_the_ceiling_is_refused() -> None:
    [line] = SCHOOL["override"]
    beyond = tables(override=[{**line, "groups": []}])
    with pytest.raises(ValueError, match=r"The override 1 cannot be: .*never for everyone"):
        parse_overrides(beyond, POLICY, LONDON)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"groups": ["7A"]}, "'one' is for '7A', which is no group"),
        ({"categories": []}, "'one' must name the categories or lists"),
        ({"schedule": "dinner"}, "'one' is for 'dinner', which is no schedule"),
        (
            {"since": datetime(2026, 1, 2, tzinfo=UTC), "until": datetime(2026, 1, 1, tzinfo=UTC)},
            "'one' ends before it begins",
        ),
        ({"action": "perhaps"}, "'one' says 'perhaps': choose from block, warn, monitor, allow"),
        ({"sites": ["no site"]}, "'one' cannot be: 'no site' is no site"),
        ({"files": ["exe"]}, "'one' cannot be: 'exe' is no file type"),
        ({"larger_than_mb": 0}, "'one' cannot be: 0 is no size"),
        ({"protocols": ["https"]}, "'one' cannot be: 'https' is no protocol"),
        ({"networks": ["hall"]}, "'one' cannot be: 'hall' is no network"),
        ({"rooms": ["B12"], "groups": ["9B"]}, "'one' cannot be: it is either for groups"),
        ({"rooms": ["B12"], "networks": ["10.0.0.0/8"]}, "'one' cannot be: it is either"),
        ({"action": "pass", "groups": ["7A"]}, "'one' is for '7A', which is no group"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(change: dict[str, Any], says: str) -> None:
    line = {"name": "one", "action": "block", "categories": ["games"], "reason": "r", **change}
    with pytest.raises(ValueError, match=says):
        parse_policy(tables(rule=[line]))


def test_a_rule_may_be_about_lists_alone() -> None:
    line = {"name": "one", "action": "block", "categories": [], "lists": ["trial"], "reason": "r"}
    [rule] = parse_policy(tables(rule=[line])).rules
    assert rule.lists == {"trial"}


def test_a_schedule_that_names_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'lunch' cannot be used: .* must name its days"):
        parse_policy(tables(schedule={"lunch": {"windows": ["12:00-13:00"]}}))


def line(**more: Any) -> dict[str, Any]:
    return {"name": "one", "action": "block", "reason": "r", **more}


def test_a_rule_may_be_about_sites_files_sizes_and_protocols() -> None:
    about = line(
        sites=["https://A.example/"],
        files=["programs"],
        larger_than_mb=50,
        protocols=["quic"],
        categories=["games"],
    )
    [rule] = parse_policy(tables(rule=[about])).rules
    assert rule.categories == {
        "games",
        "site:a.example",
        "file:programs",
        "larger-than:50",
        "protocol:quic",
    }


@pytest.mark.parametrize("word", ["block", "warn", "monitor", "allow"])
def test_a_rule_does_what_its_word_says(word: str) -> None:
    [rule] = parse_policy(tables(rule=[line(action=word, categories=["games"])])).rules
    verdict = decide(
        Subject("staff"), [Hit("games", "list", "g.example")], (), None, Policy((rule,))
    )
    assert verdict.word == word


def test_a_rule_may_be_for_rooms_or_for_networks() -> None:
    rooms = line(categories=["games"], rooms=["B12"])
    networks = line(categories=["games"], networks=["10.20.3.4/16"])
    one, two = parse_policy(tables(rule=[rooms, networks])).rules
    assert one.who == Who(rooms=frozenset({"B12"}))
    assert two.who == Who(networks=frozenset({"10.20.0.0/16"}))


def test_whether_traffic_is_inspected_is_a_rule_of_its_own() -> None:
    passed = line(action="pass", sites=["pinned.example"], groups=["staff"])
    policy = parse_policy(tables(rule=[passed, line(action="inspect")]))
    assert policy.rules == ()
    assert [(one.inspects, one.categories) for one in policy.inspection] == [
        (False, frozenset({"site:pinned.example"})),
        (True, frozenset()),
    ]


def test_own_words_are_a_rule_about_text_of_any_severity() -> None:
    words = {**line(action="monitor"), "kinds": ["search"], "words": ["Vape  SHOP"]}
    [text] = parse_policy(tables(text=[words])).text_rules
    assert text.themes == {"typed:vape shop"}
    both = parse_policy(tables(text=[words | {"themes": ["drugs"], "severity": "low"}]))
    assert both.text_rules[0].themes == {"typed:vape shop", "drugs"}
    with pytest.raises(ValueError, match="'one' cannot be: '!' has no letters"):
        parse_policy(tables(text=[words | {"words": ["!"]}]))


def test_modes_may_be_said_for_a_time() -> None:
    mode = {"name": "one", "reason": "r", "youtube": "off", "schedule": "lunch", "groups": ["9B"]}
    policy = parse_policy(tables(mode=[mode | {"tenants": ["A.example"]}]), LONDON)
    at_lunch, later = (
        policy.at(datetime(2026, 11, 4, hour, 30, tzinfo=UTC)).modes_of(Subject("9B"))
        for hour in (12, 13)
    )
    assert (at_lunch.youtube, at_lunch.tenants) == ("off", ("a.example",))
    assert (later.youtube, later.tenants) == ("moderate", ())
    assert at_lunch.safe_search == later.safe_search == "strict"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "'one' must say which mode: safe_search, youtube, tenants"),
        ({"youtube": "on"}, "'one' sets “youtube” to 'on': choose from off, moderate"),
        ({"tenants": "a.example"}, "'one' sets “tenants” to 'a.example': write a list"),
        ({"safe_search": "on", "groups": ["7A"]}, "'one' is for '7A', which is no group"),
        ({"safe_search": "on", "schedule": "dinner"}, "'dinner', which is no schedule"),
    ],
)
def test_a_mode_that_cannot_be_is_refused_by_name(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_policy(tables(mode=[{"name": "one", "reason": "r"} | change]))


def test_the_shipped_modes_are_those_of_the_architecture() -> None:
    policy = parse_policy(TABLES)
    modes = {group: policy.modes_of(Subject(group)) for group in TABLES["groups"]}
    assert {group: (one.safe_search, one.youtube) for group, one in modes.items()} == {
        "primary": ("strict", "strict"),
        "secondary": ("strict", "moderate"),
        "sixth-form": ("strict", "moderate"),
        "staff": ("on", "off"),
        "guest": ("strict", "moderate"),
        "unidentified": ("strict", "strict"),
    }
