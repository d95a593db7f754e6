"""Reading themes: what a file says comes through, and a line that cannot be used is reported."""

import pytest

from filter_rules.phrases import Theme
from filter_rules.theme_files import parse_theme
from filter_rules.types import Kind, Problem, Severity

HEAD = 'name = "t"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\n'
PHRASE = '[[phrase]]\nsays = "s"\nany = ["bad"]\nweight = 4\n'
SETS = HEAD + '[sets]\na = ["red"]\nb = ["blue"]\n'
TOGETHER = '[[together]]\nsays = "s"\nall = ["@a", "@b"]\nweight = 4\n'


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
        (HEAD + 'most = "low"\nfloor = "high"', 1, "floor must not be above most"),
        (HEAD + 'floor = "x"', 1, "floor must be one of none"),
        (HEAD + "definition = 1", 1, "definition must be given as a text"),
        (HEAD + "age_bands = [1]", 1, "age_bands must hold texts"),
        (HEAD + '[ages]\nprimary = "x"', 1, "primary must be a number"),
        (HEAD + "[groups]\nslang = -1", 1, "slang must lie between"),
        (HEAD + PHRASE + 'group = "slang"', 5, "No group is named 'slang'"),
        (HEAD + PHRASE + "once = 1", 5, "once must be given as true or false"),
        (HEAD + PHRASE + "lowered = -1", 5, "lowered must lie between"),
        (HEAD + PHRASE + 'lower_near = ["@x"]', 5, "No context is named 'x'"),
        (HEAD + 'together = ["x"]', 0, "A together must be a table"),
        (SETS + TOGETHER.replace('"@a", "@b"', '"@a", "@a"'), 8, "all must name two sets"),
        (SETS + TOGETHER.replace("@b", "@c"), 8, "No set is named '@c'"),
        (SETS + TOGETHER + "within = 0", 8, "within must lie between 1 and 1000"),
        (SETS + TOGETHER + "within = true", 8, "within must be given as a number"),
        (SETS + TOGETHER + 'any = ["x"]', 8, "'any' is not known here"),
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


def test_a_theme_says_whom_it_matters_for_and_what_it_holds_together() -> None:
    theme, problems = parse_theme(
        HEAD
        + 'definition = "D."\nfloor = "high"\nage_bands = ["primary"]\n'
        + "[ages]\nprimary = 1.5\n[groups]\nslang = 4\n"
        + '[sets]\na = ["red"]\nb = ["blue"]\n'
        + PHRASE
        + 'group = "slang"\nonce = true\nlowered = 1\nlower_near = ["song"]\n'
        + TOGETHER
        + "within = 9\n",
        "t.toml",
    )
    assert problems == []
    assert (theme.definition, theme.floor, theme.age_bands) == ("D.", Severity.HIGH, ("primary",))
    assert (theme.ages, theme.groups) == ({"primary": 1.5}, {"slang": 4})
    (phrase,) = theme.phrases
    assert (phrase.group, phrase.once, phrase.lowered) == ("slang", True, 1)
    assert [one.text for one in phrase.lower_near] == ["song"]
    (one,) = theme.togethers
    assert (one.name, one.within, one.phrase.weight) == ("@a + @b", 9, 4)
    assert [[pattern.text for pattern in group] for group in one.sets] == [["red"], ["blue"]]


@pytest.mark.parametrize(
    ("more", "floor"),
    [
        ("weight = 10", False),
        ("weight = 10\nfirm = true", True),
        ("weight = 8\nraised = 10\nfirm = true", True),
        ("weight = 8\nfirm = true", False),
        ("weight = 4\nfloor = true", True),
        ("weight = 10\nfirm = true\nfloor = false", False),
    ],
)
def test_a_firm_phrase_that_can_be_urgent_alone_is_a_floor_phrase(more: str, floor: bool) -> None:  # noqa: FBT001 - of a table
    text = HEAD + 'unless = ["essay"]\n' + PHRASE.replace("weight = 4", more)
    theme, problems = parse_theme(text, "t.toml")
    assert problems == []
    assert theme.phrases[0].floor is floor
    assert bool(theme.phrases[0].unless) is ("firm" not in more and not floor)
