"""A small school with real rules, a real database and real spools, and desks to ask at."""

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dns_filter.answers import Blocked
from dns_filter.desk import Clocks, Desk
from dns_filter.upstreams import Upstream, Upstreams
from filter_rules.formats.format import Format
from safeguard.building import build
from safeguard.core.policy import Policy
from safeguard.core.types import Subject, Target, Verdict
from safeguard.core.visits import is_logged
from safeguard.engine import Engine, open_engine
from safeguard.importing import import_source
from safeguard.settings import Settings, load
from safeguard.store import people, schema
from safeguard.store.session import Store, open_store
from tests.dns_filter.resolver import Resolver

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PUPIL, TEACHER, GUEST = "127.0.0.1", "127.0.0.2", "127.0.0.3"
LISTS = {
    "gambling": "bets.test",
    "social-media": "social.test",
    "illegal": "sealed.test",
    "filter-bypass": "vpn.test",
    "encrypted-dns": "doh.test",
    "help": "helpline.test",
}
NETWORKS = {"malware": "198.51.100.0/24\n2001:db8:bad::/48", "social-media": "203.0.113.0/24"}


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("school")
    data = folder / "data"
    data.mkdir()
    for category, host in LISTS.items():
        (folder / category).write_text(host + "\n")
        import_source(data, folder / category, Format.DOMAINS, category, category, NOW)
    for category, networks in NETWORKS.items():
        (folder / "networks").write_text(networks + "\n")
        name = f"{category}-networks"
        import_source(data, folder / "networks", Format.NETWORKS, category, name, NOW)
    build(data, lambda _doing, _done, _of: None)
    store = schema.prepare(load(data))
    people.put_network(store, f"{PUPIL}/32", "primary")
    people.put_network(store, f"{TEACHER}/32", "staff")
    people.put_network(store, f"{GUEST}/32", "guest")
    store.close()
    return data


@pytest.fixture
def settings(_made: Path, tmp_path: Path) -> Settings:
    data = tmp_path / "school"
    shutil.copytree(_made, data)
    return load(data)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    yield opened
    opened.close()


@dataclass
class Kept:
    """Stands for the recorder: remembers what it was told, or is as broken as a full disk."""

    told: list[tuple[Subject, Target, Verdict]] = field(default_factory=list)
    visits: list[tuple[str, str, bool]] = field(default_factory=list)
    broken: bool = False

    def record(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> str:
        assert now == NOW
        if self.broken:
            raise OSError("disk full")
        self.told.append((subject, target, verdict))
        return ""

    def visited(
        self, subject: Subject, target: Target, verdict: Verdict, policy: Policy, now: datetime
    ) -> None:
        assert now == NOW
        if is_logged(subject, target, verdict, policy):
            self.visits.append((subject.group, target.host, verdict.blocked))

    @property
    def hosts(self) -> list[tuple[str, str]]:
        return [(subject.group, target.host) for subject, target, _ in self.told]


class Time:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Office:
    """A desk, and everything round it."""

    desk: Desk
    engine: Engine
    resolver: Resolver
    kept: Kept
    time: Time


@pytest.fixture(scope="session")
def engine(_made: Path) -> Engine:
    """For tests that change no rules."""
    return open_engine(load(_made))


@pytest.fixture
def own_engine(settings: Settings) -> Iterator[Engine]:
    """For tests that change the rules, through the store of the same settings."""
    opened = open_engine(settings)
    yield opened
    opened.close()


@asynccontextmanager
async def open_office(engine: Engine, way: Blocked = "null") -> AsyncIterator[Office]:
    resolver, kept, clock = Resolver(), Kept(), Time()
    await resolver.start()
    upstreams = Upstreams([Upstream("127.0.0.1", resolver.port)], clock)
    clocks = Clocks(clock, lambda: NOW)
    desk = Desk(engine, kept, upstreams, clocks, way=way, blocked_ttl=10)  # type: ignore[arg-type]  # Kept
    try:
        yield Office(desk, engine, resolver, kept, clock)
    finally:
        upstreams.close()
        await resolver.stop()
