"""The names of the list formats, as people give them."""

from enum import StrEnum


class Format(StrEnum):
    """How a list is written. `auto` looks at its lines and decides."""

    DOMAINS = "domains"
    HOSTS = "hosts"
    WILDCARD = "wildcard"
    ADBLOCK = "adblock"
    DNSMASQ = "dnsmasq"
    UNBOUND = "unbound"
    RPZ = "rpz"
    UT1 = "ut1"
    E2GUARDIAN = "e2guardian"
    URLS = "urls"
    NETWORKS = "networks"
    CSV = "csv"
    AUTO = "auto"
