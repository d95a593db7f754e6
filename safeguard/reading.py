"""What one source says, read once and kept until the source changes.

    DATA/rules-read/<key>/said.json     all but the keys; and where each run of keys stands
    DATA/rules-read/<key>/<index>       the keys of an index, in runs, one key a line

A build compiles from these, so that it parses only what has changed since the build before.
The key is a digest of all that parsing depends on, and parsing is pure: what is kept can only
be what would be read again. A reading that was damaged is not used. A run holds keys of one
listing, sorted; runs are bounded, so that memory does not grow with the lists.
"""

import hashlib
import json
import platform
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass, field, replace
from importlib import metadata, resources
from pathlib import Path
from typing import IO, Any, NamedTuple

from filter_rules import domain_index, network_index, url_index
from filter_rules.formats.trees import ListFile
from filter_rules.listing import Listing, listing_of
from filter_rules.types import Entry, Part
from safeguard.sources import MOST_PROBLEMS, Source

FOLDER = "rules-read"
PATTERNS = "patterns"

_SAID = "said.json"
_MOST_HELD = 100_000  # keys, before they are written: longer runs compile no faster
_INDEX_OF: Mapping[Part, tuple[str, Callable[[str], Sequence[str]]]] = {
    Part.HOST: ("hosts", lambda host: (domain_index.key_of(host),)),
    Part.URL: ("urls", url_index.keys_of),
    Part.NETWORK: ("networks", lambda network: (network_index.key_of(network),)),
    Part.PATTERN: (PATTERNS, lambda pattern: (pattern,)),  # its key depends on all the others
}
INDEXES = tuple(index for index, _ in _INDEX_OF.values())
# What turns a source's bytes into entries, beside the bytes.
_PARSERS = {
    "filter_rules": ("**/*.py", "data/*.toml"),
    "safeguard": ("reading.py", "sources.py", "list_files.py"),
}
_LIBRARIES = ("ada-url", "google-re2", "publicsuffixlist")

type Told = Callable[[int, ListFile, int], None]
"""Told how many files are done, which is being read, and how many of its entries have been."""


class Run(NamedTuple):
    """Where some keys of one listing stand in their index's file."""

    listing: int
    keys: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source says. Its keys lie in files in `folder`."""

    folder: Path
    listings: Sequence[Listing] = ()
    expressions: Sequence[tuple[str, int]] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    problems: Sequence[Mapping[str, Any]] = ()
    runs: Mapping[str, Sequence[Run]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def keyed(self, index: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the runs of an index: keys, behind the number of their listing."""
        with (self.folder / index).open("rb") as file:
            for run in self.runs[index]:
                yield run.listing, file.read(run.bytes).decode().split("\n")[:-1]

    def moved_to(self, folder: Path) -> "Reading":
        shutil.rmtree(folder, ignore_errors=True)  # what may be there was found damaged
        return replace(self, folder=self.folder.rename(folder))


@dataclass(slots=True)
class _Basket:
    """Where entries are put while a source is read."""

    files: Mapping[str, IO[bytes]]
    numbers: dict[Listing, int] = field(default_factory=dict)
    expressions: list[tuple[str, int]] = field(default_factory=list)
    runs: dict[str, list[Run]] = field(default_factory=lambda: {index: [] for index in INDEXES})
    held: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    count: int = 0

    def put(self, entry: Entry, listing: Listing) -> None:
        number = self.numbers.setdefault(listing, len(self.numbers))
        if entry.part is Part.EXPRESSION:
            self.expressions.append((entry.value, number))
            return
        index, keys_of = _INDEX_OF[entry.part]
        keys = keys_of(entry.value)
        self.held.setdefault((index, number), []).extend(keys)
        self.count += len(keys)

    def empty(self) -> None:
        """Write what is held as runs. Sorted, neighbours in a run are neighbours in a trie."""
        for index, number in sorted(self.held):
            keys = sorted(set(self.held[index, number]))
            lines = "".join(f"{key}\n" for key in keys).encode()
            self.files[index].write(lines)
            self.runs[index].append(Run(number, len(keys), len(lines)))
        self.held.clear()
        self.count = 0


def key_of(source: Source, parser: str) -> str:
    """Return the name of a source's reading: it differs when anything that it depends on does."""
    return _digest_of(json.dumps([source.digest, [astuple(one) for one in source.files], parser]))


def parser_digest() -> str:
    """Say in one word what parses: lists may mean something else to another version of it."""
    digest = hashlib.blake2b(digest_size=16)
    for package, patterns in _PARSERS.items():
        root = Path(str(resources.files(package)))
        for file in sorted(file for pattern in patterns for file in root.glob(pattern)):
            digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\0".encode())
    digest.update(platform.python_version().encode())  # it reads addresses, tables and lines
    return digest.hexdigest()


def read(source: Source, folder: Path, told: Told) -> Reading:
    """Read every file of a source into a new folder."""
    folder.mkdir()
    counts: Counter[str] = Counter()
    refused = 0
    problems: list[Mapping[str, Any]] = []
    with ExitStack() as opened:
        files = {index: opened.enter_context((folder / index).open("wb")) for index in INDEXES}
        basket = _Basket(files)
        for at, file in enumerate(source.files):
            told(at, file, 0)
            read_before = counts.total()
            for said in source.entries(file):
                if isinstance(said, Entry):
                    counts[said.category or file.category] += 1
                    basket.put(said, _listing(file, said))
                    if basket.count >= _MOST_HELD:
                        basket.empty()
                        told(at, file, counts.total() - read_before)
                else:
                    refused += 1
                    problems += [asdict(said)] if refused <= MOST_PROBLEMS else []
            basket.empty()
    digests = {index: _digest(folder / index) for index in INDEXES}
    reading = Reading(
        folder, tuple(basket.numbers), basket.expressions, dict(sorted(counts.items())),
        refused, problems, basket.runs, digests,
    )  # fmt: skip
    _write(reading)
    return reading


def kept(folder: Path) -> Reading | None:
    """Open a reading of before; None where there is none that is whole."""
    try:
        text, digest = (folder / _SAID).read_text("utf-8").rsplit("\n", 1)
        if digest != _digest_of(text):
            return None
        reading = _read_back(folder, json.loads(text))
        is_whole = all(_digest(folder / one) == made for one, made in reading.digests.items())
    except (OSError, ValueError):
        return None
    return reading if is_whole else None


def prune(place: Path, keys: set[str]) -> None:
    """Forget readings of sources that are gone, or have changed."""
    for old in [one for one in place.iterdir() if one.name not in keys]:
        shutil.rmtree(old, ignore_errors=True)


def _listing(file: ListFile, entry: Entry) -> Listing:
    about = entry.category or file.category
    return Listing(about, file.list, entry.reach, entry.allow, entry.rank, entry.withdraws)


def _write(reading: Reading) -> None:
    said = {
        "listings": [astuple(one) for one in reading.listings],
        **{
            name: getattr(reading, name)
            for name in ("expressions", "counts", "refused", "problems", "runs", "digests")
        },
    }
    text = json.dumps(said)
    (reading.folder / _SAID).write_text(f"{text}\n{_digest_of(text)}", "utf-8")


def _read_back(folder: Path, said: Mapping[str, Any]) -> Reading:
    return Reading(
        folder,
        tuple(listing_of(one) for one in said["listings"]),
        [(pattern, number) for pattern, number in said["expressions"]],
        said["counts"],
        said["refused"],
        said["problems"],
        {index: [Run(*one) for one in runs] for index, runs in said["runs"].items()},
        said["digests"],
    )


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()


def _digest_of(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
