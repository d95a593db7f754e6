"""What a school changes of the themes, and what it never can."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.detector import Detector
from filter_rules.phrases import Theme
from filter_rules.theme_changes import LONGEST, ThemeChange, Way, changed, refused
from filter_rules.theme_files import parse_theme
from filter_rules.types import Kind

HEAD = 'name = "{0}"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\n'
TEXT = HEAD.format("t") + (
    '[[phrase]]\nsays = "s"\nany = ["bad", "worse"]\nweight = 5\nnear = ["now"]\nraised = 7\n'
    '[[phrase]]\nsays = "s"\nany = ["dire"]\nweight = 8\nraised = 10\n'
    '[[phrase]]\nsays = "s"\nany = ["held"]\nweight = 5\nfloor = true\n'
)
HELP = (
    HEAD.format("help")
    + 'help_seeking = true\n[[phrase]]\nsays = "s"\nany = ["helpline"]\nweight = 3\n'
)


def themes() -> list[Theme]:
    return [parse_theme(text, "t.toml")[0] for text in (TEXT, HELP)]


def score(changes: list[ThemeChange], text: str, group: str = "year-7") -> float:
    detector = Detector(changed(themes(), changes))
    found = detector.detect(text, Kind.SEARCH, groups=frozenset([group]))
    return found[0].score if found else 0


def test_a_phrase_of_the_schools_own_is_found() -> None:
    assert score([ThemeChange(Way.ADD, "t", "(nasty|rude) word", 6)], "a rude word") == 6


def test_a_phrase_that_is_weakened_weighs_less_and_its_neighbours_do_not() -> None:
    change = ThemeChange(Way.WEAKEN, "t", "bad", 1)
    assert (score([change], "bad"), score([change], "bad now")) == (1, 1)
    assert score([change], "worse now") == 7
    assert score([ThemeChange(Way.WEAKEN, "t", "bad", 0)], "bad now") == 0


def test_a_group_is_exempt_and_others_are_not() -> None:
    change = ThemeChange(Way.EXEMPT, "t", "bad", group="film-club")
    assert score([change], "bad", "film-club") == 0
    assert score([change], "worse", "film-club") == 5
    assert score([change], "bad") == 5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (ThemeChange(Way.ADD, "x", "a", 1), "There is no theme 'x'."),
        (ThemeChange(Way.ADD, "t", "a" * (LONGEST + 1), 1), "at most 500 characters"),
        (ThemeChange(Way.ADD, "t", "a", 0), "weighs more than 0"),
        (ThemeChange(Way.ADD, "t", "(a", 1), "A ) is missing."),
        (ThemeChange(Way.WEAKEN, "t", "a", 1), "has no phrase 'a'"),
        (ThemeChange(Way.WEAKEN, "t", "dire", 1), "it is never weakened"),
        (ThemeChange(Way.WEAKEN, "t", "held", 1), "it is never weakened"),
        (ThemeChange(Way.WEAKEN, "help", "helpline", 1), "always heard"),
        (ThemeChange(Way.WEAKEN, "t", "bad", 5), "weigh less than 5"),
        (ThemeChange(Way.WEAKEN, "t", "bad", -1), "weigh less than 5"),
        (ThemeChange(Way.EXEMPT, "t", "dire", group="g"), "it is never weakened"),
        (ThemeChange(Way.EXEMPT, "t", "bad"), "Say which group"),
    ],
)
def test_what_cannot_be_changed_is_refused_and_changes_nothing(
    change: ThemeChange, says: str
) -> None:
    assert says in refused(themes(), change)
    assert changed(themes(), [change]) == themes()


CHANGES = [
    ThemeChange(Way.ADD, "t", "own", 3),
    ThemeChange(Way.ADD, "t", "bad", 6),
    ThemeChange(Way.WEAKEN, "t", "bad", 2),
    ThemeChange(Way.WEAKEN, "t", "bad", 1),
    ThemeChange(Way.EXEMPT, "t", "worse", group="g"),
]


@settings(deadline=None, max_examples=30)
@given(st.permutations(CHANGES))
def test_the_order_of_changes_does_not_matter(order: list[ThemeChange]) -> None:
    assert changed(themes(), order) == changed(themes(), CHANGES)
