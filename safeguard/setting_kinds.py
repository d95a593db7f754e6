"""The kinds of value that settings have: what each is written as, and what it must be."""

import ipaddress
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode


def split(value: object) -> object:
    """Take what is written with commas as several."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _network(value: str) -> str:
    ipaddress.ip_network(value, strict=False)
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("give a time zone name such as Europe/London") from error
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Port = Annotated[int, Field(ge=1, le=65535)]
Network = Annotated[str, AfterValidator(_network)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(split)]
Upstream = Annotated[str, Field(pattern=r"^(udp|tcp)://(\[[0-9a-fA-F:.]+\]|[^\[\]:/]+)(:\d+)?$")]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
ListName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
ListNames = Annotated[tuple[ListName, ...], NoDecode, BeforeValidator(split)]
Entries = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Upstreams = Annotated[tuple[Upstream, ...], NoDecode, BeforeValidator(split)]


class Section(BaseModel):
    """A table of the settings file; a key it does not know stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)
