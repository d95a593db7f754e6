"""Bring together what all sources say: this is what the indexes are compiled from.

What a source says is read again only where the source has changed. What comes out is the same
either way, for all of it comes from readings that are put together in the order of the sources.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from filter_rules import pattern_index
from filter_rules.formats.trees import ListFile
from filter_rules.listing import Listing, Run
from safeguard.reading import PATTERNS, Reading, kept, key_of, parser_digest, prune, read
from safeguard.sources import Source

type Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(slots=True)
class Gathered:
    """What the sources say. Each reading numbers its listings; here they have one numbering."""

    listings: dict[Listing, int] = field(default_factory=dict)
    expressions: list[tuple[str, int]] = field(default_factory=list)
    sources: list[Mapping[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _readings: list[tuple[Reading, Sequence[int]]] = field(default_factory=list)

    def add(self, source: Source, reading: Reading) -> None:
        numbers = [self.listings.setdefault(one, len(self.listings)) for one in reading.listings]
        self.expressions += [(pattern, numbers[own]) for pattern, own in reading.expressions]
        self.sources.append(_described(source, reading))
        self.counts.update(reading.counts)
        self._readings.append((reading, numbers))

    def runs(self, index: str) -> Iterator[Run]:
        """Yield the keys of an index in runs, each behind the number of its listing."""
        runs = self._runs(index)
        return _filed(runs) if index == PATTERNS else runs

    def size(self, index: str) -> int:
        """How many keys the runs of an index hold."""
        return sum(run.keys for reading, _ in self._readings for run in reading.runs[index])

    def _runs(self, index: str) -> Iterator[Run]:
        for reading, numbers in self._readings:
            for own, keys in reading.keyed(index):
                yield numbers[own], keys


def gather(sources: Iterable[Source], place: Path, work: Path, progress: Progress) -> Gathered:
    """Read what `place` holds no reading of; each reading is made in `work` and moved there."""
    sources, parser = list(sources), parser_digest()
    keys = {source.name: key_of(source, parser) for source in sources}
    place.mkdir(exist_ok=True)
    prune(place, set(keys.values()))
    gathered = Gathered()
    done, total = 0, sum(len(source.files) for source in sources)
    for source in sources:
        folder = place / keys[source.name]
        reading = kept(folder)
        if reading is None:
            told = partial(_tell, progress, done, total)
            reading = read(source, work / folder.name, told).moved_to(folder)
        else:
            progress(f"Unchanged: {source.name}", done, total)
        done += len(source.files)
        gathered.add(source, reading)
    return gathered


def _tell(progress: Progress, done: int, total: int, at: int, file: ListFile, entries: int) -> None:
    so_far = f": {entries:,} entries" if entries else ""
    progress(f"Reading {file.list}{so_far}", done + at, total)


def _filed(patterns: Iterable[Run]) -> Iterator[Run]:
    """What a pattern is known by depends on all the others, so they are filed here, together."""
    keyed = pattern_index.keyed([(one, number) for number, keys in patterns for one in keys])
    for number, same in groupby(keyed, key=itemgetter(1)):
        yield number, [key for key, _ in same]


def _described(source: Source, reading: Reading) -> dict[str, Any]:
    return {
        "name": source.name,
        "licence": source.licence,
        "sha256": source.digest,
        "counts": reading.counts,
        "problem_count": reading.refused,
        "problems": reading.problems,
    }
