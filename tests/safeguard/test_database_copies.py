"""Databases copied and put back; the rest is told by the backups."""

from pathlib import Path

import pytest

from safeguard import database_copies
from safeguard.problems import UnusableError
from safeguard.settings import Database, Settings


def test_where_the_database_is_goes_by_the_environment_alone(tmp_path: Path) -> None:
    url = "postgresql://me:sesame@db.example:5433/school?sslmode=require&application_name=x"
    found = database_copies._environment(Settings(data=tmp_path, database=Database(url=url)))
    assert {name: value for name, value in found.items() if name.startswith("PG")} == {
        "PGHOST": "db.example", "PGPORT": "5433", "PGUSER": "me", "PGPASSWORD": "sesame",
        "PGDATABASE": "school", "PGSSLMODE": "require",
    }  # fmt: skip


def test_a_program_that_is_missing_is_named_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(data=tmp_path, database=Database(url="postgresql://127.0.0.1:1/none"))
    with pytest.raises(UnusableError, match=r"pg_dump is not on this machine.*postgresql-client"):
        database_copies.copy_database(settings, tmp_path)


def test_a_database_that_is_away_is_a_sentence(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path, database=Database(url="postgresql://me:sesame@127.0.0.1:1/x")
    )
    with pytest.raises(UnusableError, match=r"pg_dump failed|not on this machine") as raised:
        database_copies.copy_database(settings, tmp_path)
    assert "sesame" not in str(raised.value)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "safeguard.sqlite").write_bytes(b"no database" * 1000)
    (tmp_path / "to").mkdir()
    with pytest.raises(UnusableError, match="cannot be copied"):
        database_copies.copy_database(Settings(data=tmp_path), tmp_path / "to")
