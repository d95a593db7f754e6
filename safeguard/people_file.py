"""A CSV file of people and devices, read line by line; what cannot be read is named by its line."""

import csv
import io
from collections.abc import Iterator

from filter_rules.types import Problem
from safeguard.store.people_records import PersonRecord

COLUMNS = ("name", "group", "address", "device")
NEEDED = 2
MOST_LINES = 20_000

type Row = tuple[int, list[str]]


def records_of(
    content: bytes, file: str = "people"
) -> tuple[list[PersonRecord], tuple[Problem, ...]]:
    """Return the lines as records, or the problems that stop them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [], (_wrong(file, line, "is not UTF-8 text: save the file as “CSV UTF-8”"),)
    rows = _rows(text)
    try:
        head = tuple(cell.strip().lower() for cell in next(rows, (1, []))[1])
        if head[:NEEDED] != COLUMNS[:NEEDED] or head != COLUMNS[: len(head)]:
            return [], (_wrong(file, 1, f"must name the columns: {','.join(COLUMNS)}"),)
        return _records(rows, len(head), file)
    except _NoCsvError as error:
        return [], (_wrong(file, error.line, "cannot be read as CSV: look for a stray quote"),)


class _NoCsvError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _rows(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise _NoCsvError(reader.line_num) from error


def _records(
    rows: Iterator[Row], width: int, file: str
) -> tuple[list[PersonRecord], tuple[Problem, ...]]:
    records: list[PersonRecord] = []
    problems: list[Problem] = []
    for line, cells in rows:
        if len(records) >= MOST_LINES:
            says = f"is beyond the {MOST_LINES:,} that one file may have"
            problems.append(_wrong(file, line, says))
            break
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > width:
            says = f"has {len(cells)} cells: the first line has {width}"
            problems.append(_wrong(file, line, says))
            continue
        name, group, address, device = (
            cell.strip() for cell in (*cells, *[""] * (len(COLUMNS) - len(cells)))
        )
        records.append(PersonRecord(line, name, group.lower(), address, device))
    return records, tuple(problems)


def _wrong(file: str, line: int, says: str) -> Problem:
    return Problem(file, line, f"this line {says}")
