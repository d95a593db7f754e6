"""Long texts were pasted, and count as documents but for their ends."""

import pytest

from filter_rules.typed.words import (
    LONGEST_TYPED,
    LONGEST_UNSURE,
    OWN_WORDS,
    Manner,
    Typed,
    by_length,
)
from filter_rules.types import Kind


def said(words: int, *, certain: bool = True) -> Typed:
    text = "  " + " \n".join(f"w{n}" for n in range(words)) + " "
    return Typed(text, Kind.CHAT, "a.test", certain)


@pytest.mark.parametrize("words", [0, 1, LONGEST_TYPED])
def test_what_a_person_types_at_once_stays_as_it_is(words: int) -> None:
    assert by_length(said(words)) == (said(words),)


def test_what_is_longer_is_a_document_with_a_question_at_either_end() -> None:
    first, last, whole = by_length(said(LONGEST_TYPED + 1))
    assert first.words.split() == [f"w{n}" for n in range(OWN_WORDS)]
    assert last.words.split()[-1] == f"w{LONGEST_TYPED}"
    assert len(last.words.split()) == OWN_WORDS
    assert (first.kind, first.manner) == (last.kind, last.manner) == (Kind.CHAT, Manner.TYPED)
    assert (whole.kind, whole.manner) == (Kind.PAGE, Manner.PASTED)
    assert whole.words == said(LONGEST_TYPED + 1).words
    assert first.words in whole.words
    assert last.words in whole.words


def test_what_nobody_is_sure_of_is_a_document_sooner() -> None:
    assert by_length(said(LONGEST_UNSURE, certain=False)) == (said(LONGEST_UNSURE, certain=False),)
    (whole,) = by_length(said(LONGEST_UNSURE + 1, certain=False))
    assert (whole.kind, whole.manner) == (Kind.PAGE, Manner.PASTED)
