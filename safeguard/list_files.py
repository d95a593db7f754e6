"""The files of a list on disk: found, unpacked, read line by line, and copied.

A folder is only ever read inside itself: a symbolic link is never followed out of it. Lists
are read as they stream, whatever their size; a line without an end is cut, not held.
"""

import gzip
import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, cast

from filter_rules.formats.e2guardian import included
from filter_rules.formats.format import Format
from filter_rules.formats.lines import LONGEST
from filter_rules.formats.trees import (
    GLOBAL_USAGE,
    UT1_LICENCE,
    ListFile,
    folder_format,
    lists_among,
    passed_over,
    slug,
    ut1_category,
    ut1_folders,
)
from filter_rules.types import Problem
from safeguard.problems import UnusableError

MOST_FILES = 10_000
MOST_BYTES = 4 << 30  # of one list, unpacked

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_DEFINED = re.compile(r"__\w+__")  # such as __LISTDIR__: a folder of the machine it comes from


@dataclass(slots=True)
class Plan:
    """What is to be taken in: each file on disk with its place among the lists."""

    files: list[tuple[Path, ListFile]] = field(default_factory=list)
    licence: str = ""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def planned(path: Path, fmt: Format, category: str, name: str, known: Mapping[str, str]) -> Plan:
    """Look at a list, or at a folder, and say what each file is; nothing is read yet.

    `known` maps the names of UT1's folders to our categories.
    """
    if not path.exists():
        raise UnusableError(f"{path} does not exist: give a list, or a folder of lists.")
    if path.is_file():
        _checked_early(category, fmt, path)
        return Plan([(path, ListFile(path.name, fmt, category, name))])
    paths, problems = files_below(path)
    fmt = folder_format(paths) if fmt is Format.AUTO else fmt
    plan = Plan(problems=problems)
    if fmt is Format.UT1 and set(ut1_folders(paths)) - {""}:
        _plan_ut1(plan, path, paths, name, known)
        if category:
            plan.notes.append(f"“{category}” was not used: each folder has a category of its own")
    else:
        plan.problems += passed_over(fmt, paths)
        _plan_one_list(plan, path, lists_among(fmt, paths), ListFile("", fmt, category, name))
    return plan


def _plan_ut1(
    plan: Plan, root: Path, paths: Sequence[str], name: str, known: Mapping[str, str]
) -> None:
    plan.licence = UT1_LICENCE if GLOBAL_USAGE in paths else ""
    for folder, files in ut1_folders(paths).items():
        told = (root / folder / "usage") if f"{folder}/usage" in paths else None
        usage = told.read_text("latin-1") if told else ""
        category = ut1_category(folder, usage, known)
        plan.files += [
            (root / file, ListFile(file, Format.UT1, category, f"{name}/{folder}"))
            for file in files
        ]


def _plan_one_list(plan: Plan, root: Path, paths: Sequence[str], like: ListFile) -> None:
    _checked_early(like.category, like.format, root)
    for path in paths:
        taken = {path: root / path}
        if like.format is Format.E2GUARDIAN:
            taken, missing = with_included(root, path)
            plan.problems += missing
        plan.files += [(file, replace(like, path=named)) for named, file in taken.items()]


def files_below(root: Path) -> tuple[list[str], list[Problem]]:
    """Return the paths of the files of a folder, and what was left out because it leads away.

    A link that stays inside is an alias of what is found anyway, so it is passed over.
    """
    paths: list[str] = []
    problems: list[Problem] = []
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted([*files, *folders]):
            found = Path(folder, name)
            path = found.relative_to(root).as_posix()
            if found.is_symlink():
                problems += _leading_away(found, path, root)
            elif found.is_file() and not name.startswith("."):
                paths.append(path)
        if len(paths) > MOST_FILES:
            raise UnusableError(f"{root} holds more than {MOST_FILES} files: give the lists alone.")
    return sorted(paths), problems


def with_included(root: Path, path: str) -> tuple[dict[str, Path], list[Problem]]:
    """Return an e2guardian list and all that it takes in, by `.Include<file>`, inside the folder.

    What is taken in is named below the list that takes it in, for it means the same.
    """
    found = {path: root / path}
    problems: list[Problem] = []
    waiting = [root / path]
    while waiting:
        taking = waiting.pop()
        shown = taking.relative_to(root).as_posix()
        with unpacked(taking) as stream:
            for number, line in enumerate(lines_of(stream), start=1):
                if not (wanted := included(line)):
                    continue
                taken = _inside(root, taking.parent, wanted)
                if taken is None:
                    problems.append(Problem(shown, number, f"{wanted} is not in this folder"))
                elif taken not in found.values():
                    found[f"{path}/{taken.relative_to(root).as_posix()}"] = taken
                    waiting.append(taken)
    return found, problems


@contextmanager
def unpacked(file: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked where it is a .gz, whatever it is called."""
    with file.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        if not packed:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw, mode="rb") as within:
            yield cast("IO[bytes]", io.BufferedReader(within, _BLOCK))


def lines_of(stream: IO[bytes]) -> Iterator[str]:
    """Yield the lines as text. No list says how it is encoded: UTF-8 where it can be."""
    limit = 4 * LONGEST
    while line := stream.readline(limit):
        rest = line
        while len(rest) == limit and not rest.endswith(b"\n"):
            rest = stream.readline(limit)
        try:
            yield line.decode()
        except UnicodeDecodeError:
            yield line.decode("latin-1")


def pack(file: Path, target: Path) -> str:
    """Copy a list, packed; return the SHA-256 of what it holds. The same list packs the same."""
    digest = hashlib.sha256()
    total = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        unpacked(file) as stream,
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=4, fileobj=raw, mtime=0) as packed,
    ):
        while block := stream.read(_BLOCK):
            total += len(block)
            if total > MOST_BYTES:
                raise UnusableError(f"{file} is larger than {MOST_BYTES >> 30} GiB: not taken in.")
            digest.update(block)
            packed.write(block)
    return digest.hexdigest()


def write_whole(file: Path, text: str) -> None:
    """Replace a file in one step: whoever reads it sees all of the old or all of the new."""
    beside = file.with_name(f".{file.name}.new")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)


def sync(*paths: Path) -> None:
    """Have files and folders on the disk before anything speaks of them."""
    for path in paths:
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _leading_away(link: Path, path: str, root: Path) -> Sequence[Problem]:
    aim = link.resolve()
    if aim.is_relative_to(root) and aim.exists():
        return ()
    return (Problem(path, 1, "the link leads out of the folder, or nowhere: left out"),)


def _inside(root: Path, folder: Path, wanted: str) -> Path | None:
    """Find an included file. An absolute path is of another machine: its end is looked for here."""
    parts = [part for part in Path(wanted).parts if part != "/" and not _DEFINED.fullmatch(part)]
    for candidate in (
        folder.joinpath(*parts),
        *(root.joinpath(*parts[at:]) for at in range(len(parts))),
    ):
        real = candidate.resolve()
        if real.is_relative_to(root) and real.is_file():
            return real
    return None


def with_category(file: ListFile, plan: Plan) -> ListFile:
    """A table says of each row what it is about; all else needs to be told."""
    if file.format is not Format.CSV:
        return replace(file, category=_checked(file.category, file.path))
    if file.category:
        plan.notes.append(f"“{file.category}” was not used: each row says what it is about")
    return replace(file, category="")


def _checked_early(category: str, fmt: Format, path: Path) -> None:
    """Tables say what each row is about; whether a list is one can show only in its lines."""
    if category or fmt not in {Format.CSV, Format.AUTO}:
        _checked(category, path)


def _checked(category: str, path: Path | str) -> str:
    """Return a category that can be one; for want of it, ask."""
    if not category:
        raise UnusableError(f"What is {path} about? Give its category with --category.")
    if slug(category) != category:
        raise UnusableError(f"“{category}” is no category: use small letters, digits and hyphens.")
    return category
