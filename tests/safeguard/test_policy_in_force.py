"""Which document is in force: the school's, else the shipped one, and never one that opens more."""

from datetime import UTC
from pathlib import Path

import pytest

from safeguard.core.policy_documents import text_of
from safeguard.core.rules import Who
from safeguard.core.types import Reason, Subject
from safeguard.engine import Engine, open_engine
from safeguard.loading import load_snapshot
from safeguard.policy_in_force import shipped_document, shipped_tables, take_up
from safeguard.settings import Settings, load
from safeguard.store import overrides, policies
from safeguard.store.policies import Proposed, State
from safeguard.store.session import Store, open_store
from tests.safeguard.policy_samples import ANN, BEN, NOW, by, document, later, override, with_rule
from tests.safeguard.test_engine import judged

PUPIL = Subject("secondary")
NEWS = "https://www.bbc.co.uk/news"


def save(store: Store, text: str, base: int = 0) -> int:
    proposed = Proposed(text, "because", base)
    return policies.keep(store, proposed, State.IN_FORCE, ANN).number


def test_the_shipped_one_is_in_force_until_the_school_has_its_own(any_store: Store) -> None:
    shipped = take_up(any_store, UTC)
    assert (shipped.number, shipped.version, shipped.trouble) == (0, "1", "")
    assert shipped.document == shipped_document(UTC)
    save(any_store, text_of(with_rule("allow", "games")))
    own = take_up(any_store, UTC, shipped)
    assert (own.number, own.version, own.trouble) == (1, "school-1", "")
    assert own.document is not None
    assert own.document.policy.rules[-1].name == "allow games"
    assert take_up(any_store, UTC, own) is own


def test_a_version_that_cannot_be_read_leaves_the_last_good_one_in_force(
    any_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    save(any_store, text_of(with_rule("block", "education")))
    good = take_up(any_store, UTC)
    save(any_store, '{"version":"1"}', 1)
    bad = take_up(any_store, UTC, good)
    assert (bad.number, bad.version, bad.document) == (2, "school-1", good.document)
    assert "lacks, or does not know" in bad.trouble
    assert take_up(any_store, UTC, bad) is bad  # and is not said again and again
    said = capsys.readouterr()
    assert (said.out + said.err).count("the school's policy cannot be read") == 1
    save(any_store, text_of(shipped_tables()), 2)
    assert take_up(any_store, UTC, bad).version == "school-3"


def test_where_no_good_one_was_read_there_is_none(any_store: Store) -> None:
    save(any_store, "damaged")
    found = take_up(any_store, UTC)
    assert (found.number, found.version, found.document) == (1, "school-1 unreadable", None)
    assert "damaged" in found.trouble
    save(any_store, "damaged still", 1)
    assert take_up(any_store, UTC, found).document is None


@pytest.fixture
def settings(school: Path) -> Settings:
    return load(school)


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings)


def reason(engine: Engine, text: str) -> str:
    return judged(engine, PUPIL, text)[2]


def test_a_start_without_a_good_one_opens_nothing_until_someone_returns_to_one(
    settings: Settings, store: Store
) -> None:
    save(store, "damaged")
    engine = open_engine(settings)
    try:
        assert reason(engine, NEWS) == Reason.NO_RULES
        assert engine.is_inspected(PUPIL, "www.bbc.co.uk")
        save(store, text_of(shipped_tables()), 1)
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "allow"
        assert engine.snapshot.policy.version.startswith("school-2.")
    finally:
        engine.close()
        store.close()


def test_a_running_worker_goes_on_with_the_last_good_one(settings: Settings, store: Store) -> None:
    engine = open_engine(settings)
    try:
        save(store, text_of(with_rule("block", "news")))
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "block"
        save(store, "damaged", 1)
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "block"
        assert engine.snapshot.policy.version.startswith("school-1.")
    finally:
        engine.close()
        store.close()


def test_what_staff_lift_is_open_in_a_worker_until_its_end_or_theirs(
    settings: Settings, store: Store
) -> None:
    save(store, text_of(with_rule("block", "news")))
    clock = [NOW]
    snapshot = load_snapshot(settings, store, now=NOW)
    engine = Engine(settings, snapshot, clock=lambda: clock[0])
    try:
        assert judged(engine, PUPIL, NEWS)[0] == "block"
        wanted = override(categories=frozenset({"news"}))
        overrides.lift(store, wanted, document(), ANN)
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "allow"
        assert judged(engine, Subject("primary"), NEWS)[0] == "allow"  # it never was blocked
        clock[0] = later(41)
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "block"
        clock[0] = later(50)
        site = override(
            since=later(50),
            until=later(80),
            site="bbc.co.uk/news",
            categories=frozenset(),
            id=0,
        )
        number = overrides.lift(store, site, document(), by(ANN, 50)).id
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "allow"
        assert judged(engine, PUPIL, "https://www.bbc.co.uk/sport")[0] == "block"
        assert overrides.end(store, number, by(BEN, 51), "enough")
        assert engine.refresh()
        assert judged(engine, PUPIL, NEWS)[0] == "block"
    finally:
        engine.close()
        store.close()


def test_what_is_lifted_for_a_room_or_a_device_is_open_there_alone(
    settings: Settings, store: Store
) -> None:
    save(store, text_of(with_rule("block", "news")))
    engine = Engine(settings, load_snapshot(settings, store, now=NOW), clock=lambda: NOW)
    try:
        for who in (Who(rooms=frozenset({"b12"})), Who(people=frozenset({"tablet-9"}))):
            overrides.lift(
                store, override(who=who, categories=frozenset({"news"})), document(), ANN
            )
        assert engine.refresh()
        for subject, action in (
            (Subject("secondary", room="b12"), "allow"),
            (Subject("secondary", room="b13"), "block"),
            (Subject("secondary", device="tablet-9"), "allow"),
            (Subject("secondary", device="tablet-8"), "block"),
        ):
            assert judged(engine, subject, NEWS)[0] == action
    finally:
        engine.close()
        store.close()
