"""Sites and proxies for the tests of the web edge."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from proxy_addons.resolving import Lookup
from tests.proxy_addons.world import (
    HOSTS,
    LIMIT,
    PAGES,
    Notebook,
    Proxy,
    Site,
    Start,
    TestAuthority,
    engine,
    settings_for,
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    origin = Site(PAGES, TestAuthority(tmp_path).context_for(*HOSTS))
    yield origin
    origin.close()


@pytest.fixture
def plain_site() -> Iterator[Site]:
    origin = Site(PAGES, None)
    yield origin
    origin.close()


@pytest.fixture
def start(tmp_path: Path, site: Site) -> Iterator[Start]:
    """Start a proxy for people of a group."""
    del site
    started: list[Proxy] = []

    def start_one(
        group: str = "secondary",
        lookup: Lookup = lambda _host: ["127.0.0.1"],
        sections: Mapping[str, Mapping[str, object]] | None = None,
        patience: float = 0.2,
        **proxy: object,
    ) -> Proxy:
        trusted = tmp_path / "origin-ca.pem"
        settings = settings_for(
            tmp_path / "data", trusted, sections, page_limit_kib=LIMIT // 1024, **proxy
        )
        judge = engine(settings, group)
        started.append(Proxy(settings, judge, Notebook(), lookup, patience))
        return started[-1]

    yield start_one
    for one in started:
        one.close()


@pytest.fixture
def proxy(start: Start) -> Proxy:
    return start()
