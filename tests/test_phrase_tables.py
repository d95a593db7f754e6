"""The sentence tables that detection is judged by: they parse, and they say what they must."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

TABLES = sorted((Path(__file__).parent / "tables" / "phrases").glob("*.toml"))
NAMES = {
    "suicide",
    "self-harm",
    "eating-disorder",
    "mental-health",
    "bullying",
    "abuse-disclosure",
    "grooming",
    "running-away",
    "sexual-content",
    "violence",
    "weapons",
    "terrorism-extremism",
    "hate",
    "misogyny",
    "drugs",
    "county-lines",
    "gambling",
    "profanity",
    "circumvention",
    "cheating",
    "help-seeking",
}
LEAST_CASES = 1


def cases(table: Path) -> list[dict[str, Any]]:
    return tomllib.loads(table.read_text(encoding="utf-8"))["case"]  # type: ignore[no-any-return]  # TOML has no types


def test_every_theme_and_everyday_life_have_a_table() -> None:
    assert {table.stem for table in TABLES} == NAMES | {"benign"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_a_case_names_its_own_theme_or_none_and_a_known_severity(table: Path) -> None:
    found = cases(table)
    assert len([case for case in found if case["theme"] == table.stem]) >= (
        0 if table.stem == "benign" else LEAST_CASES
    )
    for case in found:
        assert set(case) == {"says", "theme", "severity", "kind", "texts"}
        assert case["theme"] in {"", table.stem}
        assert case["severity"] in {"", "low", "medium", "high", "urgent"}
        assert case["kind"] in {"search", "chat", "page"}
        assert case["says"]
        assert case["texts"]
        if case["theme"] in {"", "help-seeking"}:
            assert case["severity"] == ""


def test_no_text_stands_in_two_places() -> None:
    texts = [text for table in TABLES for case in cases(table) for text in case["texts"]]
    assert len(texts) == len(set(texts))
