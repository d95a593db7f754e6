"""Reading themes: what a pattern stands for, and what is said of a line that cannot be used."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.phrases import MOST_WAYS, Theme, read_pattern
from filter_rules.theme_files import parse_theme
from filter_rules.types import Kind, Problem, Severity

HEAD = 'name = "t"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\n'
PHRASE = '[[phrase]]\nsays = "s"\nany = ["bad"]\nweight = 4\n'


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("kill myself", [{"kill"}, {"myself"}]),
        ("(kill|hurt) me", [{"kill", "hurt"}, {"me"}]),
        ("[really] sad", [{"", "really"}, {"sad"}]),
        ("kill[ing|s]", [{"kill", "killing", "kills"}]),
        ("[(so|very) much] pain", [{"", "so much", "very much"}, {"pain"}]),
        ("Don't  GO", [{"dont"}, {"go"}]),
        ("self-harm", [{"self harm"}]),
        ("… sad …", [{"sad"}]),
        ("a (b c|d) e", [{"a"}, {"b c", "d"}, {"e"}]),
    ],
)
def test_a_pattern_stands_for_these_words(text: str, slots: list[set[str]]) -> None:
    assert [set(slot) for slot in read_pattern(text).slots] == slots


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(kill", "A ) is missing."),
        ("[kill", "A ] is missing."),
        ("kill)", "There is a ) too many."),
        ("kill | hurt", "There is a | too many."),
        ("(kill]", "There is a ] too many."),
        ("", "can be empty"),
        ("!!!", "can be empty"),
        ("[kill] [me]", "can be empty"),
        ("(a|b|c|d|e|f|g|h|i|j)" * 4, f"{MOST_WAYS} ways at most"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("|", r"\|").replace(")", r"\)")):
        read_pattern(text)


@settings(deadline=None)
@given(st.text("ab ()[]|", max_size=30))
def test_any_pattern_is_read_or_refused(text: str) -> None:
    try:
        slots = read_pattern(text).slots
    except ValueError:
        return
    assert any("" not in slot for slot in slots)
    assert all(way == " ".join(way.split()) for slot in slots for way in slot)


def test_a_theme_is_read_whole() -> None:
    theme, problems = parse_theme(
        HEAD
        + 'most = "high"\nhelp_seeking = true\nunless = ["@school"]\n'
        + '[contexts]\nschool = ["essay"]\nmore = ["@school", "gcse"]\n'
        + '[[phrase]]\nsays = "S."\nany = ["bad"]\nweight = 4\nraised = 7.5\n'
        + 'near = ["now"]\nunless = ["@more"]\nkinds = ["search"]\n'
        + '[[phrase]]\nsays = "S."\nany = ["worse"]\nweight = 5\nfirm = true\n',
        "t.toml",
    )
    assert problems == []
    assert (theme.name, theme.title, theme.family, theme.four_cs) == ("t", "T", "f", "conduct")
    assert (theme.most, theme.help_seeking) == (Severity.HIGH, True)
    first, second = theme.phrases
    assert (first.weight, first.raised) == (4, 7.5)
    assert first.kinds == {Kind.SEARCH}
    assert [one.text for one in first.unless] == ["essay", "gcse", "essay"]
    assert [one.text for one in first.near] == ["now"]
    assert (second.raised, second.unless) == (5, ())
    assert second.kinds == set(Kind)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name = ", 1, "This is not TOML"),
        ("\n\nname = x", 3, "This is not TOML"),
        ("", 1, "name must be given as a text."),
        ("name = 1", 1, "name must be given as a text."),
        (HEAD.replace("conduct", "crime"), 1, "four_cs must be one of content"),
        (HEAD + 'most = "extreme"', 1, "most must be one of none"),
        (HEAD + "help_seeking = 1", 1, "help_seeking must be given as true or false."),
        (HEAD + 'colour = "red"', 1, "'colour' is not known here"),
        (HEAD + 'unless = ["@school"]', 1, "No context is named 'school'"),
        (HEAD + "unless = [1]", 1, "unless must hold texts"),
        (HEAD + 'contexts = "x"', 1, "contexts must be given as a table."),
        (HEAD + 'phrase = "x"', 1, "phrase must be given as a list."),
        (HEAD + 'phrase = ["x"]', 0, "A phrase must be a table"),
        (HEAD + PHRASE.replace("any", "all"), 5, "'all' is not known here"),
        (HEAD + PHRASE.replace('["bad"]', "[]"), 5, "The phrase has no words"),
        (HEAD + PHRASE.replace("bad", "(bad"), 5, "A ) is missing."),
        (HEAD + PHRASE.replace("4", '"4"'), 5, "weight must be a number."),
        (HEAD + PHRASE.replace("4", "true"), 5, "weight must be a number."),
        (HEAD + PHRASE.replace("4", "-1"), 5, "weight must lie between 0 and 100."),
        (HEAD + PHRASE.replace("4", "nan"), 5, "weight must lie between 0 and 100."),
        (HEAD + PHRASE + 'kinds = ["film"]', 5, "There is no kind 'film'"),
        (HEAD + PHRASE + 'near = "now"', 5, "near must be given as a list."),
        (HEAD + PHRASE + "firm = 1", 5, "firm must be given as true or false."),
        (HEAD + PHRASE + PHRASE.replace("4", "400"), 9, "weight must lie between"),
    ],
)
def test_a_bad_line_is_reported_with_its_place(text: str, line: int, says: str) -> None:
    _, problems = parse_theme(text, "t.toml")
    assert [(one.file, one.line) for one in problems] == [("t.toml", line)]
    assert says in problems[0].says


def test_a_bad_phrase_does_not_stop_the_others() -> None:
    theme, problems = parse_theme(HEAD + PHRASE.replace("bad", "(") + PHRASE, "t.toml")
    assert len(problems) == 1
    assert len(theme.phrases) == 1


def test_a_theme_that_cannot_be_read_is_empty_and_named_after_its_file() -> None:
    theme, problems = parse_theme("=", "t.toml")
    assert theme == Theme("t.toml")
    assert isinstance(problems[0], Problem)
