"""The schema goes up and down on both engines, and trouble is said in a sentence."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from safeguard.problems import UnusableError
from safeguard.settings import Database, Settings
from safeguard.store import generation, schema
from safeguard.store.session import Store
from safeguard.store.tables.every import EVERY_TABLE
from tests.conftest import pick_port
from tests.postgres import PostgresServer


def test_the_version_wanted_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_the_migrations_make_exactly_the_tables_of_the_code(any_store: Store) -> None:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not str(name).startswith("access_")  # made by store/access.py

    with any_store.engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, EVERY_TABLE) == []


def test_the_migrations_go_down_and_up_again(any_store: Store) -> None:
    schema.migrate(any_store.engine, "base", down=True)
    assert inspect(any_store.engine).get_table_names() == ["alembic_version"]
    schema.migrate(any_store.engine, schema.HEAD)
    assert generation.current(any_store) == 1


def test_a_failed_upgrade_leaves_the_database_as_it_was(any_settings: Settings) -> None:
    store = schema.prepare(any_settings)
    schema.migrate(store.engine, "base", down=True)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE reviews (unexpected INTEGER)")
    with pytest.raises(UnusableError, match="is as it was before"):
        schema.upgrade(any_settings)
    assert set(inspect(store.engine).get_table_names()) == {"alembic_version", "reviews"}
    store.close()


def test_a_second_start_changes_nothing(any_settings: Settings) -> None:
    schema.prepare(any_settings).close()
    assert schema.upgrade(any_settings) is False


def test_a_second_start_does_not_load_the_migration_tool(tmp_path: Path) -> None:
    schema.upgrade(Settings(data=tmp_path / "data"))
    code = (
        "import sys; from pathlib import Path; from safeguard.settings import Settings;"
        "from safeguard.store import schema;"
        "schema.upgrade(Settings(data=Path(sys.argv[1])));"
        "print('alembic' in sys.modules)"
    )
    run = [sys.executable, "-c", code, str(tmp_path / "data")]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_column_that_is_not_plain_says_what_it_is_for() -> None:
    plain = {"id", "at", "count", "number", "position", "record", "hour", "category", "added_at"}
    silent = {
        f"{table.name}.{column.name}"
        for table in EVERY_TABLE.tables.values()
        for column in table.columns
        if not column.comment and column.name not in {*plain, "spool", "event_id", "staff_id"}
    }
    assert silent == set()


def test_a_school_is_named_on_every_row_about_people_and_rules() -> None:
    apart = {
        "schools", "generation", "spool_positions", "refused_records",  # of the machine
        "nodes", "shared_rules", "shared_rules_parts",
        "concern_events", "case_concerns", "word_tokens", "audit_payloads",  # parts of others
        "ladder_steps", "deliveries",
    }  # fmt: skip
    tables = EVERY_TABLE.tables
    assert {name for name in tables if "school_id" not in tables[name].columns} == apart


def test_a_file_that_is_no_database_stops_with_the_mend(tmp_path: Path) -> None:
    file = tmp_path / "data/safeguard.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(
        UnusableError, match=r"is not a database.*restore a backup, or move it away"
    ):
        schema.upgrade(Settings(data=tmp_path / "data"))
    assert file.read_bytes().startswith(b"this is a letter")


def test_a_truncated_database_stops_with_the_mend(tmp_path: Path) -> None:
    schema.upgrade(Settings(data=tmp_path / "data"))
    file = tmp_path / "data/safeguard.sqlite"
    file.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(UnusableError, match="restore a backup, or move it away"):
        schema.upgrade(Settings(data=tmp_path / "data"))


def test_a_folder_where_the_database_should_be_stops_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data/safeguard.sqlite").mkdir(parents=True)
    with pytest.raises(UnusableError, match="cannot be written"):
        schema.upgrade(Settings(data=tmp_path / "data"))


def test_a_database_of_a_newer_version_stops_with_the_mend(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    store = schema.prepare(settings)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnusableError, match="newer than this Safeguard knows"):
        schema.upgrade(settings)
    store.close()


def test_a_postgresql_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://school:sesame@127.0.0.1:{pick_port()}/safeguard"
    with pytest.raises(UnusableError, match=r"PostgreSQL at .* cannot be reached") as raised:
        schema.upgrade(Settings(data=tmp_path / "data", database=Database(url=url)))
    assert "sesame" not in str(raised.value)


def test_a_postgresql_without_that_database_is_named(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    settings = Settings(
        data=tmp_path / "data", database=Database(url=postgres_server.url("absent"))
    )
    with pytest.raises(UnusableError, match="does not exist"):
        schema.upgrade(settings)


def test_comments_are_in_postgresql_too(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return  # which keeps none
    columns = inspect(any_store.engine).get_columns("events")
    assert all(column["comment"] for column in columns if column["name"] != "id")


def test_the_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    schema.prepare(Settings(data=tmp_path / "data")).close()
    assert (tmp_path / "data/safeguard.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_lone_connection_sees_a_valid_file(tmp_path: Path) -> None:
    schema.prepare(Settings(data=tmp_path / "data")).close()
    connection = sqlite3.connect(tmp_path / "data/safeguard.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_an_address_of_another_database_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", database=Database(url="mysql://u:sesame@h/d"))
    with pytest.raises(UnusableError, match=r"SQLite .* or PostgreSQL") as raised:
        schema.upgrade(settings)
    assert "sesame" not in str(raised.value)
