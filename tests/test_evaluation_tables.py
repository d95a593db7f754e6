"""Our own sentence tables are read as they are written, and cut in two halves for good."""

from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.detection.own_tables import Half, half_of, parse_table, read_tables
from filter_rules.types import Kind, Severity
from safeguard.problems import UnusableError

TABLE = """
[[case]]
says = "asks where a bus goes"
theme = "gambling"
severity = "high"
kind = "chat"
texts = ["one", "two"]

[[case]]
theme = ""
severity = ""
texts = ["three"]
"""


def test_a_case_says_what_must_be_found_in_each_of_its_texts() -> None:
    one, two, three = parse_table(TABLE, "t.toml")
    assert (one.text, one.theme, one.severity, one.kind) == (
        "one", "gambling", Severity.HIGH, Kind.CHAT,
    )  # fmt: skip
    assert two.says == "asks where a bus goes"
    assert one.harmful
    assert (three.kind, three.severity, three.harmful) == (Kind.SEARCH, Severity.NONE, False)


def test_a_language_is_named_by_the_file_or_in_it(tmp_path: Path) -> None:
    (tmp_path / "languages").mkdir()
    (tmp_path / "gambling.toml").write_text(TABLE)
    (tmp_path / "languages" / "pl.toml").write_text(TABLE.replace("one", "raz"))
    (tmp_path / "languages" / "other.toml").write_text('language = "cy"\n' + TABLE)
    found = read_tables(tmp_path)
    assert {(one.text, one.language) for one in found if one.text in ("one", "raz")} == {
        ("one", "en"),
        ("raz", "pl"),
        ("one", "cy"),
    }


def test_a_text_said_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TABLE + TABLE)
    assert len(read_tables(tmp_path)) == 3


def test_where_there_are_no_tables_there_are_no_texts(tmp_path: Path) -> None:
    assert read_tables(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[[case", "not TOML"),
        ("title = 1", "nothing but language"),
        ("[[case]]\nwhat = 1\ntexts = []", "'what'"),
        ("[[case]]\ntheme = 'a'", "needs texts"),
        ("[[case]]\ntexts = [1]", "needs texts"),
        ("[[case]]\ntexts = [' ']", "an empty text"),
        ("[[case]]\ntheme = 'a'\nseverity = 'dire'\ntexts = ['a']", "the severity is urgent"),
        ("[[case]]\nkind = 'song'\ntexts = ['a']", "the kind search"),
        ("[[case]]\nseverity = 'high'\ntexts = ['a']", "no theme"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(table: str, says: str) -> None:
    with pytest.raises(UnusableError, match=says):
        parse_table(table, "t.toml")


@given(st.text())
def test_the_half_of_a_text_is_decided_by_its_hash_alone(text: str) -> None:
    even = int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % 2 == 0
    assert half_of(text) is (Half.TUNING if even else Half.HELD_BACK)


def test_both_halves_are_about_as_large() -> None:
    halves = [half_of(f"sentence number {number}") for number in range(2000)]
    assert 900 < halves.count(Half.TUNING) < 1100
