"""A policy as a document: the same when read back, and refused with a sentence where it is none."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core import policy_documents
from safeguard.core.policy_documents import (
    HELP,
    SEALED,
    UnusablePolicyError,
    read,
    tables_of,
    text_of,
)
from tests.safeguard.policy_samples import SHIPPED, document, override, tables

PLAIN = (
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.dates()
    | st.datetimes(timezones=st.just(UTC) | st.none())
)
NAMES = st.text(max_size=8).filter(lambda name: name != "$at")
TABLES = st.dictionaries(
    NAMES,
    st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(NAMES, one), max_leaves=8),
)


@given(TABLES)
def test_what_is_kept_reads_back_as_it_was(found: dict[str, Any]) -> None:
    back = tables_of(text_of(found))
    assert back == found
    assert list(back) == list(found)


def test_the_shipped_document_holds_what_no_document_may_leave_out() -> None:
    found = read(tables_of(text_of(SHIPPED)))
    assert found.policy.sealed == SEALED
    assert found.policy.help == HELP
    assert found.ceiling.longest == timedelta(minutes=120)
    assert not found.second_person
    assert found.overrides == ()


def test_a_document_says_its_lessons_its_overrides_and_who_else_must_agree() -> None:
    one = override()
    line = {
        "groups": ["secondary"],
        "categories": ["games"],
        "since": one.since,
        "until": one.until,
        "by": one.by,
        "reason": one.reason,
    }
    found = document(changes={"second_person": True}, override=[line])
    assert found.second_person
    assert [each.categories for each in found.overrides] == [one.categories]
    assert list(found.timetable.lessons) == ["period 1", "period 2"]


def without(section: str, key: str, name: str) -> dict[str, Any]:
    made = tables()
    made[section][key].remove(name)
    return made


def changed(section: str, **values: Any) -> dict[str, Any]:
    made = tables()
    return made | {section: made[section] | values}


REFUSED = [
    ("no rules", {key: one for key, one in SHIPPED.items() if key != "rule"}, "'rule'"),
    ("not a table", tables(always=3), "not written as one is"),
    ("an unknown action", tables(rule=[SHIPPED["rule"][0] | {"action": "maybe"}]), "maybe"),
    ("an unknown severity", tables(text=[SHIPPED["text"][0] | {"severity": "dire"}]), "'DIRE'"),
    ("sealed content opened", without("always", "sealed", "illegal"), "[always] sealed"),
    ("help taken away", without("always", "help", "help"), "[always] help"),
    ("sealed and help", changed("always", help=["help", "illegal"]), "both sealed and help"),
    ("a word for yes", tables(changes={"second_person": "yes"}), "true or false"),
    ("a ceiling without end", changed("overrides", longest_minutes=10**30), "as one is"),
    ("a lesson without times", tables(calendar={"lessons": {"one": "nine"}}), "'one'"),
]


@pytest.mark.parametrize(
    ("found", "says"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_what_is_no_policy_is_refused_with_a_sentence(found: dict[str, Any], says: str) -> None:
    with pytest.raises(UnusablePolicyError) as refused:
        read(found)
    assert says in str(refused.value)
    assert str(refused.value).endswith(".")


def test_more_rules_than_can_be_kept_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_documents, "MOST_RULES", 3)
    with pytest.raises(UnusablePolicyError, match="3 at most"):
        read(SHIPPED)
    monkeypatch.setattr(policy_documents, "MOST_CHARACTERS", 30)
    with pytest.raises(UnusablePolicyError, match="30 at most"):
        text_of(SHIPPED)


@pytest.mark.parametrize("value", [object(), float("nan")])
def test_what_no_document_can_hold_is_not_kept(value: object) -> None:
    with pytest.raises(UnusablePolicyError, match="cannot be kept"):
        text_of({"rule": value})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a":{"$at":"soon"}}', "[" * 100_000])
def test_a_damaged_text_is_no_document(text: str) -> None:
    with pytest.raises(UnusablePolicyError):
        tables_of(text)


def test_a_mark_that_is_none_is_a_table_like_any_other() -> None:
    assert tables_of('{"a":{"$at":3},"b":{"$at":"2026-09-07","c":1}}') == {
        "a": {"$at": 3},
        "b": {"$at": "2026-09-07", "c": 1},
    }
    assert tables_of('{"a":{"$at":"2026-09-07"}}') == {"a": date(2026, 9, 7)}
    moment = datetime(2026, 9, 7, 9, tzinfo=UTC)
    assert tables_of(text_of({"a": moment})) == {"a": moment}
