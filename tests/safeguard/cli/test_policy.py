"""`safeguard policy`: shown, changed, approved, and back."""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguard.core.toml_text import toml_of
from safeguard.settings import load
from safeguard.store import policies, schema
from safeguard.store.session import Store
from tests.safeguard.case_samples import lead
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.cli.test_on_record import told
from tests.safeguard.policy_samples import ANN, SHIPPED, tables, with_rule

ANNA = ("--by", "lee@school.example")
BEN = ("--by", "ben@school.example")
WHY = ("--reason", "as the head decided")

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    lead(store)
    lead(store, "Ben Bell")
    yield store
    store.close()


def save(run: Run, found: dict[str, object], *more: str) -> Ran:
    return run("policy", "save", "-", *ANNA, *WHY, *more, stdin=toml_of(found))


@pytest.mark.usefixtures("store")
def test_a_policy_is_shown_changed_and_in_force(safeguard: Run, school: Path) -> None:
    assert "as it is shipped" in safeguard("policy", "list").out
    shown = safeguard("policy", "show")
    assert shown.out.startswith("# Version 0 of the policy.")
    assert tomllib.loads(shown.out) == SHIPPED
    ran = save(safeguard, with_rule("block", "news"), "--base", "0")
    assert (ran.status, ran.out) == (0, "Version 1 is in force.\n")
    assert tomllib.loads(safeguard("policy", "show").out) == with_rule("block", "news")
    assert json.loads(safeguard("policy", "show", "0", "--json").out)["policy"] == SHIPPED
    (line,) = safeguard("policy", "list").out.splitlines()
    assert "in force" in line
    assert line.endswith("as the head decided")
    assert json.loads(safeguard("policy", "list", "--json").out)["state"] == "in force"
    (row,) = (one for one in told(school) if one[2] == "policy")
    assert row[:4] == ("staff:1", "put in force", "policy", "1")
    assert str(row[4]["how"]).startswith("command line, as ")


@pytest.mark.usefixtures("store")
def test_what_may_weaken_it_waits_for_another_person(safeguard: Run) -> None:
    save(safeguard, tables(changes={"second_person": True}))
    looser = tables(changes={"second_person": True})
    looser["rule"] = [one for one in looser["rule"] if "games" not in one["categories"]]
    ran = save(safeguard, looser)
    assert "waits for a second person" in ran.out
    assert "It weakens the policy" in ran.err
    assert "games" in ran.err
    refused = safeguard("policy", "approve", "2", *ANNA)
    assert (refused.status, "cannot approve it" in refused.err) == (2, True)
    assert safeguard("policy", "approve", "2", *BEN).out == "Version 2 is in force.\n"
    back = safeguard("policy", "return", "1", *BEN, "--reason", "it went wrong")
    assert "Version 3" in back.out


@pytest.mark.usefixtures("store")
def test_a_draft_is_used_or_refused(safeguard: Run) -> None:
    assert save(safeguard, with_rule("block", "news"), "--draft").out == "Version 1: draft.\n"
    assert save(safeguard, with_rule("block", "art"), "--draft").status == 0
    assert "in force" in safeguard("policy", "use", "1", *BEN).out
    ran = safeguard("policy", "refuse", "2", *BEN, "--reason", "not now")
    assert ran.out == "Version 2: refused.\n"


@pytest.mark.usefixtures("store")
def test_a_check_keeps_nothing(safeguard: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(toml_of(with_rule("block", "news")), encoding="utf-8")
    ran = safeguard("policy", "check", str(path))
    assert (ran.status, "It can be used." in ran.out) == (0, True)
    assert "as it is shipped" in safeguard("policy", "list").out


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("this is = = no toml", "is no TOML"),
        ("version = '1'", "lacks, or does not know, 'rule'"),
        (toml_of(SHIPPED), "the policy that is in force"),
    ],
)
def test_what_cannot_be_used_changes_nothing(safeguard: Run, given: str, says: str) -> None:
    ran = safeguard("policy", "save", "-", *ANNA, *WHY, stdin=given)
    assert (ran.status, says in ran.err, "Nothing was changed" in ran.err) == (2, True, True)
    assert safeguard("policy", "save", "gone.toml", *ANNA, *WHY).status == 2
    assert safeguard("policy", "save", "-", "--by", "x@y.example", *WHY).status == 2


def test_one_that_cannot_be_read_is_said_with_the_way_back(safeguard: Run, store: Store) -> None:
    damaged = policies.Proposed("damaged", "oh", 0)
    policies.keep(store, damaged, policies.State.IN_FORCE, ANN)
    ran = safeguard("policy", "list")
    assert ran.status == 1
    assert "Version 1 is in force and cannot be read" in ran.err
    assert "safeguard policy return" in ran.err
