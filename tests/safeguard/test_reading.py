"""What one source says, and how it is kept."""

from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.formats.trees import ListFile
from filter_rules.listing import Listing
from filter_rules.types import Reach
from safeguard import reading
from safeguard.reading import INDEXES, Run, kept, key_of, parser_digest, prune, read
from safeguard.sources import Source


def source(folder: Path, text: str, fmt: Format = Format.DOMAINS) -> Source:
    (folder / "list").write_text(text, encoding="utf-8")
    files = (ListFile("list", fmt, "games", "mine"),)
    return Source("mine", files, folder, "a digest", suffix="")


def test_keys_are_kept_in_sorted_runs_of_one_listing_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_HELD", 3)
    text = "||b.example^\nexact.example\n||a.example^\n||c.example^\n||c.example^\n"
    steps: list[int] = []
    made = read(
        source(tmp_path, text, Format.ADBLOCK),
        tmp_path / "made",
        lambda _at, _file, entries: steps.append(entries),
    )
    assert made.listings == (Listing("games", "mine"), Listing("games", "mine", Reach.EXACT))
    assert list(made.keyed("hosts")) == [
        (0, ["example.a.", "example.b."]),
        (1, ["example.exact."]),
        (0, ["example.c."]),
    ]
    assert made.runs["hosts"][0] == Run(0, 2, 22)
    assert made.counts == {"games": 5}
    assert steps == [0, 3]


def test_a_reading_is_kept_as_it_was_made(tmp_path: Path) -> None:
    text = "||a.example^\n/ads[0-9]/\n-advert-\n||a.example/path\n||bad..example^\n@@||b.example^\n"
    made = read(source(tmp_path, text, Format.ADBLOCK), tmp_path / "made", lambda *_: None)
    again = kept(tmp_path / "made")
    assert again
    assert replace(again, expressions=list(again.expressions)) == made
    for index in INDEXES:
        assert list(again.keyed(index)) == list(made.keyed(index))


def test_a_reading_that_is_not_there_is_not_kept(tmp_path: Path) -> None:
    assert kept(tmp_path / "nothing") is None


def test_the_key_differs_by_all_that_parsing_depends_on(tmp_path: Path) -> None:
    mine = source(tmp_path, "")
    (file,) = mine.files
    changed = [
        replace(file, path="other"),
        replace(file, format=Format.HOSTS),
        replace(file, category="dating"),
        replace(file, list="other"),
    ]
    others = [
        replace(mine, digest="another"),
        replace(mine, files=(file, file)),
        *(replace(mine, files=(one,)) for one in changed),
    ]
    keys = {key_of(one, "parser") for one in [mine, *others]} | {key_of(mine, "other parser")}
    assert len(keys) == len(others) + 2


def test_the_key_does_not_tell_when_or_where_from_a_source_came(tmp_path: Path) -> None:
    mine = source(tmp_path, "")
    other = replace(mine, imported="2026-09-01", root=tmp_path / "other", licence="MIT")
    assert key_of(mine, "parser") == key_of(other, "parser")


def test_the_parser_is_known_by_its_code_and_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parser_digest() == parser_digest()
    now = parser_digest()
    for part in ("_PARSERS", "_LIBRARIES"):
        with monkeypatch.context() as patch:
            patch.setattr(reading, part, type(getattr(reading, part))())
            assert parser_digest() != now


@pytest.mark.parametrize("library", ["ada-url", "google-re2", "publicsuffixlist"])
def test_the_parser_is_another_with_another_version_of_a_library(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    now, installed = parser_digest(), metadata.version
    monkeypatch.setattr(
        "importlib.metadata.version", lambda one: "next" if one == library else installed(one)
    )
    assert parser_digest() != now


def test_the_parser_is_another_with_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    now = parser_digest()
    monkeypatch.setattr("platform.python_version", lambda: "4.0")
    assert parser_digest() != now


def test_readings_of_no_source_are_forgotten(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    prune(tmp_path, {"one", "three"})
    assert {one.name for one in tmp_path.iterdir()} == {"one", "three"}
