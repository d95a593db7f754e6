"""Phrase sets that a school took in from elsewhere, on disk: off until one was looked at.

    DATA/phrases/<name>.json    one set, read into our words; replaced in one step

A set counts from the next build after it was switched on.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filter_rules.formats.phrase_lists import Include, ListedPhrase, kind_of, read_phrases, text_of
from filter_rules.imported_phrases import ImportedSet, record_of, set_of
from filter_rules.types import Problem
from safeguard.list_files import write_whole
from safeguard.problems import UnusableError

FOLDER = "phrases"
MOST_PHRASES = 200_000
MOST_FILES = 1_000
MOST_BYTES = 8 << 20  # of one file
MOST_PROBLEMS = 100  # kept, to be shown; all are counted

_PASSED_OVER = frozenset((".md", ".txt~", ".in~", ".bak"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A set as it is kept: whether it was looked at, and whether it counts."""

    phrases: ImportedSet
    imported: str
    problems: tuple[Problem, ...] = ()
    refused: int = 0
    previewed: bool = False
    on: bool = False


def taken_in(
    data: Path, path: Path, phrases: ImportedSet, imported: str, charset: str = ""
) -> Kept:
    """Read a list or a folder of lists into a set, and keep it, off. One of that name is replaced."""
    found = dict.fromkeys(_read_all(path, charset))
    listed = tuple(one for one in found if isinstance(one, ListedPhrase))
    problems = [one for one in found if isinstance(one, Problem)]
    if len(listed) > MOST_PHRASES:
        raise UnusableError(f"{path} holds more than {MOST_PHRASES:,} phrases: give fewer files.")
    kept = Kept(
        replace(phrases, phrases=listed), imported, tuple(problems[:MOST_PROBLEMS]), len(problems)
    )
    if listed:
        keep(data, kept)
    return kept


def keep(data: Path, kept: Kept) -> None:
    record = {
        "set": record_of(kept.phrases),
        "imported": kept.imported,
        "problems": [[one.file, one.line, one.says] for one in kept.problems],
        "refused": kept.refused,
        "previewed": kept.previewed,
        "on": kept.on,
    }
    try:
        (data / FOLDER).mkdir(parents=True, exist_ok=True)
        write_whole(_file(data, kept.phrases.name), json.dumps(record, ensure_ascii=False))
    except OSError as error:
        raise UnusableError(
            f"The phrases could not be kept in {data / FOLDER} ({error}): make room, or see who "
            "may write there."
        ) from error


def kept_set(data: Path, name: str) -> Kept:
    """Return the set of a name."""
    known = [file.stem for file in _files(data)]
    if name not in known:
        there = f"Choose from: {', '.join(known)}." if known else "None was taken in yet."
        raise UnusableError(f"No phrase set is called {name!r}. {there}")
    return _kept(_file(data, name))


def kept_sets(data: Path) -> list[Kept]:
    """Return all sets that were taken in, by name."""
    return [_kept(file) for file in _files(data)]


def forget_set(data: Path, name: str) -> None:
    kept_set(data, name)
    _file(data, name).unlink(missing_ok=True)


def sets_in_force(data: Path) -> list[str]:
    """Return the sets that are switched on, each as the text of its record, by name."""
    return [
        json.dumps(record_of(kept.phrases), ensure_ascii=False)
        for kept in kept_sets(data)
        if kept.on
    ]


def _kept(file: Path) -> Kept:
    try:
        record: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return Kept(
            set_of(record["set"]),
            record["imported"],
            tuple(Problem(*one) for one in record["problems"]),
            record["refused"],
            record["previewed"],
            record["on"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableError(
            f"{file} cannot be read ({error}): see who may read it, or import the phrases again."
        ) from error


def _files(data: Path) -> list[Path]:
    return sorted((data / FOLDER).glob("[!.]*.json"))


def _file(data: Path, name: str) -> Path:
    return data / FOLDER / f"{name}.json"


def _read_all(path: Path, charset: str) -> Iterator[ListedPhrase | Problem]:
    """Read a list with all that it takes in, or every list of a folder; no link is followed out."""
    root = path.resolve() if path.is_dir() else path.resolve().parent
    waiting = _lists_below(root) if path.is_dir() else [path.resolve()]
    seen: set[Path] = set()
    while waiting:
        file = waiting.pop(0)
        if file in seen:
            continue
        seen.add(file)
        if len(seen) > MOST_FILES:
            raise UnusableError(f"{path} leads to more than {MOST_FILES:,} files: give fewer.")
        name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name
        for said in _read_one(file, name, charset):
            if not isinstance(said, Include):
                yield said
            elif found := _included(file, said.path):
                waiting.append(found)
            elif not path.is_dir():
                yield Problem(name, 0, f"The file {said.path} that this takes in is not there.")


def _read_one(file: Path, name: str, charset: str) -> Iterator[ListedPhrase | Include | Problem]:
    try:
        with file.open("rb") as stream:
            body = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnusableError(
            f"{file} cannot be read ({error.strerror}): check its name, and who may read it."
        ) from error
    if len(body) > MOST_BYTES or b"\0" in body:
        yield Problem(name, 0, "This is no list of phrases: it is too long, or no text.")
        return
    yield from read_phrases(text_of(body, name, charset), name, kind_of(name))


def _lists_below(root: Path) -> list[Path]:
    return sorted(
        file
        for file in root.rglob("*")
        if file.is_file()
        and not file.is_symlink()
        and file.suffix not in _PASSED_OVER
        and not file.name.startswith(("README", "LICENSE", "."))
    )


def _included(file: Path, said: str) -> Path | None:
    """Find a file that a list takes in: its path is of another machine, so its end tells."""
    parts: Sequence[str] = [part for part in Path(said).parts if part not in ("/", "..", ".")]
    for start in range(len(parts)):
        for root in (file.parent, file.parent.parent):
            found = root.joinpath(*parts[start:])
            if found.is_file() and found.resolve().is_relative_to(root):
                return found.resolve()
    return None
