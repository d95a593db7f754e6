"""Many rows at once, as each engine takes them fastest; those that are there already stay.

What each column's type makes of a value is asked once a column, not once a row: that is half
of what the same statement takes through SQLAlchemy's own way.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.types import TypeEngine

NOTHING: Mapping[str, bytes] = MappingProxyType({})


def add_new(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, bytes] = NOTHING,
) -> None:
    """Insert the rows (of the same columns) whose key is not there yet.

    `same`: bytes that a column has in all of them. They are written once, not bound each time.
    """
    if not rows:
        return
    dialect = connection.dialect
    names = list(rows[0])
    types = [table.c[name].type for name in names]
    values = [
        _ready([row[name] for row in rows], kind, dialect)
        for name, kind in zip(names, types, strict=True)
    ]
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in [*names, *same])
    if dialect.name == "sqlite":
        each = [*("?" for _ in names), *(f"x'{one.hex()}'" for one in same.values())]
        places = f"VALUES ({', '.join(each)})"
        given: Any = list(zip(*values, strict=True))
    else:
        # One array a column: one statement, however many rows.
        arrays = ", ".join(f"%s::{kind.compile(dialect)}[]" for kind in types)
        each = ["given.*", *(f"'\\x{one.hex()}'::bytea" for one in same.values())]
        places = f"SELECT {', '.join(each)} FROM unnest({arrays}) AS given"  # noqa: S608  our own types
        given = tuple(values)
    insert = f"INSERT INTO {table.name} ({quoted}) {places} ON CONFLICT DO NOTHING"
    connection.exec_driver_sql(insert, given)


def _ready(values: list[Any], kind: TypeEngine[Any], dialect: Dialect) -> list[Any]:
    """Return a column's values as the driver takes them."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else [process(value) for value in values]
