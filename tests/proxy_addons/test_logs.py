"""The log says what went wrong, and nothing of whom it went wrong for."""

import logging

import pytest

from proxy_addons.logs import configure


@pytest.fixture(autouse=True)
def _logging_as_before() -> object:
    root, theirs = logging.getLogger(), logging.getLogger("mitmproxy")
    before = root.level, list(root.handlers), theirs.level
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    theirs.setLevel(before[2])


def test_the_warnings_of_mitmproxy_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    logging.getLogger("mitmproxy.proxy.server").warning("handshake failed for secret.test")
    logging.getLogger("proxy_addons.desk").warning("an event could not be kept")
    shown = capsys.readouterr().err
    assert "secret.test" not in shown
    assert "could not be kept" in shown
