"""A school's database of the first version comes up to this one with all its rows, and back.

`tests/golden/database_0001_*.sql` are that version's databases as the engines' own tools dumped
them, with rows in every table: no code of ours makes them, so no later change of it alters them.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    insert,
    inspect,
    select,
    text,
)

from safeguard.core.staff_rights import Role
from safeguard.settings import Database, Settings
from safeguard.store import events, generation, grants, people, schema
from safeguard.store.columns import Instant, Tokens
from safeguard.store.concern_rows import CONCERNS
from safeguard.store.session import database_url, open_engine
from safeguard.store.tables.every import EVERY_TABLE
from safeguard.vault import KEY_FILE, make_key
from tests.postgres import PostgresServer

FIRST = "0001"
ADDED = {
    "confidence",
    "folded",
    "login",
    "left_at",
    "year",
    "form",
    "born",
    "needs",
    "source",
    "source_id",
    "mac",
    "room",
    "shared",
    "identified_since",
    "identified_until",
}  # to tables of the first version
MADE_OF_OLD_ROWS = {"grants"}  # an upgrade fills them from what was there


@pytest.fixture(params=["sqlite", "postgresql"])
def first(request: pytest.FixtureRequest) -> Iterator[tuple[Settings, Engine]]:
    """Settings and engine of a database of the first version, with rows in every table."""
    dump = Path(f"tests/golden/database_0001_{request.param}.sql").read_text(encoding="utf-8")
    settings = Settings()
    settings.data.mkdir()
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        settings = Settings(database=Database(url=server.empty_database()))
        with psycopg.connect(settings.database.url.replace("+psycopg", "")) as connection:
            connection.execute(dump.encode())
    else:
        with closing(sqlite3.connect(settings.data / "safeguard.sqlite")) as file:
            file.executescript(dump)
    engine = open_engine(database_url(settings))
    yield settings, engine
    engine.dispose()


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, as the engine itself gives them."""
    found = MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        return {
            name: sorted((tuple(row) for row in connection.execute(select(*_old(table)))), key=repr)
            for name, table in found.tables.items()
            if name != "alembic_version" and not name.startswith("access_")
        }


def _old(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name not in ADDED]


def test_the_first_versions_rows_all_come_up_unchanged(first: tuple[Settings, Engine]) -> None:
    settings, engine = first
    before = rows(engine)
    assert all(before.values()), "the fixture has rows in every table"
    assert schema.upgrade(settings)
    after = rows(engine)
    assert {name: after[name] for name in before} == before
    assert not any(after[name] for name in after.keys() - before.keys() - MADE_OF_OLD_ROWS)


def test_what_came_up_can_be_used(first: tuple[Settings, Engine]) -> None:
    make_key(first[0].data / KEY_FILE)  # another one than the fixture's words are sealed with
    store = schema.prepare(first[0])
    found = events.by_reference(store, "k7qf3mzd")
    assert found is not None
    assert (found.event.person, found.event.at) == ("p1", datetime(2026, 3, 4, 10, 30, tzinfo=UTC))
    assert [one.name for one in people.everyone(store)[0]] == ["Ada Example", "Zoë O'Hara"]
    assert not found.readable
    assert generation.current(store) == 9
    store.close()


def test_down_again_with_rows_in_every_table_nothing_of_the_first_version_is_lost(
    first: tuple[Settings, Engine],
) -> None:
    settings, engine = first
    before = rows(engine)
    schema.upgrade(settings)
    with engine.begin() as connection:
        for table in EVERY_TABLE.sorted_tables:
            if table.name not in before and table.name not in MADE_OF_OLD_ROWS:
                fill(connection, table)
    assert all(rows(engine).values())
    schema.migrate(engine, FIRST, down=True)
    assert rows(engine) == before
    assert not {"confidence", "folded"} & {
        column["name"] for column in inspect(engine).get_columns("events")
    }
    assert schema.upgrade(settings)
    assert {name: kept for name, kept in rows(engine).items() if name in before} == before


def test_the_words_of_accounts_become_grants_that_are_in_force(
    first: tuple[Settings, Engine],
) -> None:
    settings, engine = first
    schema.upgrade(settings, "0005")
    words = {"lead": 11, "technician": 12, "": 13, "lead|technician": 14}
    with engine.begin() as connection:
        for roles, number in words.items():
            given = {
                "id": number,
                "email": f"{number}@school.example",
                "fs_uniquifier": str(number),
                "roles": tuple(roles.split("|")) if roles else (),
            }
            fill(connection, EVERY_TABLE.tables["staff"], given)
    assert schema.upgrade(settings)
    make_key(settings.data / KEY_FILE)
    store = schema.prepare(settings)
    found = {one.staff: one.grant for one in grants.listed(store, datetime.now(UTC))}
    assert (found[11].role, found[12].role) == (Role.LEAD, Role.TECHNICIAN)
    assert found[11].in_force(datetime.now(UTC))
    assert not {13, 14} & found.keys()  # nobody was let do anything with both words
    store.close()
    schema.migrate(engine, "0005", down=True)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT roles FROM staff WHERE id > 10 ORDER BY id"))
        assert list(kept.scalars()) == ["|lead|", "|technician|", "", "|lead|technician|"]


def test_what_was_to_be_copied_still_is_when_the_indexes_came_and_when_they_went(
    first: tuple[Settings, Engine],
) -> None:
    settings, engine = first
    schema.upgrade(settings, "0003")
    begin, day = datetime(2026, 3, 4, 10, tzinfo=UTC), timedelta(days=1)
    until = text("UPDATE concerns SET context_until = built_at WHERE subject IN ('old', 'recent')")
    with engine.begin() as connection:
        for number, subject in enumerate(("waits", "old", "recent", "line")):
            last = begin + 9 * day if subject == "recent" else begin
            given = {"id": str(UUID(int=number)), "subject": subject, "last_at": last}
            fill(connection, CONCERNS, given | {"follows": None}, leave={"context_due_at"})
        connection.execute(
            text("UPDATE concerns SET subject_kind = 'group' WHERE subject = 'line'")
        )
        connection.execute(until)
    assert schema.upgrade(settings)
    assert subjects(engine, "context_due_at IS NOT NULL") == ["recent", "waits"]
    schema.migrate(engine, "0003", down=True)
    assert subjects(engine, "context_until IS NULL") == ["recent", "waits"]
    assert schema.upgrade(settings)
    assert subjects(engine, "context_due_at IS NOT NULL") == ["recent", "waits"]


def subjects(engine: Engine, where: str) -> list[str]:
    with engine.connect() as connection:
        query = select(CONCERNS.c.subject).where(text(where)).order_by(CONCERNS.c.subject)
        return list(connection.scalars(query))


FILLED: dict[type, object] = {
    Instant: datetime(2026, 3, 4, 10, tzinfo=UTC),
    Date: date(2026, 3, 4),
    Tokens: ("one", "two"),
    LargeBinary: b"\x00sealed",
    JSON: ["It was typed."],
    Uuid: "019c8a5e-1234-7abc-8def-0123456789ab",
    Boolean: True,
    Double: 1.5,
    Integer: 1,
    BigInteger: 1,
    String: "x" * 8,
    Text: "some text",
}


def fill(
    connection: Connection,
    table: Table,
    given: dict[str, object] | None = None,
    leave: Collection[str] = (),
) -> None:
    """Insert one row, with what each column may hold."""
    columns = [column for column in table.columns if column.name not in leave]
    values = {column.name: FILLED[type(column.type)] for column in columns}
    for column in columns:
        for key in column.foreign_keys:
            others = select(key.column).limit(1)
            values[column.name] = connection.execute(others).scalar_one_or_none()
    if {"concern_id", "case_id"} <= values.keys() and table.columns.case_id.nullable:
        values["case_id"] = None  # a note is about a concern or a case
    connection.execute(insert(table).values(values | (given or {})))
