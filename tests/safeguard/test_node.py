"""A node takes its place among the others, and gives it up."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.building import rules_in_force
from safeguard.node import SAY_EVERY, ThisNode
from safeguard.settings import Database, load
from safeguard.store.nodes import everyone, problems
from safeguard.store.session import Store, open_store
from tests.postgres import PostgresServer
from tests.system.filter import until

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.fixture
def folders(built: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two data folders; the second has a copy of the first one's keys, as the how-to says."""
    near, far = tmp_path / "near", tmp_path / "far"
    shutil.copytree(built, near)
    open_store(load(near)).close()
    shutil.copytree(near, far)
    return near, far


@pytest.fixture
def stores(
    folders: tuple[Path, Path], postgres_server: PostgresServer
) -> Iterator[tuple[Store, Store]]:
    url = postgres_server.ready_database(folders[0])
    shared = {"database": Database(url=url)}
    near, far = (open_store(load(one).model_copy(update=shared)) for one in folders)
    yield near, far
    near.close()
    far.close()


def test_one_leads_the_other_follows_and_takes_over(
    folders: tuple[Path, Path], stores: tuple[Store, Store]
) -> None:
    near = ThisNode(folders[0], stores[0], "near")
    far = ThisNode(folders[1], stores[1], "far")
    near.tick(NOW)
    far.tick(NOW)
    assert [(one.name, one.leads) for one in everyone(stores[0])] == [
        ("far", False),
        ("near", True),
    ]
    assert problems(everyone(stores[0]), NOW) == ()
    near.close()
    until(far.leads, 5, "the other's leadership")
    far.tick(NOW + timedelta(seconds=1))  # at once, not at its next time
    assert next(one for one in everyone(stores[0]) if one.name == "far").leads
    far.close()


def test_it_says_so_every_ten_seconds_and_after_a_clock_went_back(
    folders: tuple[Path, Path], stores: tuple[Store, Store]
) -> None:
    node = ThisNode(folders[0], stores[0], "near")
    for now in (NOW, NOW + timedelta(seconds=1)):
        node.tick(now)
        assert everyone(stores[0])[0].seen_at == NOW
    for now in (NOW + SAY_EVERY, NOW - timedelta(hours=1)):
        node.tick(now)
        assert everyone(stores[0])[0].seen_at == now
    node.close()


def test_trouble_is_said_once_and_seen_by_all(
    folders: tuple[Path, Path], stores: tuple[Store, Store], capsys: pytest.CaptureFixture[str]
) -> None:
    node = ThisNode(folders[0], stores[0], "near")
    (folders[0] / "rules-lock").unlink()
    (folders[0] / "rules-lock").mkdir()
    for _ in range(3):
        node.tick(NOW)
    assert capsys.readouterr().err.count("needs a person") == 1
    assert "cannot share rules" in " ".join(problems(everyone(stores[0]), NOW))
    node.close()


def test_after_trouble_rules_are_not_asked_for_every_second(
    folders: tuple[Path, Path], stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    def refusing(_data: Path, _store: Store, _node: str, now: datetime) -> str:
        asked.append(now)
        return "" if len(asked) > 2 else "they are of another version"

    monkeypatch.setattr("safeguard.node.share", refusing)
    node = ThisNode(folders[0], stores[0], "near")
    for seconds in (0, 1, 29, 30, 31, -1, 1, 2):
        node.tick(NOW + timedelta(seconds=seconds))
    assert [(at - NOW).total_seconds() for at in asked] == [0, 30, -1, 1, 2]
    node.close()


def test_a_node_with_a_database_of_its_own_leads(school: Path) -> None:
    store = open_store(load(school))
    node = ThisNode(school, store)
    node.tick(NOW)
    (said,) = everyone(store)
    assert (said.leads, said.artefact) == (True, rules_in_force(school))
    node.close()
    store.close()
