"""A directory of the web, for each test its own."""

from collections.abc import Iterator

import pytest

from tests.safeguard.directories.web_server import WebServer, web_server
from tests.slapd import slapd

__all__ = ["slapd"]


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as found:
        yield found
