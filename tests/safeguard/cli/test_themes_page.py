"""The page of themes: each is there with what it is about, and its phrases are counted."""

from filter_rules.languages import read_themes
from safeguard.cli.themes_page import lines
from safeguard.sources import shipped_languages, shipped_themes


def test_each_theme_is_there_with_its_definition() -> None:
    page = "\n".join(lines())
    themes, problems = read_themes(shipped_themes(), shipped_languages())
    assert problems == []
    for one in themes:
        assert one.definition
        assert f"| `{one.name}` | {one.title} | {one.definition} |" in page


def test_phrases_are_counted_by_language() -> None:
    themes, _ = read_themes(shipped_themes(), shipped_languages())
    counted = [one for one in lines() if one.startswith("| `suicide`")][-1]
    english = [
        phrase
        for theme in themes
        for phrase in theme.phrases
        if theme.name == "suicide" and phrase.language == "en"
    ]
    assert f" {len(english)} " in counted
