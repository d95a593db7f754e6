"""The phrases of other languages that are shipped: all can be read, and idioms are no alarm."""

from pathlib import Path

import pytest

from filter_rules.detector import Detector
from filter_rules.languages import parse_language, read_themes
from filter_rules.types import Kind, Severity

DATA = Path(__file__).parent.parent / "filter_rules" / "data"
LANGUAGES = {file.name: file.read_text() for file in (DATA / "languages").glob("*.toml")}
THEMES = {file.name: file.read_text() for file in (DATA / "themes").glob("*.toml")}

# What people say of laughter, hunger or a game, what stands in lessons, and English that looks
# like words of another language.
HARMLESS = (
    "me muero de risa",
    "quiero morir de vergüenza",
    "me corto el pelo mañana",
    "estou a morrer de fome",
    "je meurs de rire",
    "je me suis coupé en faisant la cuisine",
    "mor de foame",
    "gülmekten öldüm",
    "umieram ze śmiechu",
    "skoczyć z łóżka",
    "dw i'n marw isio bwyd",
    "moron a thatws ar gyfer cinio",
    "romeo et juliette résumé",
    "la guerra civil resumen",
    "to be or not to be",
    "on sale now",
    "pain au chocolat recipe",
    "coin collecting",
    "tesco opening times",
)


@pytest.fixture(scope="module")
def detector() -> Detector:
    themes, problems = read_themes(THEMES, LANGUAGES)
    assert problems == []
    return Detector(themes)


@pytest.mark.parametrize("file", sorted(LANGUAGES))
def test_a_shipped_language_has_no_problems_and_its_name_is_its_code(file: str) -> None:
    language, problems = parse_language(LANGUAGES[file], file)
    assert problems == []
    assert f"{language.code}.toml" == file
    assert language.phrases


@pytest.mark.parametrize("kind", [Kind.SEARCH, Kind.CHAT])
@pytest.mark.parametrize("text", HARMLESS)
def test_an_idiom_or_a_lesson_is_no_alarm(detector: Detector, text: str, kind: Kind) -> None:
    found = detector.detect(text, kind)
    assert all(one.severity < Severity.MEDIUM for one in found), found
