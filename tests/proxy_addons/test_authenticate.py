"""Signing in at the proxy: 407 and what becomes of it, by real browsers' ways."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard.local_passwords import put
from safeguard.store.people import Device
from tests.proxy_addons.sign_in_world import ADA, EVERYBODY, curl, proxy_with
from tests.proxy_addons.world import Proxy, Site, ask, raw
from tests.safeguard.kerberos_world import REALM, Realm, realm

PASSWORD = "only for the proxy"


@pytest.fixture(scope="module")
def kerberos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    with realm(tmp_path_factory.mktemp("realm")) as one:
        yield one


@pytest.fixture
def by_ticket(
    kerberos: Realm, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    del site
    monkeypatch.setenv("KRB5_CONFIG", kerberos.env["KRB5_CONFIG"])
    with proxy_with(tmp_path, networks=EVERYBODY, keytab=kerberos.keytab) as proxy:
        yield proxy


@pytest.fixture
def by_password(tmp_path: Path, site: Site) -> Iterator[Proxy]:
    del site
    (tmp_path / "data").mkdir(exist_ok=True)
    put(tmp_path / "data/proxy-passwords", "ada", PASSWORD)
    with proxy_with(tmp_path, networks=EVERYBODY, passwords="file") as proxy:
        yield proxy


def basic(login: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


def people(proxy: Proxy) -> set[tuple[str, str, str]]:
    """Whom the events name, in which group, and how they were found."""
    return {(one.person, one.group, one.method) for one, _target, _verdict in proxy.notebook.kept}


def test_a_ticket_opens_a_tunnel_as_its_owner(
    kerberos: Realm, by_ticket: Proxy, site: Site
) -> None:
    env = kerberos.ticket("ada")
    url = f"https://bets.test:{site.port}/"
    done = curl(by_ticket, "--proxy-negotiate", "-U", ":", url, env=env)
    assert done.stdout == "403/200", done.stderr
    assert people(by_ticket) == {(ADA.id, "secondary", "kerberos")}


def test_without_a_ticket_there_is_no_tunnel(kerberos: Realm, by_ticket: Proxy) -> None:
    done = curl(by_ticket, "https://school.test:1/", env=dict(kerberos.env))
    assert done.stdout == "000/407"
    assert "Proxy-Authenticate: Negotiate" in done.stderr.replace("proxy-auth", "Proxy-Auth").replace("authenticate:", "Authenticate:")
