"""The settings of what other servers tell of who is where: RADIUS accounting and DHCP leases."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from safeguard.setting_kinds import Entries, Port, Section, split

LeaseName = Annotated[str, Field(pattern=r"^((dnsmasq|isc|kea|windows):)?/.+$")]
LeaseNames = Annotated[tuple[LeaseName, ...], NoDecode, BeforeValidator(split)]


class Feeds(Section):
    """What other servers tell of who is where. See how-to/know-who-asks.md."""

    radius_listen: str = Field(
        "",
        description="The address where access points and switches send RADIUS accounting. "
        "Empty: none is heard.",
    )
    radius_port: Port = Field(1813, description="Its port, for UDP.")
    radius_secrets: Path | None = Field(
        None,
        description="A file that this account alone can read: a network of access points and its "
        "secret on each line.",
    )
    radius_interim_minutes: int = Field(
        10,
        ge=1,
        le=1440,
        description="How often they send interim updates. Who is not heard of for twice as long "
        "is known no longer.",
    )
    realms: Entries = Field(
        (),
        description="Domains and realms that are the school's own (SCHOOL\\jo, jo@school.example): "
        "with any other, nobody is known by the bare name.",
    )
    leases: LeaseNames = Field(
        (),
        description="Lease files of DHCP servers, full paths. A word before one says which wrote "
        "it, where that cannot be seen: dnsmasq:, isc:, kea: or windows:.",
    )

    @model_validator(mode="after")
    def _no_port_without_secrets(self) -> Self:
        if self.radius_listen and self.radius_secrets is None:
            raise ValueError(
                "radius_listen needs radius_secrets: without secrets, anyone on the network could "
                "sign anyone in"
            )
        return self

    @property
    def wanted(self) -> bool:
        """Whether any server tells anything."""
        return bool(self.radius_listen or self.leases)

    @property
    def own(self) -> frozenset[str]:
        """The school's own domains and realms, as they are compared."""
        return frozenset(one.lower() for one in self.realms)
