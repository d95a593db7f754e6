"""The rules in force, whole and unchanging: what they say of a host, a URL or a text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.hosts import addresses_meant, is_address, is_private
from filter_rules.imported_phrases import PhraseSets, merged
from filter_rules.lifting import standing
from filter_rules.listing import Found, ListingMap, compile_map
from filter_rules.network_index import NetworkIndex
from filter_rules.typed.addresses import half_typed_in_url, typed_in_url
from filter_rules.typed.bodies import typed_in_body
from filter_rules.typed.messages import typed_in_message
from filter_rules.typed.words import Typed
from filter_rules.types import Category, Finding, Hit, Kind, Part
from filter_rules.url_index import UrlIndex
from filter_rules.urls import Url

PRIVATE = "private-address"
BUILT_IN = "built in"
_MOST_HOSTS_KEPT = 4096
NO_NETWORKS = NetworkIndex(ListingMap.of(compile_map(tuple), ()))
NO_PHRASE_SETS = partial(PhraseSets, ())


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
        phrase_sets: Callable[[], PhraseSets] = NO_PHRASE_SETS,
    ) -> None:
        self.fingerprint = fingerprint
        self.categories = categories
        self._urls = urls
        self._make_detector = detector
        self._make_phrase_sets = phrase_sets
        # What is kept dies with these rules: it must not hold the RuleSet itself.
        self._known_of = lru_cache(_MOST_HOSTS_KEPT)(partial(_known, domains, networks, urls))

    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """Return what the lists say of a host in its one spelling, and of the URL where known.

        An exception in a list lifts entries of that list and of no other. The most exact entry
        of each part comes first.
        """
        known = self._known_of(host)
        found = self._urls.find(url) if url is not None else []
        more = [one for one in found if one not in known.found]
        hits = _hits([*known.found, *more]) if more else known.hits
        return (_private(host), *hits) if known.is_private else hits

    def match_address(self, address: str) -> tuple[Hit, ...]:
        """Return what the lists say of an address that a name leads to."""
        return self._known_of(address).hits

    def detect(
        self,
        text: str,
        kind: Kind,
        *,
        strong: Iterable[tuple[int, int]] = (),
        about: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
        spent: Callable[[], bool] | None = None,
    ) -> tuple[Finding, ...]:
        """Return what a text says of each theme, most severe first: see `Detector.detect`."""
        found = self._detector.detect(
            text, kind, strong=strong, about=about, groups=groups, spent=spent
        )
        imported = self._phrase_sets.detect(text, kind)
        return merged(found, imported) if imported else found

    def detecting_by(self, detector: Callable[[], Detector]) -> "RuleSet":
        """Return the same rules with another detector, as a school's own phrases make one."""
        other = copy(self)
        other.__dict__.pop("_detector", None)
        other._make_detector = detector  # noqa: SLF001  it is one of us
        return other

    def ready_to_detect(self) -> None:
        """Make the detector now, for a process that will read text and must not wait then."""
        self._detector, self._phrase_sets  # noqa: B018  they are made by being asked for

    @cached_property
    def _detector(self) -> Detector:
        """Made at the first text: it takes a while, and many processes never read any."""
        return self._make_detector()

    @cached_property
    def _phrase_sets(self) -> PhraseSets:
        return self._make_phrase_sets()

    def typed_in_url(self, url: Url) -> Typed | None:
        """Return the words that a person typed into a search, a video site or a prompt."""
        return typed_in_url(url)

    def half_typed_in_url(self, url: Url) -> Typed | None:
        """Return words that are sent while they are typed: merge them before they are judged."""
        return half_typed_in_url(url)

    def typed_in_body(self, url: Url, content_type: str, body: bytes) -> tuple[Typed, ...]:
        """Return the words that a person typed into what is sent to a site."""
        return typed_in_body(url, content_type, body)

    def said_in_message(
        self, url: Url, message: str | bytes, *, from_pupil: bool
    ) -> tuple[Typed, ...]:
        """Return the words that a person typed into a message, or those that one shows."""
        return typed_in_message(url, message, from_pupil=from_pupil)


class _Known(NamedTuple):
    """What the lists say of a host, and what of that is left where no URL says more."""

    found: Sequence[Found]
    hits: tuple[Hit, ...]
    is_private: bool


_UNLISTED = _Known((), (), is_private=False)


def _known(domains: DomainIndex, networks: NetworkIndex, urls: UrlIndex, host: str) -> _Known:
    found = _of_address(domains, networks, host) if is_address(host) else domains.find(host)
    found += urls.find_name(host)
    private = is_private(host)
    if not (found or private):  # as of most hosts
        return _UNLISTED
    return _Known(found, _hits(found), private)


def _of_address(domains: DomainIndex, networks: NetworkIndex, host: str) -> list[Found]:
    meant = addresses_meant(host)
    return [found for index in (networks, domains) for one in meant for found in index.find(one)]


def _hits(found: Sequence[Found]) -> tuple[Hit, ...]:
    return tuple(
        Hit(one.listing.category, one.listing.list, one.entry, one.part)
        for one in reversed(standing(found))
    )


def _private(host: str) -> Hit:
    return Hit(PRIVATE, BUILT_IN, host, Part.HOST)
