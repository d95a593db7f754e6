"""Two machines that share one PostgreSQL: each keeps its own, one leads, both change together."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from safeguard.building import rules_in_force
from safeguard.core.types import Action
from safeguard.settings import Database, Settings, load
from safeguard.store import overlay
from safeguard.store.nodes import Node, everyone
from safeguard.store.session import Store, open_store
from safeguard.workers import start_tied
from tests.postgres import PostgresServer, postgres_server
from tests.system.filter import Filter, running, until
from tests.system.killing import Load, School, compare, everything, settled

__all__ = ["postgres_server"]  # a fixture, used by its name

SEED = 7
AT_ONCE_SECONDS = 5.0
TAKEN_OVER_SECONDS = 10.0
DUTIES = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from safeguard.node import ThisNode
from safeguard.settings import load
from safeguard.store.session import AwayError, open_store
settings = load(Path(sys.argv[1]))
node = ThisNode(settings.data, open_store(settings), sys.argv[2])
while not threading.Event().wait(0.2):
    try:
        node.tick(datetime.now(UTC))
    except AwayError:
        pass
"""


@dataclass
class Trust:
    """Two filters with folders of their own, and one database."""

    near: School
    far: School
    store: Store


@pytest.fixture
def folders(school: Path, tmp_path: Path) -> list[Path]:
    """The second has a copy of the first one's keys, as docs/how-to/postgresql.md says."""
    open_store(load(school)).close()  # makes the key
    far = tmp_path / "far"
    far.mkdir()
    shutil.copytree(school / "rules", far / "rules")
    shutil.copy(school / "rules-in-force", far)
    shutil.copytree(school / "keys", far / "keys")
    return [school, far]


@pytest.fixture
def trust(folders: list[Path], postgres_server: PostgresServer) -> Iterator[Trust]:
    url = postgres_server.empty_database()
    with ExitStack() as stack:
        schools = []
        for number, data in enumerate(folders):
            filter_ = Filter(data, more={"SAFEGUARD_DATABASE__URL": url})
            stack.enter_context(running(filter_))
            load_ = Load(filter_.proxy_port, filter_.dns_port, 50, first=number << 20)
            schools.append(School(filter_, load_))
        store = open_store(settings_of(folders[0], url))
        stack.callback(store.close)
        yield Trust(schools[0], schools[1], store)


def settings_of(data: Path, url: str) -> Settings:
    return load(data).model_copy(update={"database": Database(url=url)})


@pytest.mark.timeout(300)
def test_each_node_brings_its_own_events_and_the_loss_of_one_stops_nothing(trust: Trust) -> None:
    near, far = trust.near, trust.far
    for one in (near, far):
        one.load.start()
    try:
        for one in (near, far):
            until(lambda one=one: one.load.acknowledged > 100, what="the load")  # type: ignore[misc]  # a loop's
        everything(near, random.Random(SEED))  # noqa: S311  the same again, by its seed
        failed = far.load.failed
        until(lambda: near.load.acknowledged > 200, what="the first one's return")
    finally:
        for one in (near, far):
            one.load.stop()
    assert far.load.failed == failed == 0
    settled(near)
    settled(far)
    both = near.load.and_also(far.load)
    found = compare(settings_of(near.filter.data, near.url), both)
    assert found.is_exact, found
    assert found.acknowledged > 300


def test_what_staff_change_is_in_force_on_both_at_once(trust: Trust) -> None:
    def blocks(school: School) -> bool:
        said = school.load.page("http://later.blocked.test/")
        return b"This page is blocked at school" in said

    assert not blocks(trust.near)
    assert not blocks(trust.far)
    overlay.add(
        trust.store, "later.blocked.test", Action.BLOCK, (), "Play", "tom", datetime.now(UTC)
    )
    until(lambda: blocks(trust.near) and blocks(trust.far), AT_ONCE_SECONDS, "the block on both")


def duties(data: Path, name: str) -> subprocess.Popen[bytes]:
    return start_tied([sys.executable, "-c", DUTIES, str(data), name])


def test_one_leads_and_when_it_is_killed_the_other_does_within_seconds(
    folders: list[Path], postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.ready_database(folders[0])
    monkeypatch.setenv("SAFEGUARD_DATABASE__URL", url)
    monkeypatch.delenv("SAFEGUARD_DATA")
    store = open_store(settings_of(folders[0], url))
    names = ("near", "far")
    running_: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, data in zip(names, folders, strict=True):
            running_[name] = duties(data, name)
            until(lambda name=name: name in by_name(store), what=name)  # type: ignore[misc]  # a loop's
        assert leaders(store) == {"near"}
        running_["near"].send_signal(signal.SIGKILL)
        began = time.monotonic()
        until(lambda: by_name(store)["far"].leads, TAKEN_OVER_SECONDS, "the other's leadership")
        assert time.monotonic() - began < TAKEN_OVER_SECONDS
        assert rules_in_force(folders[0]) == rules_in_force(folders[1])
        postgres_server.stop()
        postgres_server.start()
        seen = by_name(store)["far"].seen_at
        until(lambda: by_name(store)["far"].seen_at > seen, 30, "word of it after a restart")
        until(lambda: by_name(store)["far"].leads, TAKEN_OVER_SECONDS, "its leadership")
    finally:
        for one in running_.values():
            one.kill()
            one.wait()
        store.close()


def by_name(store: Store) -> dict[str, Node]:
    return {one.name: one for one in everyone(store)}


def leaders(store: Store) -> set[str]:
    return {one.name for one in everyone(store) if one.leads}
