"""Asking for a page: judged first, so that nobody asks for what is open or can never be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from safeguard.core.unblocking import Scope
from safeguard.engine import Engine, open_engine
from safeguard.problems import UnusableError
from safeguard.settings import Settings, load
from safeguard.store import overlay, unblock_requests
from safeguard.store.session import Store, open_store
from safeguard.store.unblock_decisions import Approval, approve
from safeguard.unblocking import about, ask
from tests.safeguard.policy_samples import BEN, NOW, OTHER, PUPIL, document
from tests.safeguard.test_engine import judged


@pytest.fixture
def settings(school: Path) -> Settings:
    return load(school)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    yield opened
    opened.close()


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_engine(settings)
    yield opened
    opened.close()


def test_a_page_that_a_rule_blocks_can_be_asked_for(engine: Engine, store: Store) -> None:
    made = ask(engine, store, PUPIL, "https://www.tiktok.com/@maths?x=1", "for a talk", NOW)
    assert (made.host, made.categories) == ("www.tiktok.com", ("social-media",))
    shown = unblock_requests.request(store, made.id)
    assert shown is not None
    assert shown.askers[0].url == "https://www.tiktok.com/@maths"


NOT_TAKEN = [
    ("https://www.bbc.co.uk/news", "This is open"),
    ("not an address", "no address"),
    ("https://www.google.com/search?q=i+want+to+kill+myself", "for the words"),
]


def test_what_is_open_or_was_stopped_for_its_words_is_not_taken(
    engine: Engine, store: Store
) -> None:
    for address, says in NOT_TAKEN:
        with pytest.raises(UnusableError, match=says):
            ask(engine, store, PUPIL, address, "please", NOW)
    assert unblock_requests.waiting(store) == []


def test_an_answer_for_a_group_opens_it_in_every_worker(engine: Engine, store: Store) -> None:
    made = ask(engine, store, PUPIL, "https://www.tiktok.com/", "for a talk", NOW)
    assert about(engine, made.host) == {"social-media"}
    answer = Approval(Scope.GROUP, "a talk", "ben@school.example", ["secondary"])
    approve(store, made.id, answer, document(), BEN)
    assert engine.refresh()
    assert judged(engine, PUPIL, "https://www.tiktok.com/")[0] == "allow"
    assert judged(engine, replace(OTHER, group="primary"), "https://www.tiktok.com/")[0] == "block"
    assert [one.address for one in overlay.in_force(store)] == ["www.tiktok.com"]


def test_without_rules_nobody_can_tell_what_a_site_is_about(engine: Engine) -> None:
    engine.snapshot = replace(engine.snapshot, rules=None)
    with pytest.raises(UnusableError, match="no rules to judge by"):
        about(engine, "www.tiktok.com")
