"""What every test may ask for: real data where it is, and free ports."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# Laws are tried on some examples at every change, each time on others; on many by script/prove.
settings.register_profile("each-change", max_examples=60)
settings.register_profile("long", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "each-change"))

REQUIRE_ALL = os.environ.get("SAFEGUARD_REQUIRE_ALL") == "1"


OF_TESTS = {"SAFEGUARD_REQUIRE_ALL", "SAFEGUARD_TEST_DATA", "SAFEGUARD_SCREENSHOTS"}


def absent(reason: str) -> None:
    """Skip for want of something optional; where everything is required, fail."""
    if REQUIRE_ALL:
        pytest.fail(f"needed here, because SAFEGUARD_REQUIRE_ALL=1: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real lists, phrases and vectors, which the project may not contain."""
    default = Path(__file__).parent.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("SAFEGUARD_TEST_DATA", default))
    if not folder.is_dir():
        absent(f"no test data in {folder}: set SAFEGUARD_TEST_DATA")
    return folder


@pytest.fixture
def free_port() -> int:
    """A port that was free a moment ago, for TCP and UDP."""
    return pick_port()


def pick_port() -> int:
    for _ in range(50):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free for both TCP and UDP")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test never reads the settings or the data of the person who runs it."""
    for name in os.environ:
        if name.startswith("SAFEGUARD_") and name not in OF_TESTS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("SAFEGUARD_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped rules compiled and an empty database. Copy it; do not write."""
    from safeguard.building import build
    from safeguard.settings import load
    from safeguard.store import schema

    data = tmp_path_factory.mktemp("built") / "data"
    data.mkdir()
    schema.prepare(load(data)).close()
    build(data, lambda _what, _done, _of: None)
    return data


@pytest.fixture
def school(built: Path, tmp_path: Path) -> Path:
    """A school's data folder of this test's own: shipped rules, nobody known yet."""
    return Path(shutil.copytree(built, tmp_path / "data"))
