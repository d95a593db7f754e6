"""Many rows at once, as each engine takes them fastest; those that are there already stay."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows (of the same columns) whose key is not there yet."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)
        return
    # One array a column: one statement, however many rows.
    names = list(rows[0])
    arrays = {
        name: bindparam(f"all_{number}", type_=ARRAY(table.c[name].type, dimensions=1))
        for number, name in enumerate(names)
    }
    every = select(*(func.unnest(array).label(name) for name, array in arrays.items()))
    statement = postgresql.insert(table).from_select(names, every).on_conflict_do_nothing()
    connection.execute(
        statement,
        {array.key: [row[name] for row in rows] for name, array in arrays.items()},
    )
