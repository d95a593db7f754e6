"""The directories that the settings name, made ready to be asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from safeguard.directories import google, microsoft, web
from safeguard.directories.google import Google
from safeguard.directories.ldap import LdapDirectory, Names
from safeguard.directories.ldap_port import Ldap3, Way
from safeguard.directories.microsoft import Microsoft
from safeguard.directories.port import Directory, DirectoryError
from safeguard.directory_settings import GoogleDirectory, MicrosoftDirectory
from safeguard.directory_settings import LdapDirectory as LdapSettings
from safeguard.settings import Settings

LONGEST_SECRET = 4096


def names(settings: Settings) -> tuple[str, ...]:
    """Return the directories that are to be asked."""
    there = {
        "ldap": settings.ldap_directory.server,
        "microsoft": settings.microsoft_directory.tenant,
        "google": settings.google_directory.key_file,
    }
    return tuple(name for name, one in there.items() if one)


@contextmanager
def opened(settings: Settings, name: str) -> Iterator[Directory]:
    """Give a directory to read; DirectoryError where its settings do not do."""
    match name:
        case "ldap":
            yield _ldap(settings.ldap_directory)
        case "microsoft":
            with _microsoft(settings.microsoft_directory) as found:
                yield found
        case "google":
            with _google(settings.google_directory) as found:
                yield found
        case _:
            raise DirectoryError(f"there is no directory {name}")


def secret(given: SecretStr | None, file: Path | None, what: str) -> str:
    """Return a secret as it was given, else as its file holds it; empty for none."""
    if given is not None:
        return given.get_secret_value()
    if file is None:
        return ""
    try:
        with file.open("rb") as stream:
            content = stream.read(LONGEST_SECRET)
        return content.decode("utf-8").rstrip("\r\n")
    except OSError as error:
        raise DirectoryError(f"{what} cannot be read from {file} ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DirectoryError(f"{file} holds no text: {what} is to stand there alone") from error


def _ldap(asked: LdapSettings) -> LdapDirectory:
    password = secret(asked.password, asked.password_file, "the password")
    way = Way(asked.server, asked.security, asked.user, password, asked.timeout_seconds, asked.ca)
    usual = Names()
    chosen = Names(
        _names(asked.id_attribute, usual.id),
        _names(asked.name_attribute, usual.name),
        _names(asked.login_attribute, usual.login),
        _names(asked.number_attribute, usual.number),
    )
    opens: Callable[[], Ldap3] = lambda: Ldap3.open(way)  # noqa: E731  it is handed over, not called
    return LdapDirectory(opens, asked.base, asked.filter, asked.groups, asked.otherwise, chosen)


def _names(chosen: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    return (chosen,) if chosen else usual


@contextmanager
def _microsoft(asked: MicrosoftDirectory) -> Iterator[Microsoft]:
    account = microsoft.Account(
        asked.tenant,
        asked.client_id,
        secret(asked.client_secret, asked.client_secret_file, "the secret"),
        asked.sign_in,
    )
    address = web.secure(asked.address, microsoft.WHO)
    with web.opened(asked.timeout_seconds, asked.ca) as client:
        asker = web.Asker(
            microsoft.WHO, address, lambda: microsoft.token_of(client, account), client
        )
        yield Microsoft(asker, asked.groups, asked.otherwise)


@contextmanager
def _google(asked: GoogleDirectory) -> Iterator[Google]:
    account = google.account_of(asked.key_file or Path(), asked.admin, asked.sign_in)
    address = web.secure(asked.address, google.WHO)
    with web.opened(asked.timeout_seconds, asked.ca) as client:
        asker = web.Asker(
            google.WHO,
            address,
            lambda: google.token_of(client, account),
            client,
            throttles=google.throttled,
        )
        yield Google(asker, asked.customer, asked.groups, asked.otherwise)
