"""Phrases of other languages join the themes that they name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.detector import Detector
from filter_rules.languages import joined, parse_language, read_themes
from filter_rules.types import Kind, Severity

THEME = 'name = "{0}"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\nunless = ["essay"]\n'
ENGLISH = THEME + '[[phrase]]\nsays = "s"\nany = ["bad {0}"]\nweight = 4\n'
HEAD = 'language = "pl"\ntitle = "Polish"\n[contexts]\nschool = ["lekcja"]\n'
PHRASE = '[[phrase]]\ntheme = "one"\nsays = "S."\nany = ["bardzo źle"]\nunless = ["@school"]\nweight = 7\n'
TOGETHER = (
    '[[together]]\ntheme = "one"\nsays = "S."\nall = ["@me", "@end"]\nwithin = 3\nweight = 7\n'
)
SETS = '[sets]\nme = ["ja"]\nend = ["koniec*"]\n'


def test_things_of_a_language_tell_together_in_its_theme() -> None:
    themes, problems = read_themes(
        {"one.toml": ENGLISH.format("one")}, {"pl.toml": HEAD + SETS + TOGETHER}
    )
    assert problems == []
    (found,) = Detector(themes).detect("koniec tak ja", Kind.SEARCH)
    assert (found.theme, found.severity) == ("one", Severity.HIGH)
    assert found.matches[0].language == "pl"
    assert Detector(themes).detect("koniec tak nie on i ja", Kind.SEARCH) == ()


def test_a_phrase_of_another_language_is_found_in_its_theme() -> None:
    themes, problems = read_themes({"one.toml": ENGLISH.format("one")}, {"pl.toml": HEAD + PHRASE})
    assert problems == []
    (found,) = Detector(themes).detect("jest bardzo źle", Kind.SEARCH)
    assert (found.theme, found.severity) == ("one", Severity.HIGH)
    assert found.matches[0].language == "pl"
    assert Detector(themes).detect("bardzo źle lekcja", Kind.SEARCH) == ()
    assert Detector(themes).detect("bardzo źle essay", Kind.SEARCH)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x", 1, "This is not TOML"),
        ("title = 1", 1, "language must be given as a text"),
        ('language = "Polish"\ntitle = "P"', 1, "no code of a language"),
        (HEAD.replace("title", "name"), 1, "'name' is not known here"),
        (HEAD + PHRASE.replace('theme = "one"\n', ""), 5, "theme must be given as a text"),
        (HEAD + PHRASE.replace("7", "700"), 5, "weight must lie"),
        (HEAD + SETS + TOGETHER.replace("@me", "@you"), 8, "No set is named '@you'"),
        ('together = [1]\nlanguage = "pl"\ntitle = "P"', 0, "A together must be a table"),
        ('phrase = [1]\nlanguage = "pl"\ntitle = "P"', 0, "A phrase must be a table"),
    ],
)
def test_what_cannot_be_used_is_a_problem_with_its_line(text: str, line: int, says: str) -> None:
    _, problems = parse_language(text, "pl.toml")
    assert [(one.file, one.line) for one in problems] == [("pl.toml", line)]
    assert says in problems[0].says


def test_phrases_of_no_theme_are_a_problem() -> None:
    language, _ = parse_language(HEAD + PHRASE, "pl.toml")
    together, _ = parse_language(HEAD + SETS + TOGETHER, "pl.toml")
    for one in (language, together):
        assert [problem.says for problem in joined([], [one])[1]] == [
            "There is no theme 'one' for its phrases."
        ]


@settings(deadline=None, max_examples=20)
@given(st.permutations(["one", "two", "three"]), st.booleans())
def test_the_order_of_files_does_not_matter(order: list[str], turned: bool) -> None:  # noqa: FBT001 - made by Hypothesis
    files = {f"{name}.toml": ENGLISH.format(name) for name in order}
    languages = {
        "pl.toml": HEAD + PHRASE,
        "fr.toml": (HEAD + PHRASE).replace('"pl"', '"fr"').replace("źle", "mal"),
    }
    spoken = dict(reversed(languages.items())) if turned else languages
    first, _ = read_themes(dict(sorted(files.items())), languages)
    assert read_themes(files, spoken)[0] == first
