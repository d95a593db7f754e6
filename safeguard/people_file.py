"""A CSV file of people and devices, read line by line; what cannot be read is named by its line."""

import csv
import io

from filter_rules.types import Problem
from safeguard.store.people import PersonRecord

COLUMNS = ("name", "group", "address", "device")
NEEDED = 2
MOST_LINES = 20_000


def records_of(
    content: bytes, file: str = "people"
) -> tuple[list[PersonRecord], tuple[Problem, ...]]:
    """The lines as records, or the problems that stop them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [], (_wrong(file, line, "is not UTF-8 text: save the file as “CSV UTF-8”"),)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return _records(reader, file)
    except csv.Error:
        return [], (_wrong(file, reader.line_num, "cannot be read as CSV: look for a stray quote"),)


def _records(reader: "csv._reader", file: str) -> tuple[list[PersonRecord], tuple[Problem, ...]]:
    head = tuple(cell.strip().lower() for cell in next(reader, []))
    if head[:NEEDED] != COLUMNS[:NEEDED] or head != COLUMNS[: len(head)]:
        return [], (_wrong(file, 1, f"must name the columns: {','.join(COLUMNS)}"),)
    records: list[PersonRecord] = []
    problems: list[Problem] = []
    for cells in reader:
        line = reader.line_num
        if len(records) >= MOST_LINES:
            problems.append(
                _wrong(file, line, f"is beyond the {MOST_LINES:,} that one file may have")
            )
            break
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(head):
            problems.append(
                _wrong(file, line, f"has {len(cells)} cells: the first line has {len(head)}")
            )
            continue
        name, group, address, device = (
            cell.strip() for cell in (*cells, *[""] * (len(COLUMNS) - len(cells)))
        )
        records.append(PersonRecord(line, name, group.lower(), address, device))
    return records, tuple(problems)


def _wrong(file: str, line: int, says: str) -> Problem:
    return Problem(file, line, f"this line {says}")
