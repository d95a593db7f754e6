"""What rules are made from: what is shipped, and what has been imported."""

from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.types import Entry
from safeguard.problems import UnusableError
from safeguard.sources import (
    imported_sources,
    inputs_digest,
    remove_source,
    shipped_categories,
    shipped_source,
    shipped_themes,
)
from tests.safeguard.list_samples import a_list, bring


def test_a_source_that_cannot_be_read_is_said_with_its_mend(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "example.com\n"))
    (tmp_path / "sources" / "mine" / "source.toml").write_text("name = 1\n", encoding="utf-8")
    with pytest.raises(UnusableError, match="import the list again"):
        imported_sources(tmp_path)


def test_the_shipped_lists_are_plain_domains_named_after_their_category() -> None:
    known = {category.name for category in shipped_categories()}
    for file in shipped_source().files:
        assert file.format is Format.DOMAINS
        assert file.category in known
        assert file.list == f"safeguard/{file.category}"


def test_the_shipped_lists_hold_nothing_that_is_refused() -> None:
    source = shipped_source()
    refused = [
        said
        for file in source.files
        for said in source.entries(file)
        if not isinstance(said, Entry)
    ]
    assert refused == []


def test_themes_are_shipped_as_text() -> None:
    assert all(name.endswith(".toml") and text for name, text in shipped_themes().items())


def test_the_inputs_differ_when_a_source_does(tmp_path: Path) -> None:
    digests = [inputs_digest(tmp_path)]
    for text in ("example.com\n", "example.org\n"):
        bring(tmp_path, a_list(tmp_path, text))
        digests += [inputs_digest(tmp_path), inputs_digest(tmp_path)]
    assert digests[1] == digests[2]
    assert digests[3] == digests[4]
    assert len(set(digests)) == 3


def test_a_removed_source_is_gone(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "one.example\n"))
    remove_source(tmp_path, "mine")
    remove_source(tmp_path, "mine")
    assert imported_sources(tmp_path) == []
    assert list((tmp_path / "sources").iterdir()) == []


def test_a_meta_file_that_cannot_be_read_counts_as_a_change(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "one.example\n"), category="games")
    before = inputs_digest(tmp_path)
    meta = next((tmp_path / "sources").glob("*/source.toml"))
    meta.unlink()
    meta.mkdir()  # what root cannot read either
    assert inputs_digest(tmp_path) != before


def test_a_copy_in_force_is_left_where_it_is_when_the_same_comes_again(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "one.example\n"), category="games")
    (source,) = imported_sources(tmp_path)
    kept = source.root.stat().st_ino
    bring(tmp_path, a_list(tmp_path, "one.example\n"), category="games")
    (source,) = imported_sources(tmp_path)
    assert source.root.stat().st_ino == kept


def test_a_damaged_copy_is_replaced_by_the_same_list(tmp_path: Path) -> None:
    bring(tmp_path, a_list(tmp_path, "one.example\n"), category="games")
    (source,) = imported_sources(tmp_path)
    next(source.root.rglob("*.gz")).write_bytes(b"")
    bring(tmp_path, a_list(tmp_path, "one.example\n"), category="games")
    (source,) = imported_sources(tmp_path)
    assert [said.value for said in source.entries(source.files[0]) if isinstance(said, Entry)] == [
        "one.example"
    ]
