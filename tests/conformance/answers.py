"""Lists as a school brings them, asked as the filter asks them: our readers, index and rules."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from filter_rules import domain_index, network_index, pattern_index, url_index
from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.network_index import NetworkIndex
from filter_rules.pattern_index import PatternIndex
from filter_rules.ruleset import RuleSet
from filter_rules.types import Entry, Part, Problem
from filter_rules.url_index import Expression, UrlIndex

type Keys = list[tuple[str, int]]


class File(NamedTuple):
    """A file of a list: its format, its lines, and its name where that tells what is in it."""

    format: Format
    lines: Iterable[str]
    name: str = "list.txt"


def rules_of(lists: Mapping[str, Iterable[File]]) -> tuple[RuleSet, list[Problem]]:
    """Compile lists, each a category of its own name; also return what could not be used."""
    numbers: dict[Listing, int] = {}
    keys: dict[Part, Keys] = {part: [] for part in Part}
    problems = []
    for name, files in lists.items():
        for file in files:
            for said in parse(file.format, file.lines, file.name):
                if isinstance(said, Problem):
                    problems.append(said)
                    continue
                listing = Listing(name, name, said.reach, said.allow, said.rank, said.withdraws)
                number = numbers.setdefault(listing, len(numbers))
                keys[said.part] += [(key, number) for key in _keys(said)]
    listings = tuple(numbers)
    expressions = [Expression(pattern, listings[one]) for pattern, one in keys[Part.EXPRESSION]]
    rules = RuleSet(
        "",
        {},
        DomainIndex(_map(keys[Part.HOST], listings)),
        UrlIndex(
            _map(keys[Part.URL], listings),
            expressions,
            PatternIndex(_map(list(pattern_index.keyed(keys[Part.PATTERN])), listings)),
        ),
        lambda: Detector([]),
        NetworkIndex(_map(keys[Part.NETWORK], listings)),
    )
    return rules, problems


def _map(keys: Keys, listings: tuple[Listing, ...]) -> ListingMap:
    return ListingMap.of(compile_map(lambda: keys), listings)


def _keys(entry: Entry) -> tuple[str, ...]:
    match entry.part:
        case Part.HOST:
            return (domain_index.key_of(entry.value),)
        case Part.URL:
            return url_index.keys_of(entry.value)
        case Part.NETWORK:
            return (network_index.key_of(entry.value),)
        case Part.EXPRESSION | Part.PATTERN:
            return (entry.value,)
