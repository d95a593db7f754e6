"""Where rules come from: what is shipped, and the lists that this school has imported.

An imported source is kept as it came, so that a later version can read it anew:

    DATA/sources/<name>/source.toml      what it is; replaced in one step, last of all
    DATA/sources/<name>/<digest>/….gz    its files

A source that holds nothing usable is not taken in, and the copy of before stays.
"""

import gzip
import hashlib
import json
import shutil
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.formats.trees import ListFile, in_our_words, known_categories
from filter_rules.types import Category, Entry, Problem
from safeguard.list_files import lines_of, sync, unpacked, write_whole
from safeguard.phrase_files import sets_in_force
from safeguard.problems import UnusableError

SHIPPED = "safeguard"
MOST_PROBLEMS = 100  # kept of each source, to be shown; all are counted

RESERVED = frozenset({SHIPPED, "school", "built-in"})
_META = "source.toml"
_SAMPLE = 1000
_TABLES = ("categories.toml", "ut1.toml")  # they say which of our categories a line goes to


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
        path = self.root / (file.path + self.suffix)
        try:
            with unpacked(path) as stream:
                said = parse(file.format, lines_of(stream), file.path)
                if file.format is Format.CSV:
                    said = in_our_words(said, known_categories(ut1_folders(), shipped_categories()))
                yield from said
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnusableError(
                f"The copy in {path} is damaged ({error}): import “{self.name}” again, or "
                "subscribe to it again and update it. The rules of before stay in force."
            ) from error

    def sample(self, file: ListFile) -> list[str]:
        with unpacked(self.root / (file.path + self.suffix)) as stream:
            return list(islice(lines_of(stream), _SAMPLE))


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


def shipped_languages() -> dict[str, str]:
    """The phrases of other languages as TOML text, by file name."""
    return {
        path.name: path.read_text("utf-8")
        for path in sorted((_shipped() / "languages").glob("*.toml"))
    }


def imported_sources(data: Path) -> list[Source]:
    """All that this school has imported, by name."""
    return [_read_meta(meta) for meta in _metas(data)]


def inputs_digest(data: Path) -> str:
    """Say in one word what rules are made from: it differs when any of that does.

    When a source was taken in is no part of it.
    """
    digest = hashlib.sha256(shipped_source().digest.encode())
    for name, text in (*shipped_themes().items(), *shipped_languages().items()):
        digest.update(f"\0{name}\0{text}".encode())
    digest.update(b"".join((_shipped() / table).read_bytes() for table in _TABLES))
    for phrases in sets_in_force(data):
        digest.update(b"\0phrases\0" + phrases.encode())
    for meta in _metas(data):
        lines = _bytes_of(meta).split(b"\n")
        digest.update(b"\0" + b"\n".join(one for one in lines if not one.startswith(b"imported =")))
    return digest.hexdigest()


def place_of(data: Path, name: str) -> Path:
    """The folder of an imported source."""
    return data / "sources" / name


def ut1_folders() -> Mapping[str, str]:
    """Our names for the folders of UT1."""
    found: Mapping[str, str] = _shipped_table("ut1.toml")["folders"]
    return found


def counts_before(place: Path) -> Mapping[str, int]:
    """Return how many entries a source has of each category; none where it is not there."""
    try:
        return _read_meta(place / _META).counts
    except UnusableError:  # none is there, or none that can be read
        return {}


def remove_source(data: Path, name: str) -> None:
    """Forget an imported list. It is out of force from the next build."""
    (data / "sources" / name / _META).unlink(missing_ok=True)
    shutil.rmtree(data / "sources" / name, ignore_errors=True)


def put_in_place(source: Source, place: Path) -> None:
    """The files first, then what says that they are there; last, the files of before go."""
    target = place / source.digest
    if not _same(source.root, target):  # else it may be in force: it stays where it is
        sync(source.root, *source.root.rglob("*"))
        shutil.rmtree(target, ignore_errors=True)
        source.root.rename(target)
        sync(place)
    meta = [f"{key} = {toml_of(getattr(source, key))}" for key in ("name", "licence", "imported")]
    meta.append(f"digest = {toml_of(source.digest)}")
    meta += ["", "[counts]", *(f"{about} = {n}" for about, n in source.counts.items())]
    for file in source.files:
        meta += ["", "[[file]]", f"path = {toml_of(file.path)}", f"format = {toml_of(file.format)}"]
        meta += [f"category = {toml_of(file.category)}", f"list = {toml_of(file.list)}"]
    write_whole(place / _META, "\n".join(meta) + "\n")
    for other in place.iterdir():
        if other.is_dir() and other != target:
            shutil.rmtree(other, ignore_errors=True)


def _bytes_of(meta: Path) -> bytes:
    """What cannot be read counts as changed: the build then says what is wrong with it."""
    try:
        return meta.read_bytes()
    except OSError:
        return b"unreadable"


def _same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    found = sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    return files == found and all((one / f).read_bytes() == (other / f).read_bytes() for f in files)


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
        raise UnusableError(
            f"{meta} cannot be read ({error}): see who may read it, or import the list again. "
            "The rules of before stay in force."
        ) from error


def toml_of(value: str | int | datetime) -> str:
    """Write a value as TOML does: its strings are JSON's, but for one control character."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _shipped() -> Path:
    return Path(str(resources.files("filter_rules"))) / "data"


def _shipped_table(file: str) -> dict[str, Any]:
    return tomllib.loads((_shipped() / file).read_text("utf-8"))
