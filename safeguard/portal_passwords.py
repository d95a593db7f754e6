"""Which passwords open the page for people's own devices: the directory's where one is set."""

from collections.abc import Callable

from safeguard.credentials import DirectoryAwayError
from safeguard.identity.credentials import (
    AnotherPasswords,
    Credentials,
    OwnPasswords,
    UnreachableError,
)
from safeguard.ldap_passwords import LdapPasswords, directory_of
from safeguard.logins import Typed
from safeguard.settings import Settings
from safeguard.store.session import Store


def portal_passwords(
    settings: Settings, store: Store, person_of_login: Callable[[str], str]
) -> Credentials:
    """Return who checks what is typed there; a directory set for the proxy serves here as well."""
    if not settings.proxy_auth.ldap_servers:
        return OwnPasswords(store)
    directory = LdapPasswords(directory_of(settings.proxy_auth))

    def check(login: str, password: str) -> str | None:
        try:
            return directory.check(Typed(login, password))
        except DirectoryAwayError as error:
            raise UnreachableError from error

    return AnotherPasswords(check, person_of_login)
