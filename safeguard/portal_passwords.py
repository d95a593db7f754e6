"""Which passwords open the page for people's own devices: the directory's where one is set."""

from collections.abc import Callable

from safeguard.credentials import DirectoryAwayError
from safeguard.identity.credentials import Credentials, OwnPasswords, UnreachableError
from safeguard.ldap_passwords import LdapPasswords, directory_of
from safeguard.logins import Typed, plain
from safeguard.settings import Settings
from safeguard.store.session import Store


class DirectoryPasswords:
    """The passwords of a directory, which names a login; people are found by theirs."""

    def __init__(self, directory: LdapPasswords, person_of_login: Callable[[str], str]) -> None:
        self._directory = directory
        self._person_of_login = person_of_login
        self.close = directory.close

    def check(self, login: str, password: str) -> str:
        try:
            found = self._directory.check(Typed(login, password))
        except DirectoryAwayError as error:
            raise UnreachableError from error
        return self._person_of_login(plain(found)) if found else ""


def portal_passwords(
    settings: Settings, store: Store, person_of_login: Callable[[str], str]
) -> Credentials:
    """Return who checks what is typed there; a directory set for the proxy serves here as well."""
    if not settings.proxy_auth.ldap_servers:
        return OwnPasswords(store)
    return DirectoryPasswords(LdapPasswords(directory_of(settings.proxy_auth)), person_of_login)
