"""Quoting a text: to the edges of words, and no secret comes along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.excerpts import AROUND, MASK, MORE, excerpt


def around(text: str, words: str) -> str:
    start = text.index(words)
    return excerpt(text, start, start + len(words))


def test_a_short_text_is_quoted_whole() -> None:
    assert around("so sad\n today", "sad") == "so sad today"


def test_a_long_text_is_cut_at_the_edges_of_words() -> None:
    text = "before " * 40 + "sad" + " after" * 40
    found = around(text, "sad")
    assert found.startswith(f"{MORE}before ")
    assert found.endswith(f" after{MORE}")
    assert len(found) < 2 * AROUND + 30


def test_a_word_without_end_is_cut_within() -> None:
    found = around("x" * 500 + " sad " + "y" * 500, "sad")
    assert len(found) <= 2 * AROUND + len("sad") + 2


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("07700900123", "sad, call 07700900123 now"),
        ("07700 900 123", "sad, call 07700 900 123 now"),
        ("12345", "sad 12345"),
        ("a.b@example.org", "sad a.b@example.org today"),
        ("hunter2", "password: hunter2 and sad"),
        ("hunter2", "sad my password is hunter2"),
        ("hunter2", "pin=hunter2&sad"),
        ("abcdefghij0123456789", "sad abcdefghij0123456789 today"),
    ],
)
def test_secrets_are_masked(secret: str, text: str) -> None:
    found = around(text, "sad")
    assert secret not in found
    assert MASK in found
    assert "sad" in found


@pytest.mark.parametrize("text", ["sad 1984", "sad since 2024", "my password is", "pin drop, sad"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert excerpt(text, 0, 3) == text


def test_a_secret_that_the_edge_would_cut_is_masked_whole() -> None:
    number = "1" * 40
    for gap in range(AROUND - 20, AROUND + 20):
        text = "sad " + "a " * (gap // 2) + number
        assert "111" not in around(text, "sad")


@given(st.text("ab1@. :=password", max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_no_text_raises_and_no_long_number_stands(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    assert "11111" not in excerpt(text, start, end)
