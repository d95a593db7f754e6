"""The nouns of matching say what they are."""

import pytest

from filter_rules.types import Entry, Hit, Part, Problem, Reach, Severity


def test_severities_are_ordered_and_say_their_word() -> None:
    assert sorted(Severity) == list(Severity)
    assert [one.word for one in Severity] == ["none", "low", "medium", "high", "urgent"]


def test_an_entry_covers_what_is_below_it_unless_it_says_otherwise() -> None:
    entry = Entry(Part.HOST, "example.com")
    assert entry.reach is Reach.SUBTREE
    assert not entry.allow


@pytest.mark.parametrize(
    ("noun", "field"),
    [(Hit("games", "list", "g.example"), "category"), (Problem("list.txt", 3, "why"), "line")],
)
def test_a_noun_cannot_be_changed(noun: Hit | Problem, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(noun, field, "other")
