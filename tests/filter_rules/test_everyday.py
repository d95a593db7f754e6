"""Everyday words: in their one spelling, as they are compared with folded words."""

import pytest

from filter_rules.everyday import COMMON, RIGHT, SHORT
from filter_rules.text import fold


@pytest.mark.parametrize("words", [COMMON, RIGHT, SHORT])
def test_everyday_words_are_folded(words: frozenset[str]) -> None:
    assert {fold(word) for word in words} == words
