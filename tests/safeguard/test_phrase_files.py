"""Phrase sets on disk: taken in with all that a list takes in, off until they are switched on."""

from dataclasses import replace
from pathlib import Path

import pytest

from filter_rules.imported_phrases import ImportedSet
from safeguard import phrase_files
from safeguard.phrase_files import (
    Kept,
    forget_set,
    keep,
    kept_set,
    kept_sets,
    sets_in_force,
    taken_in,
)
from safeguard.problems import UnusableError

GAMES = ImportedSet("games", "Games", "gambling", ())


def _list(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _taken(tmp_path: Path, path: Path) -> Kept:
    return taken_in(tmp_path / "data", path, GAMES, "2026-11-23T00:00:00+00:00")


def test_a_list_is_kept_off_and_read_back(tmp_path: Path) -> None:
    kept = _taken(tmp_path, _list(tmp_path / "weighted", "<one><5>\n<two>\n<one><5>"))
    assert kept_sets(tmp_path / "data") == [kept]
    assert kept_set(tmp_path / "data", "games") == kept
    assert [one.terms for one in kept.phrases.phrases] == [("one",)]
    assert (kept.refused, kept.problems[0].line) == (1, 2)
    assert not kept.on
    assert sets_in_force(tmp_path / "data") == []


def test_a_list_brings_what_it_takes_in_wherever_that_stood(tmp_path: Path) -> None:
    _list(tmp_path / "lists/phraselists/games/weighted", "<one><5>")
    top = "<two><5>\n.Include</etc/e2/lists/phraselists/games/weighted>\n.Include</etc/absent>"
    path = _list(tmp_path / "lists/weightedphraselist", top + "\n.Include<weightedphraselist>")
    kept = _taken(tmp_path, path)
    assert {one.terms for one in kept.phrases.phrases} == {("one",), ("two",)}
    assert [one.says for one in kept.problems] == [
        "The file /etc/absent that this takes in is not there."
    ]


def test_a_folder_is_read_whole_and_no_link_is_followed_out(tmp_path: Path) -> None:
    _list(tmp_path / "secret", "<secret><5>")
    _list(
        tmp_path / "lists/games/weighted", "<one><5>\n.Include</etc/absent>\n.Include<../../secret>"
    )
    _list(tmp_path / "lists/games/banned", "<two>")
    _list(tmp_path / "lists/README.md", "words that are no list")
    (tmp_path / "lists/linked").symlink_to(tmp_path / "secret")
    kept = _taken(tmp_path, tmp_path / "lists")
    assert {one.terms for one in kept.phrases.phrases} == {("one",), ("two",)}
    assert kept.problems == ()


def test_what_is_no_list_is_a_problem_and_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "weighted").write_bytes(b"\0\1\2")
    kept = _taken(tmp_path, tmp_path / "weighted")
    assert kept.refused == 1
    assert kept_sets(tmp_path / "data") == []


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _list(tmp_path / "lists/weighted", "<one><5>\n<two><5>")
    monkeypatch.setattr(phrase_files, "MOST_PHRASES", 1)
    with pytest.raises(UnusableError, match="more than 1 phrases"):
        _taken(tmp_path, path)
    _list(tmp_path / "lists/banned", "<one>")
    monkeypatch.setattr(phrase_files, "MOST_FILES", 1)
    with pytest.raises(UnusableError, match="more than 1 files"):
        _taken(tmp_path, tmp_path / "lists")


def test_only_sets_that_are_on_are_in_force(tmp_path: Path) -> None:
    kept = _taken(tmp_path, _list(tmp_path / "weighted", "<one><5>"))
    keep(tmp_path / "data", replace(kept, previewed=True, on=True))
    assert len(sets_in_force(tmp_path / "data")) == 1
    forget_set(tmp_path / "data", "games")
    assert sets_in_force(tmp_path / "data") == []


@pytest.mark.parametrize("name", ["absent", "../data/phrases/games", ""])
def test_a_name_that_is_not_there_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableError, match="None was taken in yet"):
        kept_set(tmp_path / "data", name)
    _taken(tmp_path, _list(tmp_path / "weighted", "<one><5>"))
    with pytest.raises(UnusableError, match="Choose from: games"):
        forget_set(tmp_path / "data", name)


def test_a_file_that_is_damaged_is_a_sentence(tmp_path: Path) -> None:
    _list(tmp_path / "data/phrases/games.json", '{"set": 1}')
    with pytest.raises(UnusableError, match="import the phrases again"):
        kept_sets(tmp_path / "data")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    _list(tmp_path / "data/phrases", "a file where a folder should be")
    with pytest.raises(UnusableError, match="make room"):
        keep(tmp_path / "data", Kept(GAMES, ""))


def test_a_file_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="cannot be read"):
        _taken(tmp_path, tmp_path / "absent")
