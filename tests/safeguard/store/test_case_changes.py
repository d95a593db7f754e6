"""What every change of a case needs."""

import pytest

from safeguard.store.case_changes import CaseRefusedError, one_school, people_of, text
from safeguard.store.session import Store
from tests.safeguard.case_samples import AMY, put_people


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (" two\nlines ", "two\nlines"),
        ("nothing\0 hidden", "nothing hidden"),
        ("half \ud83d a character", "half  a character"),
        ("שלום", "שלום"),
    ],
)
def test_text_is_kept_as_written_but_for_what_nothing_can_hold(words: str, kept: str) -> None:
    assert text(words, 100, "note") == kept


def test_text_has_a_longest_and_a_shortest() -> None:
    assert text("x" * 10, 10, "note") == "x" * 10
    with pytest.raises(CaseRefusedError, match="note has 11 characters: 10 are the most"):
        text("x" * 11, 10, "note")
    with pytest.raises(CaseRefusedError, match="note is empty"):
        text(" ", 10, "note")


def test_a_case_is_of_one_school() -> None:
    assert one_school([3, 3]) == 3
    with pytest.raises(CaseRefusedError, match="more than one school"):
        one_school([1, 2])
    with pytest.raises(CaseRefusedError, match="about nobody"):
        one_school([])


def test_people_are_told_with_their_school(any_store: Store) -> None:
    put_people(any_store)
    with any_store.reading() as session:
        assert people_of(session, [AMY, AMY]) == {AMY: 1}
        assert people_of(session, []) == {}
