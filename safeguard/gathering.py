"""Read all sources once, into what the indexes are compiled from.

Keys go to files, one line an entry, so that memory does not grow with the lists.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from filter_rules import domain_index, network_index, pattern_index, url_index
from filter_rules.formats.trees import ListFile
from filter_rules.listing import Listing
from filter_rules.types import Entry, Part, Problem
from safeguard.sources import MOST_PROBLEMS, Source

type Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""

INDEXES = ("hosts", "urls", "networks", "patterns")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the sources say."""

    folder: Path
    listings: Sequence[Listing]
    expressions: Sequence[tuple[str, int]]
    sources: Sequence[dict[str, Any]]
    counts: Counter[str]

    def keyed(self, index: str) -> Iterator[tuple[str, int]]:
        """Yield the keys of an index, each with the number of its listing."""
        with (self.folder / index).open(encoding="utf-8") as lines:
            for line in lines:
                key, _, number = line.rstrip("\n").rpartition("\t")
                yield key, int(number)


@dataclass(slots=True)
class _Basket:
    """Where entries are put while sources are read."""

    files: dict[str, IO[str]]
    numbers: dict[Listing, int] = field(default_factory=dict)
    expressions: list[tuple[str, int]] = field(default_factory=list)
    patterns: list[tuple[str, int]] = field(default_factory=list)

    def put(self, entry: Entry, listing: Listing) -> None:
        number = self.numbers.setdefault(listing, len(self.numbers))
        match entry.part:
            case Part.HOST:
                self.files["hosts"].write(f"{domain_index.key_of(entry.value)}\t{number}\n")
            case Part.URL:
                for key in url_index.keys_of(entry.value):
                    self.files["urls"].write(f"{key}\t{number}\n")
            case Part.NETWORK:
                self.files["networks"].write(f"{network_index.key_of(entry.value)}\t{number}\n")
            case Part.EXPRESSION:
                self.expressions.append((entry.value, number))
            case Part.PATTERN:
                self.patterns.append((entry.value, number))

    def put_patterns(self) -> None:
        """What a pattern is known by depends on all the others."""
        for key, number in pattern_index.keyed(self.patterns):
            self.files["patterns"].write(f"{key}\t{number}\n")


def gather(sources: Iterable[Source], folder: Path, progress: Progress) -> Gathered:
    """Read every file of every source; the keys go to files in `folder`."""
    sources = list(sources)
    total, done = sum(len(source.files) for source in sources), 0
    counts: Counter[str] = Counter()
    described = []
    with ExitStack() as opened:
        basket = _Basket(
            {
                index: opened.enter_context((folder / index).open("w", encoding="utf-8"))
                for index in INDEXES
            }
        )
        for source in sources:
            own: Counter[str] = Counter()
            refused = 0
            problems: list[Problem] = []
            for file in source.files:
                progress(f"Reading {file.list}", done, total)
                done += 1
                for said in source.entries(file):
                    if isinstance(said, Entry):
                        own[said.category or file.category] += 1
                        basket.put(said, _listing(file, said))
                    else:
                        refused += 1
                        problems += [said] if refused <= MOST_PROBLEMS else []
            counts += own
            described.append(_described(source, own, refused, problems))
        basket.put_patterns()
    return Gathered(folder, tuple(basket.numbers), basket.expressions, described, counts)


def _listing(file: ListFile, entry: Entry) -> Listing:
    about = entry.category or file.category
    return Listing(about, file.list, entry.reach, entry.allow, entry.rank, entry.withdraws)


def _described(
    source: Source, counts: Counter[str], refused: int, problems: list[Problem]
) -> dict[str, Any]:
    return {
        "name": source.name,
        "licence": source.licence,
        "sha256": source.digest,
        "counts": dict(sorted(counts.items())),
        "problem_count": refused,
        "problems": [asdict(problem) for problem in problems],
    }
