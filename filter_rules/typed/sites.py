"""The whole table, ready to be asked: which site a host is of, and what stands on its paths."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from filter_rules.typed.browsing import BROWSING
from filter_rules.typed.engines import ENGINES
from filter_rules.typed.machines import MACHINES
from filter_rules.typed.site import At, Site
from filter_rules.typed.talking import TALKING
from filter_rules.types import Kind

SITES: tuple[Site, ...] = (*ENGINES, *MACHINES, *TALKING, *BROWSING)

_COUNTRY = re.compile(r"\.(?:(?:com?|org?|net?|gov|ac)\.[a-z]{2}|[a-z]{2}|com|net|cat)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A path of a site, the names of the fields there, and what words in them are."""

    path: re.Pattern[str]
    names: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Known:
    """A site with its paths made ready. `sent` has no names where nothing is typed."""

    site: Site
    asked: tuple[Place, ...]
    half: tuple[Place, ...]
    sent: tuple[Place, ...]


def compiled(path: str) -> re.Pattern[str]:
    if path == "/":
        return re.compile("/")
    pattern = re.escape(path.rstrip("/")).replace(r"\*", "[^/]+")
    return re.compile(pattern.replace(r"\{words\}", "([^/]+)") + "(?:[/;].*)?")


def site_of(host: str) -> Known | None:
    """Return the site that a host is of; the longest name of the table counts."""
    return next((_KNOWN[name] for name in _names(host) if name in _KNOWN), None)


def _places(ats: Iterable[At], kind: Kind) -> tuple[Place, ...]:
    return tuple(
        Place(compiled(path), at.names, at.kind or kind) for at in ats for path in at.paths
    )


def _known(site: Site) -> Known:
    sent = tuple(
        Place(_ANYWHERE if path == "/" else compiled(path), sent.leaves, sent.kind)
        for sent in site.sent
        for path in sent.paths
    )
    return Known(site, _places(site.searches, site.kind), _places(site.half, site.kind), sent)


def _names(host: str) -> Iterator[str]:
    """Return the names that may stand for a host in SITES, longest first."""
    country = _COUNTRY.search(host)
    everywhere = f"{host[: country.start()]}.*" if country else ""
    pairs = zip_longest(_upwards(host), _upwards(everywhere), fillvalue="")
    return filter(None, chain.from_iterable(pairs))


def _upwards(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


_ANYWHERE = re.compile("/.*")  # what is sent to `/` may be sent anywhere
_KNOWN = {domain: known for one in SITES for known in (_known(one),) for domain in one.domains}
