"""What is read as a known word, and what must not be."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.text import tokens
from filter_rules.vocabulary import Vocabulary

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "text.toml").read_text("utf-8"))
READS = [pair for case in TABLE["read"] for pair in case["texts"].items()]
ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(("token", "reading"), READS)
def test_each_token_is_read_as_the_table_says(token: str, reading: str) -> None:
    assert Vocabulary(TABLE["reading"]["phrases"]).read(token) == reading


@settings(deadline=None)
@given(ANY_TEXT)
def test_reading_never_gives_nothing_and_never_two_spaces(text: str) -> None:
    vocabulary = Vocabulary(TABLE["reading"]["phrases"])
    for token in tokens(text):
        reading = vocabulary.read(token)
        assert reading
        assert reading == " ".join(reading.split())


def test_an_empty_vocabulary_knows_nothing() -> None:
    assert Vocabulary([]).read("kill") == Vocabulary.UNKNOWN


@pytest.mark.parametrize(
    ("piece", "heard"),
    [
        ("su-icide", (("suicide", 2),)),
        ("self-harm", (("self", 1), ("harm", 1))),
        ("well-known", ((".", 1), (".", 1))),
        ("#selfharm", (("self harm", 1),)),
        ("to/self/zz/harm", ((".", 1), ("self", 1), (".", 1), ("harm", 1))),
    ],
)
def test_signs_may_stand_within_a_word_or_part_two(
    piece: str, heard: tuple[tuple[str, int], ...]
) -> None:
    assert Vocabulary(["suicide", "self harm"]).hear(piece) == heard


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("suicide", "suicide"),
        ("sucide", "suicide"),
        ("suiccide", "suicide"),
        ("siucide", "suicide"),
        ("uicide", "."),  # the first letter is hardly ever wrong
        ("suicid", "."),
        ("sicde", "."),  # two slips
        ("strange", "."),  # a word of its own
        ("hamer", "."),  # too short a word to tell
    ],
)
def test_one_slip_in_a_long_word_is_forgiven(word: str, reading: str) -> None:
    keys = ["suicide", "strangle", "hammer"]
    assert Vocabulary(keys, keys).read(word) == reading
