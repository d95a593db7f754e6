"""All sources, read once."""

from datetime import UTC, datetime
from pathlib import Path

from filter_rules.formats.format import Format
from filter_rules.listing import Listing
from filter_rules.types import Reach
from safeguard.gathering import Gathered, gather
from safeguard.sources import import_source, imported_sources

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def gathered(folder: Path, fmt: Format, text: str, steps: list[tuple[str, int, int]]) -> Gathered:
    (folder / "urls").write_text(text, encoding="utf-8")
    import_source(folder, folder / "urls", fmt, "games", "mine", NOW)
    work = folder / "work"
    work.mkdir()
    return gather(imported_sources(folder), work, lambda *step: steps.append(step))


def test_keys_go_to_the_index_that_they_are_of(tmp_path: Path) -> None:
    text = "||example.com^\n@@||www.example.com^\nexact.example\n"
    made = gathered(tmp_path, Format.ADBLOCK, text, [])
    assert made.listings == (
        Listing("games", "mine"),
        Listing("games", "mine", allow=True),
        Listing("games", "mine", Reach.EXACT),
    )
    assert list(made.keyed("hosts")) == [
        ("com.example.", 0),
        ("com.example.www.", 1),
        ("example.exact.", 2),
    ]
    assert list(made.keyed("urls")) == []
    assert made.counts == {"games": 3}


def test_addresses_and_expressions_are_gathered(tmp_path: Path) -> None:
    made = gathered(tmp_path, Format.URLS, "www.example.com/A\nexample.org\n", [])
    assert list(made.keyed("urls")) == [("com.example./a", 0)]
    assert list(made.keyed("hosts")) == [("org.example.", 0)]
    (tmp_path / "more").mkdir()
    (tmp_path / "expressions").write_text("a|b\n", encoding="utf-8")
    import_source(tmp_path, tmp_path / "expressions", Format.UT1, "games", "more", NOW)
    made = gather(imported_sources(tmp_path), tmp_path / "work", lambda *_: None)
    assert made.expressions == [("a|b", 1)]


def test_what_was_refused_is_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    made = gathered(tmp_path, Format.DOMAINS, "example.com\n" + "bad..example\n" * 150, [])
    (source,) = made.sources
    assert source["name"] == "mine"
    assert source["counts"] == {"games": 1}
    assert source["problem_count"] == 150
    assert len(source["problems"]) == 100
    assert source["problems"][0] == {
        "file": "urls",
        "line": 2,
        "says": "“bad..example” is no host name",
    }


def test_progress_is_told_for_each_file(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    gathered(tmp_path, Format.DOMAINS, "example.com\n", steps)
    assert steps == [("Reading mine", 0, 1)]
