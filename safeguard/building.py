"""Compile all sources into one artefact, put it in force, and open what is in force.

    DATA/rules/<fingerprint>/             an artefact; it never changes, and holds nothing else
    DATA/rules/<fingerprint>/dates.json   but for this: when its sources were taken in
    DATA/rules-read/                      what was read of each source: see `reading`
    DATA/rules-in-force                   which one is in force: swapped in one step

A build that fails or is killed leaves the rules of before in force. The fingerprint is a
digest of all that the artefact holds, so the same sources give the same one, whenever they
were taken in.
"""

import fcntl
import json
import os
import shutil
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from filter_rules.listing import Run, compile_runs
from filter_rules.ruleset import RuleSet
from filter_rules.types import Category
from safeguard.artefact import (
    DATES,
    LAYOUT,
    MANIFEST,
    RULES,
    as_json,
    dates_of,
    digest_of,
    is_ours,
    manifest_of,
    open_artefact,
)
from safeguard.gathering import Gathered, Progress, gather
from safeguard.in_force import Pointer, read_pointer, write_pointer
from safeguard.list_files import sync, write_whole
from safeguard.phrase_files import sets_in_force
from safeguard.problems import UnusableError
from safeguard.reading import FOLDER, INDEXES
from safeguard.sources import (
    Source,
    imported_sources,
    inputs_digest,
    shipped_categories,
    shipped_languages,
    shipped_source,
    shipped_themes,
)

KEPT = 3

_WORK = "rules-building"
_LOCK = "rules-lock"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made."""

    fingerprint: str
    sources: int
    counts: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A rollback: the sources of the rules that were put out of force, and what is in force."""

    gone: Sequence[Mapping[str, Any]]
    manifest: Mapping[str, Any]


def build(data: Path, progress: Progress) -> Built:
    """Compile all sources and put the result in force."""
    started = time.monotonic()
    try:
        data.mkdir(parents=True, exist_ok=True)
        with alone(data) as work:
            inputs = inputs_digest(data)
            sources = [shipped_source(), *imported_sources(data)]
            gathered = gather(sources, data / FOLDER, work, progress)
            phrases = sets_in_force(data)
            fingerprint = _make(work / "made", gathered, inputs, progress, phrases)
            put_in_force(
                data, work / "made", fingerprint, {one.name: one.imported for one in sources}
            )
    except (OSError, EOFError, zlib.error) as error:
        raise _unbuilt(data, error) from error
    seconds = time.monotonic() - started
    return Built(fingerprint, len(gathered.sources), dict(sorted(gathered.counts.items())), seconds)


def compile_alone(source: Source, work: Path, progress: Progress) -> RuleSet:
    """Compile one source in a work folder, to see what it would do. Nothing is put in force."""
    (work / "rules").mkdir()
    gathered = gather([source], work / "read", work, progress)
    fingerprint = _make(work / "rules" / "made", gathered, "", progress)
    (work / "rules" / "made").rename(work / "rules" / fingerprint)
    return open_artefact(work, fingerprint)


def roll_back(data: Path) -> RolledBack | None:
    """Put the artefact in force before the present one back in force; None where there is none.

    What it was rolled back from is not built by itself again: only once a source changes, or
    `build` is called.
    """
    try:
        with alone(data):
            now = read_pointer(data)
            before = [one for one in now.before if is_ours(data, one)]
            if not before:
                return None
            open_artefact(data, before[0])
            gone = manifest_of(data, now.fingerprint) if is_ours(data, now.fingerprint) else {}
            held = inputs_digest(data)
            write_pointer(data, Pointer(before[0], tuple(before[1:]), held))
            sync(data)
            return RolledBack(gone.get("sources", ()), manifest_in_force(data))
    except OSError as error:
        raise _unbuilt(data, error) from error


def is_stale(data: Path) -> bool:
    """Whether sources or shipped rules have changed since the rules in force were built.

    After a rollback: since then.
    """
    pointer = read_pointer(data)
    if not is_ours(data, pointer.fingerprint):
        return True
    built_from = pointer.held or manifest_of(data, pointer.fingerprint)["inputs"]
    return bool(built_from != inputs_digest(data))


def is_rolled_back(data: Path) -> bool:
    """Whether what is in force was put back in force, and sources hold something newer."""
    return bool(read_pointer(data).held)


def rules_in_force(data: Path) -> str:
    """Return the fingerprint of the artefact in force; empty where there is none. Cheap."""
    return read_pointer(data).fingerprint


def manifest_in_force(data: Path) -> dict[str, Any]:
    """Return what the artefact in force says of itself: sources, counts, problems, files."""
    fingerprint = rules_in_force(data)
    manifest = manifest_of(data, fingerprint)
    manifest["fingerprint"] = fingerprint
    dates = dates_of(data / "rules" / fingerprint)
    for source in manifest["sources"]:
        source["imported"] = dates.get(source["name"], "")
    return manifest


def open_rules(data: Path) -> RuleSet:
    """Open the artefact in force. Its large parts are mapped: all processes share the pages."""
    return open_artefact(data, rules_in_force(data))


def _make(
    folder: Path,
    gathered: Gathered,
    inputs: str,
    progress: Progress,
    phrases: Sequence[str] = (),
) -> str:
    """Write the artefact's files; return its fingerprint."""
    folder.mkdir()
    rules: dict[str, Any] = {
        "listings": [astuple(one) for one in gathered.listings],
        "expressions": gathered.expressions,
        "themes": shipped_themes(),
        "languages": shipped_languages(),
        "phrases": list(phrases),
    }
    steps = _Steps(gathered, progress)
    for index in INDEXES:
        compiled = compile_runs(partial(steps.runs, index))
        (folder / f"{index}.trie").write_bytes(compiled.trie)
        (folder / f"{index}.sets").write_bytes(compiled.set_numbers)
        rules[index] = compiled.sets
    progress("Compiled", steps.total, steps.total)
    (folder / RULES).write_bytes(as_json(rules))
    manifest = {
        "layout": LAYOUT,
        "inputs": inputs,
        "categories": [asdict(one) for one in _categories(gathered)],
        "sources": gathered.sources,
        "counts": dict(gathered.counts),
        "files": {
            file.name: {"bytes": file.stat().st_size, "digest": digest_of(file.read_bytes())}
            for file in sorted(folder.iterdir())
        },
    }
    (folder / MANIFEST).write_bytes(as_json(manifest))
    return digest_of(as_json(manifest))


class _Steps:
    """Tells the progress of compiling, by the keys that have been asked for: each is twice."""

    def __init__(self, gathered: Gathered, progress: Progress) -> None:
        self._gathered = gathered
        self._progress = progress
        self._done = 0
        self.total = 2 * sum(gathered.size(index) for index in INDEXES)

    def runs(self, index: str) -> Iterator[Run]:
        self._progress(f"Compiling {index}", self._done, self.total)
        for listing, keys in self._gathered.runs(index):
            yield listing, keys
            self._done += len(keys)
            self._progress(f"Compiling {index}", self._done, self.total)


def _categories(gathered: Gathered) -> list[Category]:
    """The shipped ones, and those that only an imported list speaks of."""
    known = {one.name: one for one in shipped_categories()}
    own = sorted({listing.category for listing in gathered.listings} - known.keys())
    return [*known.values(), *(Category(name, name, "") for name in own)]


def put_in_force(
    data: Path, made: Path, fingerprint: str, dates: Mapping[str, str], held: str = ""
) -> None:
    """Put an artefact that was made in a work folder in its place, and point to it.

    `held`: inputs that are not built by themselves, as after a rollback.
    """
    folder = data / "rules" / fingerprint
    folder.parent.mkdir(exist_ok=True)
    if _intact(folder, made):
        os.utime(folder)  # it is the newest again
    else:
        sync(made, *made.iterdir())
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
        sync(folder.parent)
    write_whole(folder / DATES, json.dumps(dates))
    pointer = replace(read_pointer(data).to(fingerprint, KEPT - 1), held=held)
    write_pointer(data, pointer)
    sync(data)
    kept = {fingerprint, *pointer.before}
    for old in [one for one in folder.parent.iterdir() if one.name not in kept]:
        shutil.rmtree(old, ignore_errors=True)


def _intact(folder: Path, made: Path) -> bool:
    """Whether an artefact of before holds what was made now: it may be in force, so it stays."""
    return folder.is_dir() and all(
        (folder / new.name).is_file() and (folder / new.name).read_bytes() == new.read_bytes()
        for new in made.iterdir()
    )


@contextmanager
def alone(data: Path) -> Iterator[Path]:
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


def _unbuilt(data: Path, error: object) -> UnusableError:
    return UnusableError(
        f"The rules could not be built in {data} ({error}): make room, or see who may read and write "
        "there. The rules of before stay in force."
    )
