"""Compile all sources into one artefact, put it in force, and open what is in force.

    DATA/rules/<fingerprint>/     an artefact; it never changes, and holds nothing else
    DATA/rules-in-force           the fingerprint of the one in force: swapped in one step

A build that fails or is killed leaves the rules of before in force. The fingerprint is a
digest of all that the artefact holds, so the same sources give the same one.
"""

import fcntl
import hashlib
import json
import mmap
import os
import shutil
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.listing import Listing, ListingMap, compile_map, sets_of
from filter_rules.phrases import parse_theme
from filter_rules.ruleset import RuleSet
from filter_rules.types import Category, Reach
from filter_rules.url_index import Expression, UrlIndex
from safeguard.gathering import INDEXES, Gathered, Progress, gather
from safeguard.problems import UnusableError
from safeguard.sources import (
    imported_sources,
    inputs_digest,
    shipped_categories,
    shipped_source,
    shipped_themes,
    write_whole,
)

LAYOUT = 1  # raise it when what an artefact holds, or what a list means, changes
KEPT = 3

_IN_FORCE = "rules-in-force"
_WORK = "rules-building"
_LOCK = "rules-lock"
_MANIFEST = "manifest.json"
_RULES = "rules.json"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made."""

    fingerprint: str
    sources: int
    counts: Mapping[str, int]
    seconds: float


def build(data: Path, progress: Progress) -> Built:
    """Compile all sources and put the result in force."""
    started = time.monotonic()
    try:
        data.mkdir(parents=True, exist_ok=True)
        with _alone(data) as work:
            inputs = inputs_digest(data)
            gathered = gather([shipped_source(), *imported_sources(data)], work, progress)
            fingerprint = _make(work / "made", gathered, inputs, progress)
            _put_in_force(data, work / "made", fingerprint)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableError(
            f"The rules could not be built in {data} ({error}): make room, or see who may write "
            "there. The rules of before stay in force."
        ) from error
    seconds = time.monotonic() - started
    return Built(fingerprint, len(gathered.sources), dict(sorted(gathered.counts.items())), seconds)


def is_stale(data: Path) -> bool:
    """Whether sources or shipped rules have changed since the rules in force were built."""
    try:
        manifest = manifest_in_force(data)
    except UnusableError:
        return True
    return [manifest["layout"], manifest["inputs"]] != [LAYOUT, inputs_digest(data)]


def rules_in_force(data: Path) -> str:
    """Return the fingerprint of the artefact in force; empty where there is none. Cheap."""
    try:
        return (data / _IN_FORCE).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def manifest_in_force(data: Path) -> dict[str, Any]:
    """Return what the artefact in force says of itself: sources, counts, problems, files."""
    return _manifest(data, rules_in_force(data))


def open_rules(data: Path) -> RuleSet:
    """Open the artefact in force. Its large parts are mapped: all processes share the pages."""
    fingerprint = rules_in_force(data)
    manifest = _manifest(data, fingerprint)
    folder = data / "rules" / fingerprint
    try:
        for name, made in manifest["files"].items():
            _check(folder / name, made)
        return _opened(folder, fingerprint, manifest)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise _broken(folder, error) from error


def _manifest(data: Path, fingerprint: str) -> dict[str, Any]:
    if not fingerprint:
        raise UnusableError(f"No rules are built in {data}: run `safeguard rules build`.")
    folder = data / "rules" / fingerprint
    try:
        text = (folder / _MANIFEST).read_bytes()
        if _digest(text) != fingerprint:
            raise _broken(folder, "its manifest is not the one that was built")
        found: dict[str, Any] = json.loads(text)
    except (OSError, ValueError) as error:
        raise _broken(folder, error) from error
    return found


def _check(file: Path, made: Mapping[str, Any]) -> None:
    """The small files whole, the large ones by their size: to read them takes too long."""
    if file.suffix == ".json" and _digest(file.read_bytes()) != made["digest"]:
        raise ValueError(f"{file.name} is not the one that was built")
    if file.stat().st_size != made["bytes"]:
        raise ValueError(f"{file.name} is incomplete")


def _opened(folder: Path, fingerprint: str, manifest: Mapping[str, Any]) -> RuleSet:
    rules = json.loads((folder / _RULES).read_bytes())
    listings = [
        Listing(category, name, Reach(reach), allow)
        for category, name, reach, allow in rules["listings"]
    ]
    hosts, urls = (_mapped(folder, index, rules[index], listings) for index in INDEXES)
    expressions = [Expression(pattern, listings[one]) for pattern, one in rules["expressions"]]
    return RuleSet(
        fingerprint,
        {one["name"]: Category(**one) for one in manifest["categories"]},
        DomainIndex(hosts),
        UrlIndex(urls, expressions),
        partial(_detector, rules["themes"]),
    )


def _detector(themes: Mapping[str, str]) -> Detector:
    return Detector([parse_theme(text, name)[0] for name, text in themes.items()])


def _mapped(
    folder: Path, index: str, sets: Sequence[Sequence[int]], listings: Sequence[Listing]
) -> ListingMap:
    with (folder / f"{index}.sets").open("rb") as file:
        empty = os.fstat(file.fileno()).st_size == 0
        numbers = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    trie = str(folder / f"{index}.trie")
    return ListingMap.mapped(trie, memoryview(numbers), sets_of(sets, listings))


def _make(folder: Path, gathered: Gathered, inputs: str, progress: Progress) -> str:
    """Write the artefact's files; return its fingerprint."""
    folder.mkdir()
    rules: dict[str, Any] = {
        "listings": [[one.category, one.list, one.reach, one.allow] for one in gathered.listings],
        "expressions": gathered.expressions,
        "themes": shipped_themes(),
    }
    for done, index in enumerate(INDEXES):
        progress(f"Compiling {index}", done, len(INDEXES))
        compiled = compile_map(partial(gathered.keyed, index))
        (folder / f"{index}.trie").write_bytes(compiled.trie)
        (folder / f"{index}.sets").write_bytes(compiled.set_numbers)
        rules[index] = compiled.sets
    progress("Compiled", len(INDEXES), len(INDEXES))
    (folder / _RULES).write_bytes(_json(rules))
    manifest = {
        "layout": LAYOUT,
        "inputs": inputs,
        "categories": [asdict(one) for one in _categories(gathered)],
        "sources": gathered.sources,
        "counts": dict(gathered.counts),
        "files": {
            file.name: {"bytes": file.stat().st_size, "digest": _digest(file.read_bytes())}
            for file in sorted(folder.iterdir())
        },
    }
    (folder / _MANIFEST).write_bytes(_json(manifest))
    return _digest(_json(manifest))


def _categories(gathered: Gathered) -> list[Category]:
    """The shipped ones, and those that only an imported list speaks of."""
    known = {one.name: one for one in shipped_categories()}
    own = sorted({listing.category for listing in gathered.listings} - known.keys())
    return [*known.values(), *(Category(name, name, "") for name in own)]


def _put_in_force(data: Path, made: Path, fingerprint: str) -> None:
    folder = data / "rules" / fingerprint
    folder.parent.mkdir(exist_ok=True)
    if _intact(folder, made):
        os.utime(folder)  # it is the newest again
    else:
        _sync(made, *made.iterdir())
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
        _sync(folder.parent)
    write_whole(data / _IN_FORCE, f"{fingerprint}\n")
    _sync(data)
    newest = sorted(folder.parent.iterdir(), key=lambda one: one.stat().st_mtime_ns, reverse=True)
    for old in [one for one in newest if one != folder][KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _intact(folder: Path, made: Path) -> bool:
    """Whether an artefact of before holds what was made now: it may be in force, so it stays."""
    return folder.is_dir() and all(
        (folder / new.name).is_file() and (folder / new.name).read_bytes() == new.read_bytes()
        for new in made.iterdir()
    )


@contextmanager
def _alone(data: Path) -> Iterator[Path]:
    """Give a work folder to one build at a time; what a killed one left behind is cleared."""
    work = data / _WORK
    with (data / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _sync(*paths: Path) -> None:
    for path in paths:
        number = os.open(path, os.O_RDONLY)
        os.fsync(number)
        os.close(number)


def _broken(folder: Path, error: object) -> UnusableError:
    return UnusableError(
        f"The rules in {folder} are broken ({error}): run `safeguard rules build`."
    )


def _digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
