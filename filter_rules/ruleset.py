"""The rules in force, whole and unchanging: what they say of a host, a URL or a text."""

from collections.abc import Callable, Mapping
from functools import cached_property

from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.hosts import addresses_meant, is_address, is_private
from filter_rules.lifting import standing
from filter_rules.listing import Found, ListingMap, compile_map
from filter_rules.network_index import NetworkIndex
from filter_rules.searches import typed_words
from filter_rules.types import Category, Finding, Hit, Kind, Part
from filter_rules.url_index import UrlIndex
from filter_rules.urls import Url

PRIVATE = "private-address"
BUILT_IN = "built in"
NO_NETWORKS = NetworkIndex(ListingMap.of(compile_map(tuple), ()))


class RuleSet:
    """Compiled rules. They never change: a new build is a new RuleSet."""

    def __init__(
        self,
        fingerprint: str,
        categories: Mapping[str, Category],
        domains: DomainIndex,
        urls: UrlIndex,
        detector: Callable[[], Detector],
        networks: NetworkIndex = NO_NETWORKS,
    ) -> None:
        self.fingerprint = fingerprint
        self.categories = categories
        self._domains = domains
        self._urls = urls
        self._networks = networks
        self._make_detector = detector

    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """Return what the lists say of a host in its one spelling, and of the URL where known.

        An exception in a list lifts entries of that list and of no other. The most exact entry
        of each part comes first.
        """
        found = self._found(host)
        if url is not None:
            found += self._urls.find(url)
        hits = _hits(found)
        return (_private(host), *hits) if is_private(host) else hits

    def match_address(self, address: str) -> tuple[Hit, ...]:
        """Return what the lists say of an address that a name leads to."""
        return _hits(self._found(address))

    def _found(self, host: str) -> list[Found]:
        if not is_address(host):
            return self._domains.find(host)
        addresses = addresses_meant(host)
        networks = [found for one in addresses for found in self._networks.find(one)]
        return networks + [found for one in addresses for found in self._domains.find(one)]

    def detect(self, text: str, kind: Kind) -> tuple[Finding, ...]:
        """Return what a text says of each theme, most severe first."""
        return self._detector.detect(text, kind)

    def ready_to_detect(self) -> None:
        """Make the detector now, for a process that will read text and must not wait then."""
        self._detector  # noqa: B018  it is made by being asked for

    @cached_property
    def _detector(self) -> Detector:
        """Made at the first text: it takes a while, and many processes never read any."""
        return self._make_detector()

    def typed_words(self, url: Url) -> str:
        """Return the words that a person typed into a search, a video site or a prompt."""
        return typed_words(url)


def _hits(found: list[Found]) -> tuple[Hit, ...]:
    return tuple(
        Hit(one.listing.category, one.listing.list, one.entry, one.part)
        for one in reversed(standing(found))
    )


def _private(host: str) -> Hit:
    return Hit(PRIVATE, BUILT_IN, host, Part.HOST)
