"""`safeguard groups`: those of the policy, and the school's own below them."""

import json
from collections.abc import Callable
from pathlib import Path

from safeguard.core.audit import Actor
from safeguard.core.own_groups import OwnGroup
from safeguard.settings import load
from safeguard.store import groups, schema
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import NOW


def test_the_groups_say_who_is_in_them(safeguard: Callable[..., Ran]) -> None:
    assert "sixth-form" in safeguard("groups", "list").out
    lines = safeguard("groups", "list", "--json").out.splitlines()
    assert next(json.loads(line)["group"] for line in lines) == "primary"


def test_a_group_is_added_shown_and_removed(safeguard: Callable[..., Ran]) -> None:
    assert safeguard("groups", "add", "year-7", "--in", "secondary").status == 0
    assert "year-7        Year 7. In secondary.\n" in safeguard("groups", "list").out
    last = safeguard("groups", "list", "--json").out.splitlines()[-1]
    assert json.loads(last) == {
        "group": "year-7", "who": "Year 7.", "above": "secondary", "in_force": True,
    }  # fmt: skip
    assert safeguard("groups", "add", "year-7", "--in", "secondary").status == 2
    assert "choose from" in safeguard("groups", "add", "x", "--in", "nowhere").err
    assert "A rule is for" in safeguard("groups", "remove", "primary").err
    assert safeguard("groups", "remove", "year-7").status == 0
    assert "year-7" not in safeguard("groups", "list").out


def test_a_group_that_does_not_fit_is_told_so(safeguard: Callable[..., Ran], school: Path) -> None:
    store = schema.prepare(load(school))
    groups.add(store, OwnGroup("lost", "Lost.", "gone"), {"gone": ""}, Actor("t", NOW))
    store.close()
    assert "lost          Lost. In gone.  NOT IN FORCE" in safeguard("groups", "list").out
