"""Tags are taken out, words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.markup import without_tags


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>red</p><p>boat</p>", "red\nboat"),
        ("r<b>e</b>d <span class='x'>boat</span>", "red boat"),
        ("red<br/>boat &amp; sail", "red\nboat & sail"),
        ("2 < 3 > 1 &amp; so", "2 < 3 > 1 &amp; so"),
        ("no tags", "no tags"),
    ],
)
def test_a_text_says_its_words(text: str, words: str) -> None:
    assert without_tags(text) == words


@given(st.text(st.characters(exclude_characters="<")))
def test_a_text_without_tags_is_left_alone(text: str) -> None:
    assert without_tags(text) == text
