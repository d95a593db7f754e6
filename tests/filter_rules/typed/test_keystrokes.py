"""What is typed letter by letter is told once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.keystrokes import (
    LONGEST_FORM,
    MOST_OPEN,
    MOST_TAKEN_BACK,
    PAUSE,
    Ended,
    Typings,
)


def typing(*forms: str, typings: Typings | None = None) -> list[Ended]:
    """Each form a second after the one before; then a long pause."""
    typings = Typings() if typings is None else typings
    ended = [one for at, form in enumerate(forms) for one in typings.add("ann", "a.test", at, form)]
    return ended + list(typings.due(len(forms) + PAUSE))


def told(*forms: str, telling: str = "") -> list[tuple[str, ...]]:
    typings = Typings(lambda words: bool(telling) and telling in words)
    return [(one.words, *one.taken_back) for one in typing(*forms, typings=typings)]


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        (["r", "re", "red", "red b", "red boat"], [("red boat",)]),
        (["red boat"], [("red boat",)]),
        (["red boats", "red boat", "red"], [("red", "red boats")]),
        (["red boats", "red", "red b", "red boats"], [("red boats",)]),
        (["red boats at sea", "red", "red bus"], [("red bus", "red boats at sea")]),
        (["red bat", "red b", "red boat at sea"], [("red boat at sea",)]),
        (["red boat", "green lake"], [("red boat",), ("green lake",)]),
        (["red boat", ""], [("", "red boat")]),
        (["red boat", "", "green"], [("green", "red boat")]),
        (["red bats", "red boats"], [("red boats",)]),
        ([""], []),
        ([], []),
    ],
)
def test_a_typing_is_told_once_with_what_was_taken_back(
    forms: list[str], expected: list[tuple[str, ...]]
) -> None:
    assert told(*forms) == expected


def test_what_tells_is_kept_however_short() -> None:
    forms = ("i hate it", "i ha", "i have a red boat")
    assert told(*forms) == [("i have a red boat",)]
    assert told(*forms, telling="hate") == [("i have a red boat", "i hate it")]


def test_few_of_very_many_are_kept() -> None:
    forms = [form for n in range(9) for form in (f"red boat {n}{'!' * n}", "red boat ")]
    ((_, *taken_back),) = told(*forms)
    assert len(taken_back) == MOST_TAKEN_BACK


def test_people_and_sites_are_kept_apart() -> None:
    typings = Typings()
    for who, site in (("ann", "a.test"), ("ben", "a.test"), ("ann", "b.test")):
        assert typings.add(who, site, 0, f"{who} at {site}") == ()
    assert [(one.who, one.site, one.words) for one in typings.due(PAUSE)] == [
        ("ann", "a.test", "ann at a.test"),
        ("ben", "a.test", "ben at a.test"),
        ("ann", "b.test", "ann at b.test"),
    ]
    assert len(typings) == 0


def test_a_pause_ends_a_typing_and_so_does_a_clock_that_goes_back() -> None:
    typings = Typings()
    typings.add("ann", "a.test", 100, "red")
    assert typings.add("ann", "a.test", 100 + PAUSE, "red b") == (Ended("ann", "a.test", "red"),)
    assert [one.words for one in typings.due(5)] == ["red b"]


def test_what_is_sent_ends_its_typing_and_tells_only_what_it_hides() -> None:
    typings = Typings(lambda words: "hate" in words)
    assert typings.sent("ann", "a.test", "red") == ()
    typings.add("ann", "a.test", 0, "Red bo")
    assert typings.sent("ann", "a.test", "red boat") == ()
    for at, form in enumerate(("i hate it", "i h", "i have")):
        typings.add("ann", "a.test", at, form)
    assert typings.sent("ann", "a.test", "i have a boat") == ("i hate it",)
    assert len(typings) == 0


def test_what_is_kept_is_bounded() -> None:
    typings = Typings()
    ended = [
        one for n in range(MOST_OPEN + 5) for one in typings.add(f"p{n}", "a.test", 0, "x" * 9_999)
    ]
    assert len(typings) == MOST_OPEN
    assert [one.who for one in ended] == [f"p{n}" for n in range(5)]
    assert len(ended[0].words) == LONGEST_FORM


@given(st.lists(st.text(st.sampled_from("ab "), max_size=6)))
def test_the_last_form_is_always_told_and_nothing_that_was_not_typed(forms: list[str]) -> None:
    ended = typing(*forms)
    typed = {form.strip() for form in forms}
    if typed - {""}:
        assert ended[-1].words == forms[-1].strip() or not forms[-1].strip()
    assert {words for one in ended for words in (one.words, *one.taken_back)} <= typed


@given(st.text(min_size=1, max_size=30))
def test_letter_by_letter_is_one_typing(words: str) -> None:
    forms = [words[:end] for end in range(1, len(words) + 1)]
    assert {one.words for one in typing(*forms)} <= {words.strip()}
