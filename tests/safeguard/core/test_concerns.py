"""The nouns: what they say of themselves, and what they never hold."""

from dataclasses import fields

from safeguard.core.concerns import (
    DISMISSED,
    NOT_A_CONCERN,
    REAL,
    Concern,
    Facts,
    Line,
    Outcome,
    Standing,
    outcome_words,
)
from tests.concern_stories import Ledger, tell


def concern_of(*lines: str) -> Concern:
    ledger = Ledger()
    tell(lines, ledger)
    [one] = ledger.all()
    return one


def test_a_concern_holds_no_words() -> None:
    names = {field.name for each in (Concern, Facts, Line) for field in fields(each)}
    assert names.isdisjoint({"words", "url", "excerpt", "phrases", "name"})


def test_what_was_typed_was_intended_and_what_was_only_read_was_not() -> None:
    searched = concern_of("mon 10:05 Ada types drugs medium").facts
    opened = concern_of("mon 10:05 Ada opens drugs medium").facts
    read = concern_of("mon 10:05 Ada reads drugs medium").facts
    assert (searched.typed, opened.typed, read.typed) == (True, False, False)
    assert (searched.intended, opened.intended, read.intended) == (True, True, False)


def test_only_help_is_all_of_it() -> None:
    alone = "mon 10:05 Ada types self-harm medium, asking for help"
    assert concern_of(alone).facts.only_help
    assert not concern_of(alone, "mon 10:15 Ada types self-harm medium").facts.only_help


def test_each_outcome_is_real_or_not_or_says_nothing_of_the_rule() -> None:
    assert set(Outcome) - REAL - NOT_A_CONCERN == {Outcome.WRONG_PUPIL, Outcome.DUPLICATE}
    assert REAL.isdisjoint(DISMISSED)


def test_an_outcome_is_kept_by_its_short_name_and_told_by_its_sentence() -> None:
    assert Outcome.TOO_BROAD.code == "too_broad"
    for one in Outcome:
        assert outcome_words(one.code) == one.value
        assert outcome_words(one.value) == one.value  # as old cases kept it
    assert outcome_words("of another version") == "of another version"


def test_all_but_the_reviewed_are_open() -> None:
    assert [one for one in Standing if not one.open] == [Standing.REVIEWED]


def test_the_key_is_who_what_and_since_when() -> None:
    one = concern_of("mon 10:05 Ada types drugs medium")
    assert one.key == (one.who, "substances", one.facts.first)
