"""Tags are told from text; of attributes of one name the first counts; entities never raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.markup import TOKEN, attributes, unescaped


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (" a=b", {"a": "b"}),
        (" A = 'b c' d", {"a": "b c", "d": ""}),
        (' a="1" a="2"', {"a": "1"}),
        ("/a/b=c/", {"a": "", "b": "c/"}),
        ("", {}),
    ],
)
def test_attributes_are_read_as_browsers_do(said: str, found: dict[str, str]) -> None:
    assert attributes(said) == found


def test_entities_are_decoded() -> None:
    assert unescaped("a&amp;b") == "a&b"
    assert unescaped("a") == "a"
    assert unescaped("&#" + "9" * 5000 + ";") == "\ufffd"


@given(st.text(alphabet="<>/!-a\"'= \n&"))
def test_every_text_is_cut_into_tokens_from_its_beginning_to_its_end(text: str) -> None:
    at = 0
    for found in TOKEN.finditer(text):
        assert found.start() == at
        at = found.end()
    assert at == len(text)
