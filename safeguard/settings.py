"""Every setting, typed: from a TOML file and the environment, checked before anything starts.

The environment wins over the file. Names in the environment are SAFEGUARD_<SECTION>__<KEY>.
The page docs/reference/settings.md is made from this schema.
"""

import ipaddress
import tomllib
from pathlib import Path
from typing import Any, Literal, Self, cast, override

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from safeguard.directory_settings import GoogleDirectory, LdapDirectory, MicrosoftDirectory
from safeguard.edge_settings import Limits, Viruses
from safeguard.feed_settings import Feeds
from safeguard.identity_settings import Identity
from safeguard.keeping_settings import Backup, Retention, Spool
from safeguard.list_settings import Rules, Sealed, Subscriptions
from safeguard.problems import UnusableError
from safeguard.school_settings import Notify, School
from safeguard.setting_kinds import (
    Networks,
    Port,
    Section,
    Upstreams,
)
from safeguard.signing_in_settings import ProxyAuth

PREFIX = "SAFEGUARD_"


def is_loopback(listen: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(listen).is_loopback
    except ValueError:
        return listen == "localhost"


class Proxy(Section):
    """The web proxy."""

    listen: str = Field("127.0.0.1", description="The address that the proxy listens on.")
    port: Port = Field(8080, description="The port that browsers are set to.")
    transparent_port: Port | None = Field(
        None, description="A second port, for traffic redirected by the gateway. Empty: none."
    )
    workers: int = Field(0, ge=0, le=64, description="Worker processes. 0: one a processor.")
    upstream_ca: Path | None = Field(
        None, description="A PEM file of certificate authorities to trust beside the public ones."
    )
    allow_networks: Networks = Field(
        (), description="Private or loopback networks that the proxy may reach. Default: none."
    )
    ports: tuple[Port, ...] = Field(
        (80, 443, 8000, 8080, 8443),
        description="The ports of sites outside the school's own networks (allow_networks) that "
        "are open. Any other is a way round the filter. Empty: every port is open.",
    )
    resolver: Upstreams = Field(
        (), description="Where the proxy resolves names. Empty: as this machine does."
    )
    page_limit_kib: int = Field(
        1024, ge=16, le=65536, description="Pages up to this size are held back and read, in KiB."
    )


class Dns(Section):
    """The DNS filter."""

    listen: str = Field("127.0.0.1", description="The address that the DNS filter listens on.")
    port: Port = Field(5353, description="Its port, for UDP and TCP.")
    workers: int = Field(0, ge=0, le=64, description="Worker processes. 0: one a processor.")
    upstreams: Upstreams = Field(
        (), description="Resolvers that are asked. Empty: those of this machine's resolv.conf."
    )
    mixed_case: bool = Field(
        True,
        description="Ask resolvers in mixed letters, which makes answers hard to forge. "
        "Switch it off for a resolver that answers in others.",
    )
    blocked_answer: Literal["nxdomain", "null", "refused"] = Field(
        "null", description="What a blocked name is answered: no such name, 0.0.0.0, or refused."
    )
    blocked_ttl: int = Field(
        10, ge=0, le=3600, description="Seconds that a device may remember a blocked answer."
    )


class Admin(Section):
    """The site for staff."""

    listen: str = Field("127.0.0.1", description="The address that the site listens on.")
    port: Port = Field(8000, description="Its port.")
    cert: Path | None = Field(None, description="PEM certificate: needed off this machine.")
    key: Path | None = Field(None, description="PEM private key of the certificate.")

    @model_validator(mode="after")
    def _tls_off_loopback(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key go together: give both, or neither")
        if self.cert is None and not is_loopback(self.listen):
            raise ValueError(
                f"the site would speak plain http on {self.listen}: "
                "give cert and key, or listen on 127.0.0.1"
            )
        return self


class Database(Section):
    """Where events, people and rules are kept."""

    url: str = Field(
        "",
        description="Empty: SQLite in the data folder. Or postgresql+psycopg://user:pass@host/name.",
    )


class Settings(BaseSettings):
    """All settings. `data` is the data folder: --data, else SAFEGUARD_DATA, else the default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    data: Path = Field(
        default_factory=lambda: Path.home() / ".local/share/safeguard",
        description="The data folder: rules, database, certificate authority, spools.",
    )
    school: School = School()
    proxy: Proxy = Proxy()
    proxy_auth: ProxyAuth = ProxyAuth()
    limits: Limits = Limits()
    viruses: Viruses = Viruses()
    dns: Dns = Dns()
    admin: Admin = Admin()
    database: Database = Database()
    rules: Rules = Rules()
    subscriptions: Subscriptions = Subscriptions()
    sealed: Sealed = Sealed()
    identity: Identity = Identity()
    notify: Notify = Notify()
    feeds: Feeds = Feeds()
    spool: Spool = Spool()
    retention: Retention = Retention()
    backup: Backup = Backup()
    ldap_directory: LdapDirectory = LdapDirectory()
    microsoft_directory: MicrosoftDirectory = MicrosoftDirectory()
    google_directory: GoogleDirectory = GoogleDirectory()

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the environment wins


def load(data: Path | None = None, config: Path | None = None) -> Settings:
    """Read the settings file and the environment.

    The file is `config`, else `safeguard.toml` in the data folder where there is one.
    Raises UnusableError naming file or variable, key, what was found and what is allowed.
    """
    early = _checked({}, "the environment")
    if data:
        early = early.model_copy(update={"data": data})
    file = config or early.data / "safeguard.toml"
    if config is None and not file.is_file():
        return early
    settings = _checked(_read(file), str(file))
    return settings.model_copy(update={"data": data}) if data else settings


def _checked(found: dict[str, Any], where: str) -> Settings:
    try:
        return Settings(**found)
    except ValidationError as error:
        raise UnusableError(_complaint(error, where)) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableError(
            f"The settings file {file} cannot be read ({error.strerror}). "
            "Check its name and who may read it."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableError(f"The settings file {file} is not valid TOML: {error}.") from error


def _complaint(error: ValidationError, where: str) -> str:
    """One sentence a problem: where, which key, what was found, what is allowed."""
    lines = []
    for one in error.errors():
        key = ".".join(str(part) for part in one["loc"] if not isinstance(part, int))
        message = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            known = ", ".join(sorted(_known_keys(one["loc"][:-1])))
            lines.append(f"{where}: there is no setting {key!r}. Known here: {known}.")
        else:
            found = "" if one["type"] == "value_error" else f" is {one['input']!r}, which"
            lines.append(f"{where}: {key or 'a value'}{found} is not allowed: {message}.")
    return "\n".join(lines)


def _known_keys(path: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in path:
        model = cast("type[BaseModel]", model.model_fields[str(part)].annotation)
    return list(model.model_fields)
