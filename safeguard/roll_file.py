"""A file of people as an export wrote it: its encoding, its separator, its lines.

What cannot be read is named by its line, and what to do; nothing is guessed about a cell.
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from filter_rules.types import Problem
from safeguard.core.roll_columns import (
    Column,
    Mapped,
    born_of,
    login_of,
    needs_of,
    placed,
    year_of,
)
from safeguard.core.rolls import Field, Told

MOST_BYTES = 32 << 20
MOST_LINES = 100_000
MOST_COLUMNS = 300
LONGEST_CELL = 500
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
SPEAKS = {
    Column.ID: Field.REFERENCE,
    Column.YEAR: Field.YEAR,
    Column.FORM: Field.FORM,
    Column.LOGIN: Field.LOGIN,
    Column.BORN: Field.BORN,
    Column.NEEDS: Field.NEEDS,
}


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file: its headings, and the cells of each line by its number."""

    head: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class NoTableError(Exception):
    """The file is no table: where, and what to do."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


def table_of(content: bytes) -> Table:
    """Read the lines of a file; NoTableError where it is no table."""
    if len(content) > MOST_BYTES:
        raise NoTableError(
            1, f"the file is larger than {MOST_BYTES >> 20} MiB: is it the right one?"
        )
    text = _text(content)
    separator, text = _separator(text)
    rows = _rows(text, separator)
    line, head = next(rows, (1, ()))
    if not any(head):
        raise NoTableError(line, "the first line must name the columns")
    if len(head) > MOST_COLUMNS:
        raise NoTableError(line, f"there are more than {MOST_COLUMNS} columns")
    doubles = sorted({one for one in head if one and head.count(one) > 1})
    if doubles:
        raise NoTableError(line, f"two columns are called “{doubles[0]}”: rename one")
    found: list[tuple[int, tuple[str, ...]]] = []
    for one in rows:
        if len(found) >= MOST_LINES:
            raise NoTableError(one[0], f"there are more than {MOST_LINES:,} lines")
        if any(one[1]):
            found.append(one)
    return Table(head, tuple(found))


def _text(content: bytes) -> str:
    coding = next((name for mark, name in MARKS if content.startswith(mark)), "")
    if not coding and b"\0" in content[:200]:
        # Without its mark: of UTF-16, one byte of two is nothing in most of what is written here.
        coding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    line = 1
    for one in [coding] if coding else ["utf-8", "cp1252"]:
        try:
            text = content.decode(one)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
        else:
            if "\0" in text:
                raise NoTableError(text[: text.index("\0")].count("\n") + 1, NO_TEXT)
            return text
    raise NoTableError(line, NO_TEXT)


NO_TEXT = "this is no text: export the list as CSV (not as a workbook), best as “CSV UTF-8”"


def _separator(text: str) -> tuple[str, str]:
    """Return what parts the cells: as Excel states it in a line of its own, else the commonest."""
    first, _, rest = text.partition("\n")
    stated = first.strip().strip('"').lower()
    if stated.startswith("sep=") and len(stated) == len("sep=,"):
        return stated[-1], "\n" + rest  # so that lines keep their numbers
    bare = "".join(part for number, part in enumerate(first.split('"')) if number % 2 == 0)
    return max(",;\t", key=bare.count), text


def _rows(text: str, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begun, line = False, 1
    try:
        for cells in reader:
            row = tuple(cell.strip() for cell in cells)
            if any(row) or begun:
                begun = True
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise NoTableError(
            line, "this line cannot be read as CSV: look for a stray quote"
        ) from error


@dataclass(frozen=True, slots=True)
class Reading:
    """How lines are read: which column is what, which groups there are, and what day it is.

    `group`: everyone's, where it is given.
    """

    mapped: Mapped
    groups: Collection[str]
    today: date
    group: str = ""

    @property
    def says(self) -> frozenset[Field]:
        """The fields that the file speaks of."""
        own = {SPEAKS[one] for one in self.mapped if one in SPEAKS}
        return frozenset({Field.NAME, Field.GROUP, *own})


def people_of(
    table: Table, reading: Reading, file: str
) -> tuple[tuple[Told, ...], tuple[Problem, ...]]:
    """Return the people of a table, and what is wrong with each line that cannot be used."""
    numbers = {name: number for number, name in enumerate(table.head)}
    places = {
        column: tuple(numbers[name] for name in names) for column, names in reading.mapped.items()
    }
    people, problems = [], []
    for line, cells in table.rows:
        try:
            people.append(_person(line, cells, places, table.head, reading))
        except ValueError as error:
            problems.append(Problem(file, line, str(error)))
    return tuple(people), tuple(problems)


type Places = dict[Column, tuple[int, ...]]


def _person(
    line: int, cells: Sequence[str], places: Places, head: Sequence[str], reading: Reading
) -> Told:
    _check_shape(cells, head)

    def of(column: Column) -> list[str]:
        return [cells[one] if one < len(cells) else "" for one in places.get(column, ())]

    def word(column: Column) -> str:
        return " ".join(one for one in of(column) if one)

    name, number, login = word(Column.NAME), word(Column.ID), login_of(word(Column.LOGIN))
    if not name:
        raise ValueError("the name is missing")
    if Column.ID in places and not number:
        raise ValueError("the number that tells people apart is missing")
    if any(one.isspace() for one in login):
        raise ValueError(f"“{login}” is no login: it has a space")
    year = _year(word(Column.YEAR))
    form = word(Column.FORM)
    headings = [head[one] for one in places.get(Column.NEEDS, ())]
    return Told(
        name,
        _group(word(Column.GROUP), form, year, reading),
        number,
        number,
        login,
        year,
        form,
        _born(word(Column.BORN), reading.today),
        needs_of(zip(headings, of(Column.NEEDS), strict=True)),
        line,
    )


def _check_shape(cells: Sequence[str], head: Sequence[str]) -> None:
    if any(cells[len(head) :]):
        raise ValueError(f"there are {len(cells)} cells: the first line has {len(head)}")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise ValueError(f"a cell is longer than {LONGEST_CELL} characters")


def _year(said: str) -> str:
    year = year_of(said)
    if year is None:
        raise ValueError(f"“{said}” is no year: write 7, Year 7, Reception or Nursery")
    return year


def _born(said: str, today: date) -> date | None:
    try:
        return born_of(said, today)
    except ValueError as error:
        raise ValueError(f"“{said}” is {error}") from error


def _group(said: str, form: str, year: str, reading: Reading) -> str:
    group = reading.group or placed(said, form, year, reading.groups)
    if group in reading.groups:
        return group
    known = ", ".join(sorted(reading.groups))
    if said:
        raise ValueError(f"no group “{group}”: there are {known}")
    raise ValueError(
        "nothing says which group this is: give a column with --map group=… or year=…, or one "
        "group for all with --group"
    )
