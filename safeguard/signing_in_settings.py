"""The settings of signing in at the proxy: who must, and what is taken as proof."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from safeguard.setting_kinds import Entries, Networks, Port, Section

DIRECTORY = re.compile(r"^(ldaps?://[^\s/?#@]+|ldapi://\S*)/?$")
HEADER = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,63}$")
BY_LOGIN = "(|(sAMAccountName={login})(userPrincipalName={login})(uid={login}))"


def _directories(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        if not DIRECTORY.match(one):
            raise ValueError(f"{one!r} is no directory: write ldaps://dc1.school.example")
    return value


def _filter(value: str) -> str:
    if value.count("{login}") < 1 or not value.startswith("(") or not value.endswith(")"):
        raise ValueError("give an LDAP filter in brackets that holds {login}, such as " + BY_LOGIN)
    return value


def _header(value: str) -> str:
    if not HEADER.match(value):
        raise ValueError("give the name of a header, such as X-Authenticated-User")
    return value


class ProxyAuth(Section):
    """Signing in at the proxy."""

    networks: Networks = Field(
        (),
        description="Who asks from these must sign in, unless their device is known. "
        "Default: nobody.",
    )
    keytab: Path | None = Field(
        None, description="The keytab of the proxy, for Kerberos. Empty: no Kerberos."
    )
    realms: Entries = Field(
        (), description="Kerberos realms whose people are yours. Empty: the keytab's own."
    )
    passwords: Literal["none", "file", "ldap"] = Field(
        "none",
        description="Names and passwords: none, a file of passwords for the proxy alone, or the "
        "directory's, which are taken on tls_port alone.",
    )
    password_file: Path | None = Field(
        None, description="The file of proxy passwords. Empty: proxy-passwords in the data folder."
    )
    tls_port: Port | None = Field(
        None, description="A port where browsers speak TLS with the proxy itself. Empty: none."
    )
    tls_cert: Path | None = Field(None, description="PEM certificate of the proxy's own name.")
    tls_key: Path | None = Field(None, description="PEM private key of that certificate.")
    ldap_servers: Annotated[Entries, AfterValidator(_directories)] = Field(
        (),
        description="Directories, asked in this order: ldaps://dc1.school.example, or ldap:// "
        "(which begins TLS before anything is said).",
    )
    ldap_ca: Path | None = Field(
        None, description="A PEM file of the authority of the directory's certificate."
    )
    ldap_user: str = Field("", description="The DN of the account that looks people up.")
    ldap_password: SecretStr | None = Field(
        None, description="Its password: better in the environment than in the file."
    )
    ldap_base: str = Field("", description="Below which DN people stand.")
    ldap_filter: Annotated[str, AfterValidator(_filter)] = Field(
        BY_LOGIN, description="How a person is found by the name that they typed."
    )
    ldap_login: str = Field(
        "sAMAccountName",
        description="The attribute that holds a person's login as it stands among your people.",
    )
    ldap_timeout_seconds: int = Field(
        3, ge=1, le=10, description="How long a directory may take for each answer."
    )
    remember_minutes: int = Field(
        10, ge=1, le=60, description="A right password is not asked about again for so long."
    )
    outlive_minutes: int = Field(
        120,
        ge=0,
        le=1440,
        description="While the directory is away, who signed in so lately stays signed in.",
    )
    tries: int = Field(
        10, ge=3, le=100, description="Wrong passwords in five minutes for a name, from an address."
    )
    trusted_proxies: Networks = Field(
        (), description="Proxies that say who asks, in headers. Nobody else's are believed."
    )
    user_header: Annotated[str, AfterValidator(_header)] = Field(
        "X-Authenticated-User", description="The header that names the person."
    )

    @model_validator(mode="after")
    def _never_in_the_clear(self) -> Self:
        if self.passwords == "ldap" and self.tls_port is None:
            raise ValueError(
                "passwords = ldap would send the directory's passwords over the network in the "
                "clear: give tls_port, tls_cert and tls_key, or use passwords = file"
            )
        if len({one is None for one in (self.tls_port, self.tls_cert, self.tls_key)}) > 1:
            raise ValueError("tls_port, tls_cert and tls_key go together: give all, or none")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.passwords == "ldap" and not (self.ldap_servers and self.ldap_base):
            raise ValueError("passwords = ldap needs ldap_servers and ldap_base")
        if (self.ldap_user == "") != (self.ldap_password is None):
            raise ValueError("ldap_user and ldap_password go together: give both, or neither")
        if self.networks and self.keytab is None and self.passwords == "none":
            raise ValueError(
                "networks says who must sign in, and nothing says how: give keytab or passwords"
            )
        return self

    def password_file_in(self, data: Path) -> Path:
        return self.password_file or data / "proxy-passwords"
