"""A proxy that people sign in to, and the curl of Debian as their browser."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filter_rules.overlay import Overlay
from safeguard.engine import Engine
from safeguard.identity import Roster
from safeguard.loading import Snapshot, Stamp, shipped_policy
from safeguard.settings import Settings
from safeguard.store.people import Device, Network, Person
from tests.conftest import absent
from tests.proxy_addons.world import LIMIT, FixedEngine, Notebook, Proxy, rules

ADA = Person("p-ada", "Ada", "secondary", login="SCHOOL\\Ada")
TEACHER = Person("p-tom", "Tom", "staff", login="tom")
EVERYBODY = "127.0.0.0/8"
NAMED = "proxy.school.test"
PHONE_CODE = "%{http_code}/%{http_connect}"


def settings_with(folder: Path, auth: Mapping[str, object]) -> Settings:
    return Settings.model_validate(
        {
            "data": folder / "data",
            "school": {"name": 'The "Oak" School'},
            "proxy": {
                "upstream_ca": folder / "origin-ca.pem",
                "allow_networks": [EVERYBODY],
                "page_limit_kib": LIMIT // 1024,
            },
            "proxy_auth": auth,
        }
    )


def engine_of(settings: Settings, *devices: Device, group: str = "primary") -> Engine:
    """Ada and Tom are known; everybody on loopback counts as `group` unless known better."""
    roster = Roster([ADA, TEACHER], devices, [Network(cidr=EVERYBODY, group=group)])
    snapshot = Snapshot(Stamp("test", 0), rules(), Overlay([]), shipped_policy(), roster)
    return FixedEngine(settings, snapshot)


@contextmanager
def proxy_with(
    folder: Path,
    *devices: Device,
    auth: Mapping[str, object],
) -> Iterator[Proxy]:
    settings = settings_with(folder, auth)
    proxy = Proxy(settings, engine_of(settings, *devices), Notebook())
    try:
        yield proxy
    finally:
        proxy.close()


def curl(
    proxy: Proxy, *arguments: str, env: Mapping[str, str] | None = None, secure: bool = False
) -> subprocess.CompletedProcess[str]:
    """Fetch by Debian's curl; stdout is the status of the page, a slash, and of the CONNECT."""
    program = shutil.which("curl")
    if program is None:
        absent("curl is not installed")
        raise AssertionError
    port, scheme = (proxy.secure_port, "https") if secure else (proxy.port, "http")
    fixed = [
        *(program, "-s", "-v", "-m", "10", "-o", "/dev/null", "-w", PHONE_CODE),
        *("-x", f"{scheme}://{NAMED}:{port}", "--resolve", f"{NAMED}:{port}:127.0.0.1"),
        *("--cacert", str(proxy.authority.certificate)),
    ]
    return subprocess.run(
        [*fixed, *arguments], env=env, capture_output=True, text=True, check=False
    )
