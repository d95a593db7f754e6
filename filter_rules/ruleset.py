"""The rules in force, whole and unchanging: what they say of a host, a URL or a text."""

from collections.abc import Callable, Mapping
from functools import cached_property

from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.hosts import is_private
from filter_rules.listing import Found
from filter_rules.searches import typed_words
from filter_rules.types import Category, Finding, Hit, Kind, Part
from filter_rules.url_index import UrlIndex
from filter_rules.urls import Url

PRIVATE = "private-address"
BUILT_IN = "built in"


class RuleSet:
    """Compiled rules. They never change: a new build is a new RuleSet."""

    def __init__(
        self,
        fingerprint: str,
        categories: Mapping[str, Category],
        domains: DomainIndex,
        urls: UrlIndex,
        detector: Callable[[], Detector],
    ) -> None:
        self.fingerprint = fingerprint
        self.categories = categories
        self._domains = domains
        self._urls = urls
        self._make_detector = detector

    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """Return what the lists say of a host in its one spelling, and of the URL where known.

        An exception in a list lifts that list's hits and no other's. The most exact entry of
        each part comes first.
        """
        found = self._domains.find(host)
        if url is not None:
            found += self._urls.find(url)
        hits = [_hit(one) for one in reversed(found) if not one.listing.allow]
        if len(hits) < len(found):
            lifted = {one.listing.list for one in found if one.listing.allow}
            hits = [hit for hit in hits if hit.list not in lifted]
        return (_private(host), *hits) if is_private(host) else tuple(hits)

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


def _hit(found: Found) -> Hit:
    return Hit(found.listing.category, found.listing.list, found.entry, found.part)


def _private(host: str) -> Hit:
    return Hit(PRIVATE, BUILT_IN, host, Part.HOST)
