"""Which sites of the tables have a line in the tables of the tests."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from filter_rules.typed.site import Site
from filter_rules.typed.sites import site_of
from filter_rules.urls import split

TABLES = Path(__file__).parents[2] / "tables"


def _addresses(name: str) -> list[str]:
    table = tomllib.loads((TABLES / name).read_text("utf-8"))
    return [url for case in table["case"] for url in (case.get("urls") or [case["url"]])]


def _sites(addresses: Iterable[str]) -> set[str]:
    urls = filter(None, map(split, addresses))
    return {known.site.name for url in urls if (known := site_of(url.host))}


def without_a_line(sites: Iterable[Site]) -> list[str]:
    """Return the sites whose addresses or bodies no line of the tables speaks of."""
    asked, sent = _sites(_addresses("searches.toml")), _sites(_addresses("typed.toml"))
    return [
        site.name
        for site in sites
        if (site.searches and site.name not in asked)
        or (any(one.leaves for one in site.sent) and site.name not in sent)
    ]
