"""Where rules come from: what is shipped, and the lists that this school has imported.

An imported source is kept as it came, so that a later version can read it anew:

    DATA/sources/<name>/source.toml      what it is; replaced in one step, last of all
    DATA/sources/<name>/<digest>/….gz    its files

A source that holds nothing usable is not taken in, and the copy of before stays.
"""

import hashlib
import json
import re
import shutil
import tempfile
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from filter_rules.formats.detecting import detect
from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.formats.trees import ListFile, in_our_words, known_categories, slug
from filter_rules.types import Category, Entry, Problem
from safeguard.list_files import Plan, lines_of, pack, planned, unpacked, with_category, write_whole
from safeguard.problems import UnusableError

SHIPPED = "safeguard"
MOST_PROBLEMS = 100  # kept of each source, to be shown; all are counted

RESERVED = frozenset({SHIPPED, "school", "built-in"})
_META = "source.toml"
_SAMPLE = 1000
_FEW = 50  # a category with fewer entries may lose any of them
_LICENCE = re.compile(r"(?i)\W*licen[cs]e\s*:\s*(\S.*)")
_TABLES = ("categories.toml", "ut1.toml")  # they say which of our categories a line goes to
_NAMELESS = frozenset({"domains", "urls", "expressions"})


@dataclass(frozen=True, slots=True)
class Source:
    """One place that rules come from: its files lie below `root`."""

    name: str
    files: tuple[ListFile, ...]
    root: Path
    digest: str
    licence: str = ""
    imported: str = ""
    suffix: str = ".gz"
    counts: Mapping[str, int] = field(default_factory=dict)  # entries by category, as taken in

    def entries(self, file: ListFile) -> Iterator[Entry | Problem]:
        """Read one of the files."""
        with unpacked(self.root / (file.path + self.suffix)) as stream:
            said = parse(file.format, lines_of(stream), file.path)
            if file.format is Format.CSV:
                folders = _shipped_table("ut1.toml")["folders"]
                said = in_our_words(said, known_categories(folders, shipped_categories()))
            yield from said

    def sample(self, file: ListFile) -> list[str]:
        with unpacked(self.root / (file.path + self.suffix)) as stream:
            return list(islice(lines_of(stream), _SAMPLE))


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


def shipped_categories() -> tuple[Category, ...]:
    """The categories that this project defines."""
    return tuple(Category(**one) for one in _shipped_table("categories.toml")["category"])


def shipped_source() -> Source:
    """The starter lists: plain domains, each file named after its category."""
    root = _shipped() / "lists"
    digest = hashlib.sha256()
    files = []
    for path in sorted(root.glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
        listed = f"{SHIPPED}/{path.stem}"
        files.append(ListFile(path.name, Format.DOMAINS, path.stem, listed))
    return Source(SHIPPED, tuple(files), root, digest.hexdigest(), "Apache-2.0", suffix="")


def shipped_themes() -> dict[str, str]:
    """The themes as TOML text, by file name."""
    return {
        path.name: path.read_text("utf-8")
        for path in sorted((_shipped() / "themes").glob("*.toml"))
    }


def imported_sources(data: Path) -> list[Source]:
    """All that this school has imported, by name."""
    return [_read_meta(meta) for meta in _metas(data)]


def inputs_digest(data: Path) -> str:
    """Say in one word what rules are made from: it differs when any of that does.

    When a source was taken in is no part of it.
    """
    digest = hashlib.sha256(shipped_source().digest.encode())
    for name, text in shipped_themes().items():
        digest.update(f"\0{name}\0{text}".encode())
    digest.update(b"".join((_shipped() / table).read_bytes() for table in _TABLES))
    for meta in _metas(data):
        lines = meta.read_bytes().split(b"\n")
        digest.update(b"\0" + b"\n".join(one for one in lines if not one.startswith(b"imported =")))
    return digest.hexdigest()


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
    place = data / "sources" / name
    try:
        known = _shipped_table("ut1.toml")["folders"]
        plan = planned(path.resolve(), fmt, category, name, known)
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="incoming-", dir=place) as incoming:
            source = _taken_in(plan, Path(incoming, "files"), name, now)
            source = replace(source, licence=source.licence or licence)
            imported = _read_once(source, plan)
            lost = shrunk(_counts_before(place), imported.counts, shrink_limit)
            imported = replace(imported, shrunk=lost)
            if imported.counts and not imported.shrunk:
                _put_in_place(replace(source, counts=imported.counts), place)
    except (EOFError, OSError, zlib.error) as error:
        raise UnusableError(f"{path} could not be taken in: {error}.") from error
    return imported


def remove_source(data: Path, name: str) -> None:
    """Forget an imported list. It is out of force from the next build."""
    (data / "sources" / name / _META).unlink(missing_ok=True)
    shutil.rmtree(data / "sources" / name, ignore_errors=True)


def _counts_before(place: Path) -> Mapping[str, int]:
    try:
        return _read_meta(place / _META).counts
    except UnusableError:  # none is there, or none that can be read
        return {}


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


def _put_in_place(source: Source, place: Path) -> None:
    """The files first, then what says that they are there; last, the files of before go."""
    target = place / source.digest
    shutil.rmtree(target, ignore_errors=True)
    source.root.rename(target)
    meta = [f"{key} = {_toml(getattr(source, key))}" for key in ("name", "licence", "imported")]
    meta.append(f"digest = {_toml(source.digest)}")
    meta += ["", "[counts]", *(f"{about} = {n}" for about, n in source.counts.items())]
    for file in source.files:
        meta += ["", "[[file]]", f"path = {_toml(file.path)}", f"format = {_toml(file.format)}"]
        meta += [f"category = {_toml(file.category)}", f"list = {_toml(file.list)}"]
    write_whole(place / _META, "\n".join(meta) + "\n")
    for other in place.iterdir():
        if other.is_dir() and other != target:
            shutil.rmtree(other, ignore_errors=True)


def _metas(data: Path) -> list[Path]:
    return sorted((data / "sources").glob(f"*/{_META}"))


def _read_meta(meta: Path) -> Source:
    try:
        table = tomllib.loads(meta.read_text("utf-8"))
        files = tuple(
            ListFile(one["path"], Format(one["format"]), one["category"], one["list"])
            for one in table["file"]
        )
        root = meta.parent / table["digest"]
        return Source(
            table["name"], files, root, table["digest"], table["licence"], table["imported"],
            counts=table.get("counts", {}),
        )  # fmt: skip
    except (ValueError, KeyError, OSError) as error:
        raise UnusableError(f"{meta} cannot be read ({error}): import the list again.") from error


def _name_for(name: str, path: Path) -> str:
    given = name or (path.resolve().parent.name if path.name in _NAMELESS else path.name)
    made = slug(given if name else given.removesuffix(".gz").rpartition(".")[0] or given)
    if not made or made in RESERVED:
        raise UnusableError(f"“{given}” cannot name a list: give another with --name.")
    return made


def _licence_in(sample: Sequence[str]) -> str:
    found = (_LICENCE.fullmatch(line.strip()) for line in sample[:50])
    return next((read[1] for read in found if read), "")


def _toml(text: str) -> str:
    """Quote a string: TOML's are JSON's, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _shipped() -> Path:
    return Path(str(resources.files("filter_rules"))) / "data"


def _shipped_table(file: str) -> dict[str, Any]:
    return tomllib.loads((_shipped() / file).read_text("utf-8"))
