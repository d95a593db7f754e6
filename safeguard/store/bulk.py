"""Many rows at once, as each engine takes them fastest; those that are there already stay.

What each column's type makes of a value is asked once a column, not once a row: that is half
of what the same statement takes through SQLAlchemy's own way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.types import TypeEngine


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows (of the same columns) whose key is not there yet."""
    if not rows:
        return
    dialect = connection.dialect
    names = list(rows[0])
    types = [table.c[name].type for name in names]
    values = [
        _ready([row[name] for row in rows], kind, dialect)
        for name, kind in zip(names, types, strict=True)
    ]
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    if dialect.name == "sqlite":
        places = f"VALUES ({', '.join('?' * len(names))})"
        given: Any = list(zip(*values, strict=True))
    else:
        # One array a column: one statement, however many rows.
        arrays = ", ".join(f"%s::{kind.compile(dialect)}[]" for kind in types)
        places, given = f"SELECT * FROM unnest({arrays})", tuple(values)  # noqa: S608  our own types
    insert = f"INSERT INTO {table.name} ({quoted}) {places} ON CONFLICT DO NOTHING"
    connection.exec_driver_sql(insert, given)


def _ready(values: list[Any], kind: TypeEngine[Any], dialect: Dialect) -> list[Any]:
    """Return a column's values as the driver takes them."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else [process(value) for value in values]
