"""All tables are known together."""

from pathlib import Path

from safeguard.store.tables import every


def test_no_module_of_tables_is_forgotten() -> None:
    folder = Path("safeguard/store/tables")
    apart = {"__init__", "row", "every"}
    written = {path.stem for path in folder.glob("*.py")} - apart
    assert {one.__name__.rpartition(".")[2] for one in every.MODULES} == written


def test_every_foreign_key_finds_its_table() -> None:
    order = [table.name for table in every.EVERY_TABLE.sorted_tables]
    assert order.index("schools") < order.index("concerns") < order.index("evidence")
