"""`safeguard unblock`: the queue, and answers for whom somebody chose."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from safeguard.settings import load
from safeguard.store import overlay, overrides, schema, unblock_requests
from safeguard.store.session import Store
from safeguard.store.unblock_requests import Asking
from tests.safeguard.case_samples import lead
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.cli.test_on_record import told
from tests.safeguard.policy_samples import OTHER, PUPIL

BY = ("--by", "lee@school.example")
WHY = (*BY, "--reason", "for a talk")

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    lead(store)
    for host in ("www.tiktok.com", "www.bet365.com"):
        for subject in (PUPIL, OTHER):
            asking = Asking(subject, host, f"https://{host}/maths", ("games",), "for a talk")
            unblock_requests.ask(store, asking, datetime.now(UTC))
    yield store
    store.close()


@pytest.mark.usefixtures("store")
def test_the_queue_names_nobody_and_who_looks_closer_is_recorded(
    safeguard: Run, school: Path
) -> None:
    ran = safeguard("unblock", "list")
    assert "www.tiktok.com (games), asked 2 times" in ran.out
    assert "pupil-7" not in ran.out
    assert json.loads(safeguard("unblock", "list", "--json").out.splitlines()[0])["count"] == 2
    shown = safeguard("unblock", "show", "1")
    assert "  pupil-7 (secondary), https://www.tiktok.com/maths: for a talk" in shown.out
    record = json.loads(safeguard("unblock", "show", "1", "--json").out)
    assert [one["person"] for one in record["askers"]] == ["pupil-7", "pupil-8"]
    viewed = [row for row in told(school) if row[1:4] == ("viewed", "unblock request", "1")]
    assert [row[4]["ids"] for row in viewed] == [["pupil-7", "pupil-8"]] * 2
    assert safeguard("unblock", "show", "9").status == 2


def test_it_is_approved_for_whom_was_chosen(safeguard: Run, store: Store) -> None:
    for chosen in ((), ("--once", "--all"), ("--group", "secondary", "--all")):
        ran = safeguard("unblock", "approve", "1", *chosen, *WHY)
        assert (ran.status, "Choose for whom" in ran.err) == (2, True)
    ran = safeguard("unblock", "approve", "1", "--once", *WHY, "--words", "have fun")
    assert ran.out == "www.tiktok.com is open for those who asked, by override 1.\n"
    (one,) = overrides.living(store, datetime.now(UTC))
    assert one.override.who.people == {"pupil-7", "pupil-8"}
    answered = safeguard("unblock", "list", "--answered").out
    assert "approved" in answered
    assert "within 0 minutes" in answered
    assert "They were told: have fun" in safeguard("unblock", "show", "1").out
    assert safeguard("unblock", "approve", "9", "--once", *WHY).status == 2


def test_what_the_lists_say_now_counts(safeguard: Run, store: Store) -> None:
    ran = safeguard("unblock", "approve", "2", "--group", "secondary", *WHY)
    assert (ran.status, "'gambling' are never opened" in ran.err) == (2, True)
    assert overlay.in_force(store) == []
    ran = safeguard("unblock", "refuse", "2", *BY, "--words", "It is for adults.")
    assert ran.out == "Request 2 is refused.\n"
    ran = safeguard("unblock", "approve", "1", "--group", "secondary", *WHY)
    assert ran.out == "www.tiktok.com is open for secondary from now on, by an own entry.\n"
    assert safeguard("unblock", "list").out == "Nobody waits for an answer.\n"
