"""The schema's version: looked up at every start, brought up to date where it is older."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store, database_url, open_engine, open_store

HEAD = "0011"
MIGRATIONS = Path(__file__).with_name("migrations")


def prepare(settings: Settings) -> Store:
    """Check the database, bring it up to date, and open it: what a start needs."""
    upgrade(settings)
    return open_store(settings)


def upgrade(settings: Settings, to: str = HEAD) -> bool:
    """Check the database and bring its schema up to date; say whether that was needed."""
    url = database_url(settings)
    check(url)
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if _version(connection) == to:
                return False
        migrate(engine, to)
    except SQLAlchemyError as error:
        raise UnusableError(
            f"The database could not be brought to version {to} and is as it was before: "
            f"{type(error).__name__}. Check its disk and the rights of its user."
        ) from error
    finally:
        engine.dispose()
    return True


def check(url: URL) -> None:
    """Raise UnusableError where the database is damaged, newer than us or out of reach."""
    if url.get_backend_name() == "sqlite":
        _check_sqlite(Path(url.database or ""))
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            found = _version(connection)
    except SQLAlchemyError as error:
        raise UnusableError(_unreachable(url, error)) from error
    finally:
        engine.dispose()
    if found is not None and found > HEAD:
        raise UnusableError(
            f"The database is at version {found}, newer than this Safeguard knows ({HEAD}): "
            "start the newer Safeguard, or restore a backup from before the upgrade."
        )


def migrate(engine: Engine, to: str, *, down: bool = False) -> None:
    """Run the migrations up (or down) to a version, all or none."""
    from alembic import command  # noqa: PLC0415  a fifth of a second to load, rarely needed
    from alembic.config import Config  # noqa: PLC0415  likewise

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    move: Any = command.downgrade if down else command.upgrade
    with engine.execution_options(writing=True).connect() as connection, connection.begin():
        one_at_a_time(connection, Lock.UPGRADE)
        config.attributes["connection"] = connection
        move(config, to)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _check_sqlite(path: Path) -> None:
    """Open the file as SQLite would, and read its structure (not all its pages: that is slow)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("ab"):
            pass
        path.chmod(0o600)
        connection = sqlite3.connect(path, timeout=5)
        try:
            connection.execute("PRAGMA schema_version").fetchone()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise UnusableError(f"The database {path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise UnusableError(_damaged(path)) from error
    except OSError as error:
        raise UnusableError(
            f"The database {path} cannot be written ({error.strerror}): "
            "give the account that runs Safeguard access to that folder."
        ) from error


def _damaged(path: Path) -> str:
    return f"{path} is not a database (or is damaged): restore a backup, or move it away."


def _unreachable(url: URL, error: SQLAlchemyError) -> str:
    if url.get_backend_name() == "sqlite":
        return _damaged(Path(url.database or ""))
    place = url.render_as_string(hide_password=True)
    said = str(error.orig).strip().splitlines() if isinstance(error, DBAPIError) else []
    return (
        f"PostgreSQL at {place} cannot be reached: {said[0] if said else type(error).__name__}. "
        "Start it, or mend database.url."
    )
