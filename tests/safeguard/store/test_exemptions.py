"""Exemptions: concerns are made without what is looked away from, and the events stay."""

from dataclasses import replace
from typing import Any

import pytest

from filter_rules.types import Kind, Severity
from safeguard.core.audit import Actor
from safeguard.core.concerns import ConcernEvent, Known, ThemeSeen, Who
from safeguard.core.exempting import Exemption
from safeguard.problems import UnusableError
from safeguard.store import exemptions
from safeguard.store.session import Store
from safeguard.vault import Vault
from tests.safeguard.concern_samples import TERMS, flagged_event, happen, minutes, rows
from tests.safeguard.policy_samples import audited

RULES = TERMS.rules
LEAD = Actor("staff:1", minutes(-60))
DRUGS = Exemption(
    school_id=1,
    theme="drugs",
    group="secondary",
    since=minutes(-60),
    expires=minutes(60),
    kinds=frozenset({Kind.SEARCH}),
    up_to=Severity.HIGH,
    phrase="typed",
)


def add(store: Store, **changes: Any) -> int:
    return exemptions.add(store, replace(DRUGS, **changes), RULES, "a lesson", LEAD, replay="none")


def subjects(store: Store) -> list[str]:
    return sorted(row.subject for row in rows(store))


def test_no_concern_is_made_of_what_is_exempted_while_it_is(any_store: Store) -> None:
    number = add(any_store)
    happen(
        any_store,
        flagged_event(minutes(0), "ada", theme="drugs"),
        flagged_event(minutes(1), "ben", theme="gambling"),
        flagged_event(minutes(61), "cal", theme="drugs"),
    )
    assert subjects(any_store) == ["ben", "cal"]
    happen(any_store, flagged_event(minutes(2), "dan", theme="drugs"))  # and nothing beside it
    assert subjects(any_store) == ["ben", "cal"]
    (one,) = exemptions.listed(any_store, minutes(0))
    assert (one.id, one.exemption, one.reason, one.by) == (number, DRUGS, "a lesson", "staff:1")
    assert one.replay == "none"


def test_what_came_before_it_or_is_of_another_group_is_looked_at(any_store: Store) -> None:
    add(any_store, since=minutes(5))
    add(any_store, group="primary")
    happen(any_store, flagged_event(minutes(0), "ada", theme="drugs"))
    assert subjects(any_store) == ["ada"]


def test_nothing_urgent_is_hidden_by_what_is_exempted_beside_it(any_store: Store) -> None:
    add(any_store)
    happen(any_store, flagged_event(minutes(0), "ada", theme="suicide"))
    assert subjects(any_store) == ["ada"]


def test_one_that_is_ended_hides_nothing_from_then_on(any_store: Store) -> None:
    number = add(any_store)
    with pytest.raises(UnusableError, match="say why"):
        exemptions.end(any_store, number, LEAD, " ")
    assert exemptions.end(any_store, number, LEAD._replace(at=minutes(10)), "it was real")
    assert not exemptions.end(any_store, number, LEAD._replace(at=minutes(11)), "again")
    happen(
        any_store,
        flagged_event(minutes(9), "ada", theme="drugs"),  # it comes late, and was exempted then
        flagged_event(minutes(10), "ben", theme="drugs"),
    )
    assert subjects(any_store) == ["ben"]
    assert exemptions.listed(any_store, minutes(11)) == []
    (over,) = exemptions.listed(any_store, minutes(11), past=True)
    assert (over.ended_by, over.exemption.expires) == ("staff:1", minutes(10))
    ended, made = audited(any_store, "exemption")
    assert (ended.what, ended.details["reason"]) == ("ended", "it was real")
    assert (made.what, made.details["after"]["phrase"]) == ("exempted", True)
    assert "typed" not in str(made.details)


def test_one_whose_phrase_no_key_opens_hides_nothing(any_store: Store) -> None:
    add(any_store)
    happen(any_store)
    any_store.vault = Vault(bytes(32))
    with any_store.reading() as session:
        event = ConcernEvent(
            "e",
            minutes(0),
            Who(1, Known.PERSON, "ada"),
            (ThemeSeen("drugs", Severity.HIGH),),
            kind=Kind.SEARCH,
            group="secondary",
            phrases=("typed",),
        )
        assert exemptions.looked_at(session, [event], RULES) == [event]
        assert exemptions.looked_at(session, [], RULES) == []


def test_what_is_wider_than_what_was_judged_is_refused(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnusableError, match="can be urgent"):
        add(any_store, theme="suicide")
    with pytest.raises(UnusableError, match="say why"):
        exemptions.add(any_store, DRUGS, RULES, " ", LEAD)
    monkeypatch.setattr(exemptions, "MOST", 1)
    add(any_store, phrase="", host="songs.example", kinds=frozenset({None}))
    with pytest.raises(UnusableError, match="1 exemptions are in force"):
        add(any_store)
