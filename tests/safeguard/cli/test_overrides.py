"""`safeguard overrides`: lift, list, end, and codes for a class."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.core.unblocking import code_from
from safeguard.settings import load
from safeguard.store import overrides, policies, schema
from safeguard.store.policies import Proposed, State
from safeguard.store.session import Store
from tests.safeguard.case_samples import AMY, lead, small_case
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.cli.test_on_record import told
from tests.safeguard.policy_samples import ANN
from tests.safeguard.store.staff_samples import account, give

BY = ("--by", "lee@school.example", "--reason", "a lesson about games")
GAMES = ("--category", "games")
CLASS = ("--group", "secondary")

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    yield store
    store.close()


def test_a_category_is_lifted_for_a_class_listed_and_ended(
    safeguard: Run, store: Store, school: Path
) -> None:
    lead(store)
    assert safeguard("overrides", "list").out == "Nothing is lifted.\n"
    ran = safeguard("overrides", "lift", *CLASS, *GAMES, *BY)
    assert ran.out.startswith("Override 1 is in force until ")
    (one,) = overrides.living(store, datetime.now(UTC))
    assert one.override.until - one.override.since == timedelta(hours=1)  # no bell is known
    assert "secondary: games (staff:1: a lesson about games)" in safeguard("overrides", "list").out
    record = json.loads(safeguard("overrides", "list", "--json").out)
    assert (record["groups"], record["categories"]) == (["secondary"], ["games"])
    assert safeguard("overrides", "end", "1", *BY).out == "Override 1 is ended.\n"
    assert safeguard("overrides", "end", "1", *BY).status == 2
    assert "secondary" in safeguard("overrides", "list", "--past").out
    done = [row[:4] for row in told(school) if row[2] == "override"]
    assert [one[1] for one in done] == ["lifted", "ended"]


def test_a_site_is_lifted_for_one_pupil_by_name(safeguard: Run, store: Store) -> None:
    small_case(store)
    site = ("--site", "games.example", "--minutes", "15")
    assert safeguard("overrides", "lift", "--person", AMY, *site, *BY).status == 0
    (one,) = overrides.living(store, datetime.now(UTC))
    assert one.override.who.people == {AMY}
    assert one.override.until - one.override.since == timedelta(minutes=15)
    assert "1 people: games.example" in safeguard("overrides", "list").out


def test_codes_are_printed_once(safeguard: Run, store: Store) -> None:
    lead(store)
    ran = safeguard("overrides", "codes", "3", *CLASS, *GAMES, *BY)
    codes = ran.out.split()
    assert len(set(codes)) == 3
    assert all(code_from(code) == code for code in codes)
    assert safeguard("overrides", "list").out == "codes: 3 of 3 left for games\n"


REFUSED = [
    ((*GAMES,), "never for everyone"),
    ((*CLASS, "--category", "illegal"), "'illegal' cannot be lifted"),
    ((*CLASS, *GAMES, "--minutes", "500"), "120 minutes at most"),
    ((*CLASS, *GAMES, "--minutes", "-5"), "end after it begins"),
    (("--person", "nobody", *GAMES), "Nobody of that name"),
]


def test_what_goes_too_far_is_refused_with_a_sentence(safeguard: Run, store: Store) -> None:
    lead(store)
    for arguments, says in REFUSED:
        ran = safeguard("overrides", "lift", *arguments, *BY)
        assert (ran.status, says in ran.err) == (2, True), ran.err
    policies.keep(store, Proposed("damaged", "oh", 0), State.IN_FORCE, ANN)
    ran = safeguard("overrides", "lift", *CLASS, *GAMES, *BY)
    assert (ran.status, "cannot be read" in ran.err) == (2, True)


def test_a_teacher_lifts_for_their_own_classes_alone(safeguard: Run, store: Store) -> None:
    lead(store)
    give(store, account(store, "may"), "teacher", groups=("secondary",))
    as_teacher = ("--by", "may@school.example", "--reason", "a lesson about games")
    assert safeguard("overrides", "lift", *CLASS, *GAMES, *as_teacher).status == 0
    refused = safeguard("overrides", "lift", "--group", "primary", *GAMES, *as_teacher)
    assert refused.status == 2
    assert "not of this group" in refused.err
    assert safeguard("unblock", "refuse", "1", "--by", "may@school.example", "--words", "no").err
    assert len(overrides.living(store, datetime.now(UTC))) == 1
