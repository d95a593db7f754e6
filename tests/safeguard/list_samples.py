"""Lists to take in, and what is read from those that were."""

from datetime import UTC, datetime
from pathlib import Path

from filter_rules.formats.format import Format
from filter_rules.types import Entry, Problem
from safeguard.importing import Imported, import_source
from safeguard.sources import imported_sources

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def bring(data: Path, path: Path, **options: str) -> Imported:
    fmt = Format(options.get("fmt", "auto"))
    category, name = options.get("category", "games"), options.get("name", "mine")
    return import_source(data, path, fmt, category, name, NOW)


def a_list(folder: Path, text: str, name: str = "list.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def entries(data: Path) -> list[Entry | Problem]:
    return [
        said
        for source in imported_sources(data)
        for file in source.files
        for said in source.entries(file)
    ]
