"""Whose passwords open the page for people's own devices."""

from collections.abc import Iterator

import pytest

from safeguard.identity.credentials import OwnPasswords, UnreachableError
from safeguard.portal_passwords import DirectoryPasswords, portal_passwords
from safeguard.settings import Settings
from safeguard.signing_in_settings import ProxyAuth
from safeguard.store.session import Store
from tests.safeguard.slapd_world import (
    ADA_PASSWORD,
    BASE,
    READER,
    READER_PASSWORD,
    Slapd,
    slapd,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd")) as one:
        yield one


@pytest.fixture
def directory(server: Slapd, any_store: Store) -> Iterator[DirectoryPasswords]:
    chosen = ProxyAuth(
        ldap_servers=(server.tls,),
        ldap_base=BASE,
        ldap_filter="(uid={login})",
        ldap_login="uid",
        ldap_user=READER,
        ldap_password=READER_PASSWORD,
        ldap_ca=server.ca,
        ldap_timeout_seconds=1,
    )
    settings = Settings(proxy_auth=chosen)
    found = portal_passwords(settings, any_store, {"ada": "p-ada"}.__getitem__)
    assert isinstance(found, DirectoryPasswords)
    yield found
    found.close()


def test_without_a_directory_passwords_are_the_schools_own(any_store: Store) -> None:
    assert isinstance(portal_passwords(Settings(), any_store, str), OwnPasswords)


def test_with_a_directory_its_passwords_count(directory: DirectoryPasswords) -> None:
    assert directory.check("ada", ADA_PASSWORD) == "p-ada"
    assert directory.check("ada", "wrong") == ""


def test_a_directory_that_is_away_is_said_to_be_so(
    server: Slapd, directory: DirectoryPasswords
) -> None:
    server.stop()
    try:
        with pytest.raises(UnreachableError):
            directory.check("ada", ADA_PASSWORD)
    finally:
        server.start()
