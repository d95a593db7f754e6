"""In which line of its list an entry stands, for whoever wants to see it there.

It is looked for only in lists that are read in a moment: of the others it is not said.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from filter_rules.formats.parsing import parse
from filter_rules.formats.trees import ListFile
from filter_rules.types import Entry, Hit
from safeguard.list_files import lines_of as text_of
from safeguard.list_files import unpacked
from safeguard.problems import UnusableError
from safeguard.sources import Source, imported_sources, shipped_source

LARGEST = 2 * 1024 * 1024  # bytes, as it lies on the disk


def lines_of(data: Path, hits: Iterable[Hit]) -> dict[Hit, int]:
    """Return the line of each entry that could be found, the first being 1."""
    wanted = {hit for hit in hits if hit.list}
    found: dict[Hit, int] = {}
    for source, file in _files(data) if wanted else ():
        for hit in wanted:
            if hit.list == file.list and hit not in found and (line := _line(source, file, hit)):
                found[hit] = line
    return found


def _files(data: Path) -> Iterator[tuple[Source, ListFile]]:
    try:
        sources = [shipped_source(), *imported_sources(data)]
    except UnusableError:
        return  # the answer stands without it
    for source in sources:
        yield from ((source, file) for file in source.files)


def _line(source: Source, file: ListFile, hit: Hit) -> int:
    path = source.root / (file.path + source.suffix)
    try:
        if path.stat().st_size > LARGEST:
            return 0
        with unpacked(path) as stream:
            for number, line in enumerate(text_of(stream), 1):
                if hit.entry in line and _says(file, line, hit):
                    return number
    except (OSError, EOFError):
        pass  # gone meanwhile, or damaged
    return 0


def _says(file: ListFile, line: str, hit: Hit) -> bool:
    said = parse(file.format, iter([line]), file.path)
    return any(isinstance(one, Entry) and one.value == hit.entry for one in said)
