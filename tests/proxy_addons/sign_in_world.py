"""A proxy that people sign in to, and the curl of Debian as their browser."""

import http.client
import shutil
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filter_rules.overlay import Overlay
from safeguard.engine import Engine
from safeguard.identity.roster import Roster
from safeguard.loading import Snapshot, Stamp, shipped_policy
from safeguard.settings import Settings
from safeguard.store.people import Device, Network, Person
from tests.conftest import absent
from tests.proxy_addons.world import LIMIT, FixedEngine, Notebook, Proxy, rules
from tests.safeguard.slapd_world import BASE, READER, READER_PASSWORD

ADA = Person("p-ada", "Ada", "secondary", login="Ada")
TEACHER = Person("p-tom", "Tom", "staff", login="tom")
EVERYBODY = "127.0.0.0/8"
NAMED = "proxy.school.test"
KNOWN = "127.0.0.9"  # a device on the map: its people need not sign in
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


def browsed(proxy: Proxy, url: str, env: Mapping[str, str]) -> str:
    """What Debian's Chromium shows of a page."""
    program = shutil.which("chromium")
    if program is None:
        absent("chromium is not installed")
        raise AssertionError
    fixed = [
        *(program, "--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors"),
        *("--disable-background-networking", f"--user-data-dir={env['HOME']}/profile"),
        *(f"--proxy-server={NAMED}:{proxy.port}", f"--host-resolver-rules=MAP {NAMED} 127.0.0.1"),
    ]
    done = subprocess.run(
        [*fixed, "--dump-dom", url],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout


def basic(login: str, password: str) -> str:
    return "Basic " + b64encode(f"{login}:{password}".encode()).decode()


@contextmanager
def by_directory(folder: Path, url: str, ca: Path, **more: object) -> Iterator[Proxy]:
    auth: dict[str, object] = {
        "networks": EVERYBODY,
        "passwords": "ldap",
        "ldap_servers": url,
        "ldap_base": BASE,
        "ldap_user": READER,
        "ldap_password": READER_PASSWORD,
        "ldap_filter": "(uid={login})",
        "ldap_login": "uid",
        "ldap_ca": ca,
        "ldap_timeout_seconds": 1,
        "tls_port": 8443,  # the test's own is free
        "tls_cert": folder / f"{NAMED}.pem",
        "tls_key": folder / f"{NAMED}.pem",
    }
    device = Device("d-9", KNOWN, "A laptop", person="p-tom")
    with proxy_with(folder, device, auth=auth | more) as proxy:
        yield proxy


def tunnelled(folder: Path, proxy: Proxy, login: str, password: str) -> int:
    """The status of a CONNECT over the proxy's TLS port."""
    trusting = ssl.create_default_context(cafile=str(folder / "origin-ca.pem"))
    trusting.check_hostname = False
    client = http.client.HTTPSConnection(
        "127.0.0.1", proxy.secure_port, context=trusting, timeout=10
    )
    try:
        client.request(
            "CONNECT", "school.test:443", headers={"Proxy-Authorization": basic(login, password)}
        )
        return client.getresponse().status
    finally:
        client.close()
