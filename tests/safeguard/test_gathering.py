"""What all sources say, brought together; only what changed is read again."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from filter_rules.listing import Listing
from filter_rules.types import Reach
from safeguard import gathering
from safeguard.gathering import Gathered, gather
from safeguard.importing import import_source
from safeguard.sources import imported_sources, remove_source

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def bring(data: Path, fmt: Format, text: str, name: str = "mine") -> None:
    (data / "urls").write_text(text, encoding="utf-8")
    import_source(data, data / "urls", fmt, "games", name, NOW)


def gathered(data: Path, steps: list[tuple[str, int, int]] | None = None) -> Gathered:
    work = data / "work"
    work.mkdir(exist_ok=True)
    told = [] if steps is None else steps
    return gather(imported_sources(data), data / "read", work, lambda *step: told.append(step))


def keys_of(made: Gathered, index: str) -> list[tuple[int, list[str]]]:
    return [(listing, list(keys)) for listing, keys in made.runs(index)]


def test_keys_go_to_the_index_that_they_are_of(tmp_path: Path) -> None:
    bring(tmp_path, Format.ADBLOCK, "||example.com^\n@@||www.example.com^\nexact.example\n")
    made = gathered(tmp_path)
    assert tuple(made.listings) == (
        Listing("games", "mine"),
        Listing("games", "mine", allow=True),
        Listing("games", "mine", Reach.EXACT),
    )
    assert keys_of(made, "hosts") == [
        (0, ["com.example."]),
        (1, ["com.example.www."]),
        (2, ["example.exact."]),
    ]
    assert keys_of(made, "urls") == []
    assert [made.size(index) for index in ("hosts", "urls")] == [3, 0]
    assert made.counts == {"games": 3}


def test_addresses_and_expressions_are_gathered(tmp_path: Path) -> None:
    bring(tmp_path, Format.URLS, "www.example.com/A\nexample.org\n")
    made = gathered(tmp_path)
    assert keys_of(made, "urls") == [(0, ["com.example.", "com.example./a"])]
    assert keys_of(made, "hosts") == [(0, ["org.example."])]
    (tmp_path / "expressions").write_text("a|b\n", encoding="utf-8")
    import_source(tmp_path, tmp_path / "expressions", Format.UT1, "games", "more", NOW)
    assert gathered(tmp_path).expressions == [("a|b", 1)]


def test_patterns_of_all_lists_are_filed_together(tmp_path: Path) -> None:
    bring(tmp_path, Format.ADBLOCK, "-rare-common-\n", "one")
    bring(tmp_path, Format.ADBLOCK, "-common-\n-common-odd-\n", "two")
    made = gathered(tmp_path)
    assert keys_of(made, "patterns") == [
        (0, ["rare -rare-common-"]),
        (1, ["common -common-", "odd -common-odd-"]),
    ]


def test_what_was_refused_is_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    bring(tmp_path, Format.DOMAINS, "example.com\n" + "bad..example\n" * 150)
    for _ in range(2):  # as it is read, and as it was kept
        (source,) = gathered(tmp_path).sources
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
    bring(tmp_path, Format.DOMAINS, "example.com\n")
    steps: list[tuple[str, int, int]] = []
    gathered(tmp_path, steps)
    gathered(tmp_path, steps)
    assert steps == [("Reading mine", 0, 1), ("Unchanged: mine", 0, 1)]


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    bring(tmp_path, Format.DOMAINS, "one.example\n", "one")
    bring(tmp_path, Format.DOMAINS, "two.example\n", "two")
    gathered(tmp_path)
    bring(tmp_path, Format.DOMAINS, "other.example\n", "two")
    steps: list[tuple[str, int, int]] = []
    made = gathered(tmp_path, steps)
    assert [step[0] for step in steps] == ["Unchanged: one", "Reading two"]
    assert keys_of(made, "hosts") == [(0, ["example.one."]), (1, ["example.other."])]


@pytest.mark.parametrize(
    ("fmt", "category", "name"),
    [(Format.HOSTS, "games", "mine"), (Format.DOMAINS, "dating", "mine")],
)
def test_the_same_bytes_meant_otherwise_are_read_again(
    tmp_path: Path, fmt: Format, category: str, name: str
) -> None:
    bring(tmp_path, Format.DOMAINS, "0.0.0.0 one.example\ntwo.example\n")
    gathered(tmp_path)
    import_source(tmp_path, tmp_path / "urls", fmt, category, name, NOW)
    steps: list[tuple[str, int, int]] = []
    gathered(tmp_path, steps)
    assert [step[0] for step in steps] == ["Reading mine"]


def test_another_parser_reads_all_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(tmp_path, Format.DOMAINS, "one.example\n")
    gathered(tmp_path)
    monkeypatch.setattr(gathering, "parser_digest", lambda: "another")
    steps: list[tuple[str, int, int]] = []
    gathered(tmp_path, steps)
    assert [step[0] for step in steps] == ["Reading mine"]


def test_what_was_read_goes_with_its_source(tmp_path: Path) -> None:
    bring(tmp_path, Format.DOMAINS, "one.example\n", "one")
    bring(tmp_path, Format.DOMAINS, "two.example\n", "two")
    gathered(tmp_path)
    assert len(list((tmp_path / "read").iterdir())) == 2
    remove_source(tmp_path, "one")
    gathered(tmp_path)
    assert len(list((tmp_path / "read").iterdir())) == 1


def nothing(_: bytes) -> bytes:
    return b""


def half(text: bytes) -> bytes:
    return text[: len(text) // 2]


def other(text: bytes) -> bytes:
    return text.replace(b"one", b"two").replace(b"games", b"chess")


@pytest.mark.parametrize("file", ["hosts", "said.json"])
@pytest.mark.parametrize("damage", [nothing, half, other])
def test_what_was_damaged_is_read_again(
    tmp_path: Path, file: str, damage: Callable[[bytes], bytes]
) -> None:
    bring(tmp_path, Format.DOMAINS, "one.example\n")
    made = gathered(tmp_path)
    (folder,) = (tmp_path / "read").iterdir()
    text = (folder / file).read_bytes()
    for damaged in (damage(text), None):
        if damaged is None:
            (folder / file).unlink()
        else:
            (folder / file).write_bytes(damaged)
        again = gathered(tmp_path)
        assert again.listings == made.listings
        assert keys_of(again, "hosts") == [(0, ["example.one."])]
