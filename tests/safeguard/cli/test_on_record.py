"""What commands change is in the chain, with who gave the command."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from safeguard.cli.on_record import on_record
from safeguard.cli.options import myself
from safeguard.settings import Settings
from safeguard.store import audit, schema
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.safeguard.cli.conftest import Ran


def told(school: Path) -> list[tuple[str, str, str, str, dict[str, object]]]:
    store = schema.prepare(Settings(data=school))
    query = select(AuditRow, AuditPayloadRow.payload).join(
        AuditPayloadRow, AuditPayloadRow.id == AuditRow.id
    )
    try:
        with store.reading() as session:
            return [
                (row.who, row.what, row.about_kind, row.about, json.loads(
                    audit.opened(store.vault, payload)))
                for row, payload in session.execute(query.order_by(AuditRow.id))
                if row.what != "began"
            ]  # fmt: skip
    finally:
        store.close()


def test_what_is_done_inside_is_recorded_with_what_it_tells(school: Path) -> None:
    with on_record(Settings(data=school), "built", "rules", "x") as kept:
        assert told(school) == []
        kept["in force"] = "abc"
    assert told(school) == [(myself().who, "built", "rules", "x", {"in force": "abc"})]


def test_what_ends_in_an_error_is_not_recorded(school: Path) -> None:
    with pytest.raises(ZeroDivisionError), on_record(Settings(data=school), "built", "rules"):
        raise ZeroDivisionError
    assert told(school) == []


def test_each_command_that_changes_something_leaves_its_row(
    safeguard: Callable[..., Ran], school: Path, tmp_path: Path
) -> None:
    names = tmp_path / "games.txt"
    names.write_text("games.example\n")
    pupils = tmp_path / "pupils.csv"
    pupils.write_text("name,group,address,device\nAmelia Hart,primary,10.0.0.5,Tablet\n")
    sealed = tmp_path / "sealed.txt"
    sealed.write_text("sealed.example/page\n")
    for arguments in (
        ("db", "upgrade"),
        ("rules", "import", str(names), "--category", "games"),
        ("rules", "build"),
        ("rules", "rollback"),
        ("users", "import", str(pupils)),
        ("users", "list", "Amelia"),
        ("sealed", "import", str(sealed), "--name", "iwf-urls"),
        ("sealed", "remove", "iwf-urls", "--reason", "a test"),
        ("rules", "subscribe", "own", "--address", "https://lists.example/x.txt",
         "--category", "games"),
        ("rules", "unsubscribe", "own"),
        ("rules", "update"),
    ):  # fmt: skip
        assert safeguard(*arguments).status in {0, 1}, arguments
    rows = told(school)
    assert {one[0] for one in rows} == {myself().who}
    assert [one[1:3] for one in rows] == [
        ("upgraded", "database"),
        ("imported", "list"),
        ("built", "rules"),
        ("rolled back", "rules"),
        ("imported", "people"),
        ("searched", "people"),
        ("imported", "sealed list"),
        ("removed", "sealed list"),
        ("subscribed", "list"),
        ("unsubscribed", "list"),
        ("updated", "lists"),
    ]
    assert rows[1][4] == {"name": "games", "entries": {"games": 1}}
    assert rows[4][4]["people"] == 1
    assert "Amelia" not in json.dumps(rows[4])
    assert rows[7][4] == {"why": "a test"}
    assert "sealed.example" not in json.dumps(rows)
