"""Take a list in, or a folder of lists: as it came, looked at once, in place of the copy before.

A source that holds nothing usable is not taken in, nor one that has lost too much, and the
copy of before stays.
"""

import hashlib
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filter_rules.formats.detecting import detect
from filter_rules.formats.format import Format
from filter_rules.formats.trees import slug
from filter_rules.types import Entry, Problem
from safeguard.list_files import Plan, pack, planned, with_category
from safeguard.problems import UnusableError
from safeguard.sources import (
    MOST_PROBLEMS,
    RESERVED,
    Source,
    counts_before,
    place_of,
    put_in_place,
    ut1_folders,
)

_FEW = 50  # a category with fewer entries may lose any of them
_LICENCE = re.compile(r"(?i)\W*licen[cs]e\s*:\s*(\S.*)")
_NAMELESS = frozenset({"domains", "urls", "expressions"})


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import. Without counts nothing was usable, and nothing has changed.

    Where it has shrunk too much, `shrunk` says so, and nothing has changed either.
    """

    name: str
    counts: Mapping[str, int]
    problems: Sequence[Problem]
    problem_count: int
    notes: Sequence[str]
    shrunk: str = ""


def import_source(
    data: Path,
    path: Path,
    fmt: Format,
    category: str,
    name: str,
    now: datetime,
    *,
    licence: str = "",
    shrink_limit: int = 100,
) -> Imported:
    """Take in a list, or a folder of lists; a source of the same name is replaced.

    It is in force from the next build. A tree in UT1's layout and a table (CSV) bring their
    own categories; for all else `category` says what the list is about. An empty `name` is made from the path.
    What loses more than `shrink_limit` percent of the copy before it is not taken in.
    """
    name = _name_for(name, path)
    place = place_of(data, name)
    try:
        plan = planned(path.resolve(), fmt, category, name, ut1_folders())
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="incoming-", dir=place) as incoming:
            source = _taken_in(plan, Path(incoming, "files"), name, now)
            source = replace(source, licence=source.licence or licence)
            imported = _read_once(source, plan)
            lost = shrunk(counts_before(place), imported.counts, shrink_limit)
            imported = replace(imported, shrunk=lost)
            if imported.counts and not imported.shrunk:
                put_in_place(replace(source, counts=imported.counts), place)
    except (EOFError, OSError, zlib.error) as error:
        raise UnusableError(
            f"{path} could not be taken in ({error}): make room, or see who may read it and "
            f"write in {place.parent}. The copy of before stays."
        ) from error
    return imported


def shrunk(before: Mapping[str, int], now: Mapping[str, int], limit: int) -> str:
    """Say what a list has lost, where it is more than `limit` percent: of all, or of a category."""
    pairs = {about: (count, now.get(about, 0)) for about, count in before.items()}
    few = {about for about, (count, _) in pairs.items() if count < _FEW}
    told = {"": (sum(before.values()), sum(now.values()))} | dict(sorted(pairs.items()))
    for about, (was, left) in told.items():
        if about not in few and (was - left) * 100 > was * limit:
            of = f" of {about}" if about else ""
            return f"it fell from {was:,} entries{of} to {left:,}"
    return ""


def _taken_in(plan: Plan, incoming: Path, name: str, now: datetime) -> Source:
    """Copy the files, and settle what `auto` means for each."""
    digest = hashlib.sha256()
    for path, file in plan.files:
        digest.update(f"{file}\0{pack(path, incoming / f'{file.path}.gz')}\0".encode())
    source = Source(
        name,
        tuple(file for _, file in plan.files),
        incoming,
        digest.hexdigest(),
        plan.licence,
        now.isoformat(timespec="seconds"),
    )
    settled = []
    for file in source.files:
        sample = source.sample(file)
        plan.licence = plan.licence or _licence_in(sample)
        if file.format is Format.AUTO:
            fmt, why = detect(sample, file.path)
            plan.notes.append(f"{file.path} is read as {fmt}: {why}")
            file = replace(file, format=fmt)  # noqa: PLW2901  settled, it is the same file
        settled.append(with_category(file, plan))
    return replace(source, files=tuple(settled), licence=plan.licence)


def _read_once(source: Source, plan: Plan) -> Imported:
    counts: Counter[str] = Counter()
    problems, refused = plan.problems, len(plan.problems)
    for file in source.files:
        for said in source.entries(file):
            if isinstance(said, Entry):
                counts[said.category or file.category] += 1
            else:
                refused += 1
                if len(problems) < MOST_PROBLEMS:
                    problems.append(said)
    return Imported(
        source.name,
        dict(sorted(counts.items())),
        problems[:MOST_PROBLEMS],
        refused,
        plan.notes[:MOST_PROBLEMS],
    )


def _name_for(name: str, path: Path) -> str:
    given = name or (path.resolve().parent.name if path.name in _NAMELESS else path.name)
    made = slug(given if name else given.removesuffix(".gz").rpartition(".")[0] or given)
    if not made or made in RESERVED:
        raise UnusableError(f"“{given}” cannot name a list: give another with --name.")
    return made


def _licence_in(sample: Sequence[str]) -> str:
    found = (_LICENCE.fullmatch(line.strip()) for line in sample[:50])
    return next((read[1] for read in found if read), "")
