"""The sentence tables of other languages: whole, unrepeated, and in the scripts pupils write."""

import tomllib
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path("tests/tables/phrases/languages")
CODES = ("ar", "bn", "cy", "es", "fr", "gu", "pa", "pl", "pt", "ro", "tr", "ur")
TABLES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.toml"))
}
CASES = [(code, case) for code, table in TABLES.items() for case in table["case"]]
FEWEST = {
    "suicide": 15,
    "self-harm": 12,
    "abuse-disclosure": 12,
    "grooming": 10,
    "eating-disorder": 6,
    "violence": 6,
    "weapons": 6,
    "terrorism-extremism": 6,
    "county-lines": 6,
    "bullying": 6,
    "hate": 6,
    "": 15,
}
SEVERITIES = {"", "medium", "high", "urgent"}
KINDS = {"search", "chat", "page"}
KEYS = {"says", "theme", "severity", "kind", "texts"}
# The letters of the language itself; the languages not named here are written in Latin letters.
SCRIPTS = {"ur": "ARABIC", "ar": "ARABIC", "pa": "GURMUKHI", "bn": "BENGALI", "gu": "GUJARATI"}


def scripts(text: str) -> set[str]:
    """The scripts of the letters of a text, by the first word of their Unicode names."""
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


def written(code: str, theme: str) -> list[str]:
    return [
        text for case in TABLES[code]["case"] if case["theme"] == theme for text in case["texts"]
    ]


def test_every_language_has_its_table() -> None:
    assert tuple(TABLES) == CODES


@pytest.mark.parametrize("code", TABLES)
def test_a_table_names_its_own_language(code: str) -> None:
    assert set(TABLES[code]) == {"language", "case"}
    assert TABLES[code]["language"] == code


@pytest.mark.parametrize(("code", "case"), CASES, ids=lambda value: str(value)[:60])
def test_a_case_says_what_it_expects(code: str, case: dict[str, Any]) -> None:
    assert set(case) <= KEYS
    assert case["says"].endswith("."), f"{code}: a case is described by a sentence"
    assert case["theme"] in FEWEST
    assert case["severity"] in SEVERITIES
    assert bool(case["theme"]) == bool(case["severity"])
    assert case.get("kind", "search") in KINDS
    assert all(text == " ".join(text.split()) != "" for text in case["texts"])


@pytest.mark.parametrize("code", TABLES)
@pytest.mark.parametrize("theme", FEWEST)
def test_every_language_has_enough_sentences_of_a_theme(code: str, theme: str) -> None:
    assert len(written(code, theme)) >= FEWEST[theme]


def test_no_sentence_stands_twice() -> None:
    often = Counter(text.casefold() for _code, case in CASES for text in case["texts"])
    assert [text for text, times in often.items() if times > 1] == []


@pytest.mark.parametrize(("code", "case"), CASES, ids=lambda value: str(value)[:60])
def test_the_letters_are_of_the_language_or_latin(code: str, case: dict[str, Any]) -> None:
    allowed = {"LATIN", SCRIPTS.get(code, "LATIN")}
    strays = {text: scripts(text) - allowed for text in case["texts"]}
    assert {text: stray for text, stray in strays.items() if stray} == {}


@pytest.mark.parametrize("code", [code for code in TABLES if code in SCRIPTS])
@pytest.mark.parametrize("theme", FEWEST)
def test_a_theme_is_in_the_own_letters_and_in_latin_ones(code: str, theme: str) -> None:
    seen = [scripts(text) for text in written(code, theme)]
    assert any(SCRIPTS[code] in found for found in seen)
    assert any(found == {"LATIN"} for found in seen)


@pytest.mark.parametrize("code", [code for code in TABLES if code not in SCRIPTS])
def test_a_latin_language_is_also_typed_without_its_accents(code: str) -> None:
    texts = [text for _code, case in CASES if _code == code for text in case["texts"]]
    plain = [text for text in texts if text.isascii()]
    assert 0 < len(plain) < len(texts)
