"""In which line of its list an entry stands."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.types import Hit
from safeguard import list_lines
from safeguard.importing import import_source
from safeguard.list_lines import lines_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)
CHESS = Hit("games", "mine", "chess.example")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "mine.txt"
    file.write_text("! about nothing\n||notchess.example^\n||chess.example^\n||chess.example/a^\n")
    import_source(tmp_path, file, Format.ADBLOCK, "games", "mine", NOW)
    return tmp_path


def test_the_line_is_that_of_the_entry_itself_not_of_one_that_holds_it(data: Path) -> None:
    assert lines_of(data, [CHESS]) == {CHESS: 3}


def test_entries_of_shipped_lists_are_found_too(data: Path) -> None:
    shipped = Hit("gambling", "safeguard/gambling", "bet365.com")
    assert lines_of(data, [shipped])[shipped] > 1


@pytest.mark.parametrize(
    "hit",
    [
        Hit("games", "mine", "gone.example"),
        Hit("games", "other", "chess.example"),
        Hit("own:1", "", "chess.example"),
    ],
)
def test_what_stands_nowhere_has_no_line(data: Path, hit: Hit) -> None:
    assert lines_of(data, [hit]) == {}


def test_large_lists_are_not_read_through(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_lines, "LARGEST", 3)
    assert lines_of(data, [CHESS]) == {}


def test_a_list_that_cannot_be_read_has_no_lines(data: Path) -> None:
    (file,) = (data / "sources").rglob("*.gz")
    file.write_bytes(gzip.compress(b"||chess.example^")[:-6])
    assert lines_of(data, [Hit("games", "mine", "late.example")]) == {}
    (meta,) = (data / "sources").rglob("source.toml")
    meta.write_text("broken")
    assert lines_of(data, [CHESS]) == {}
