"""Headless Chromium from Debian's packages, with a profile and a home of its own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.conftest import absent

QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--force-device-scale-factor=1",
)  # fmt: skip


@contextmanager
def browser(
    home: Path, *, proxy_port: int = 0, trusts: Path | None = None, size: str = "1280,900"
) -> Iterator[webdriver.Chrome]:
    """A browser that goes through the proxy (if one is given) and trusts one more authority."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        absent("chromium and chromium-driver are not installed")
    home.mkdir(parents=True, exist_ok=True)
    if trusts:
        _trust(home, trusts)
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    for argument in (*QUIET, f"--window-size={size}", f"--user-data-dir={home / 'profile'}"):
        options.add_argument(argument)
    if proxy_port:
        options.add_argument(f"--proxy-server=127.0.0.1:{proxy_port}")
        options.add_argument("--proxy-bypass-list=<-loopback>")
    service = Service(
        str(driver), env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    )
    opened = webdriver.Chrome(options=options, service=service)
    opened.set_page_load_timeout(30)
    try:
        yield opened
    finally:
        opened.quit()


def _trust(home: Path, certificate: Path) -> None:
    """As an administrator would: into the store that Chromium reads on Linux."""
    if shutil.which("certutil") is None:
        absent("certutil (libnss3-tools) is not installed")
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    base = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*base, "-N", "--empty-password"], check=True)
    subprocess.run([*base, "-A", "-t", "C,,", "-n", "school", "-i", str(certificate)], check=True)
