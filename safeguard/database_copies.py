"""The database and the access log copied while they are used, and put back: SQLite or PostgreSQL."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store.session import database_url

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASE = "safeguard.sqlite"
ACCESS = "access"
DUMP = "database.dump"
CLEARING, RESTORING = "clear.sql", "restore.sql"
IN_PLACE = ("-wal", "-shm", "-journal")
# What an address may say of how to connect, and what PostgreSQL's programs read it from.
VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "service": "PGSERVICE",
}  # fmt: skip
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
CLEAR = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname = current_schema()
    LOOP EXECUTE 'DROP TABLE IF EXISTS ' || one || ' CASCADE'; END LOOP;
END $$;
"""


def copy_database(settings: Settings, folder: Path) -> str:
    """Copy the database as it stands at one moment, and the days of the access log after it.

    What a later day holds more than the database knows of is brought again, and is there once.
    """
    if database_url(settings).get_backend_name() == POSTGRESQL:
        _run(settings, "pg_dump", "--format=custom", "--no-owner", "--file", str(folder / DUMP))
        return POSTGRESQL
    source = Path(database_url(settings).database or "")
    _copy_sqlite(source, folder / DATABASE)
    days = sorted((source.parent / ACCESS).glob("*.sqlite"))
    if days:
        (folder / ACCESS).mkdir(mode=0o700)
    for day in days:
        _copy_sqlite(day, folder / ACCESS / day.name)
    return SQLITE


def refuse(settings: Settings, engine: str, *, force: bool) -> None:
    """Raise UnusableError where the backup cannot go, or would replace what is there."""
    name = database_url(settings).get_backend_name()
    if name != engine:
        raise UnusableError(
            f"The backup is of {engine}, and database.url names {name}: "
            "give the settings that the backup was made with."
        )
    if force or name != POSTGRESQL:  # SQLite's file was seen
        return
    if _run(settings, "psql", "--no-psqlrc", "--tuples-only", "--command", TABLES).strip() != "0":
        raise UnusableError(
            "The PostgreSQL database has tables already: restore into an empty one "
            "(database.url), or give --force to replace what is there."
        )


def put_back(settings: Settings, folder: Path, engine: str, *, force: bool) -> None:
    """Put the database in its place."""
    url = database_url(settings)
    if engine == POSTGRESQL:
        # As one transaction: what was there goes only where all of the backup comes.
        (folder / CLEARING).write_text(CLEAR if force else "", encoding="ascii")
        _run(
            settings,
            "pg_restore",
            "--no-owner",
            "--file",
            str(folder / RESTORING),
            str(folder / DUMP),
        )
        scripts = ["--file", str(folder / CLEARING), "--file", str(folder / RESTORING)]
        how = ["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
        _run(settings, "psql", *how, *scripts)
        return
    target = Path(url.database or "")
    shutil.rmtree(target.parent / ACCESS, ignore_errors=True)
    for end in IN_PLACE:  # of the database that was there: they would be read into this one
        target.with_name(f"{target.name}{end}").unlink(missing_ok=True)
    if (folder / ACCESS).exists():
        (folder / ACCESS).replace(target.parent / ACCESS)
    (folder / DATABASE).replace(target)


def _copy_sqlite(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here)
            here.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise UnusableError(
            f"The database {source} cannot be copied ({error}): see `safeguard doctor`."
        ) from error


def _run(settings: Settings, program: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise UnusableError(
            f"{program} is not on this machine: install PostgreSQL's client programs, of the "
            "server's version or newer (Debian: postgresql-client)."
        )
    ran = subprocess.run(
        [found, *arguments], env=_environment(settings), capture_output=True, text=True, check=False
    )
    if ran.returncode:
        said = ran.stderr.strip().splitlines() or ["it said nothing"]
        raise UnusableError(f"{program} failed: {said[0]}")
    return ran.stdout


def _environment(settings: Settings) -> dict[str, str]:
    """Say where the database is by the environment: arguments can be read by everyone."""
    url = database_url(settings)
    said = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    asked = {VARIABLES[name]: str(value) for name, value in url.query.items() if name in VARIABLES}
    return {**os.environ, **{name: value for name, value in said.items() if value}, **asked}
