"""Letters: what looks like which, by the names that Unicode gives them."""

import sys
from unicodedata import name, normalize

import pytest

from filter_rules.letters import EMOJI, LEET, LOOK_ALIKES, SPELT
from filter_rules.text import plain

NAMES = {name(chr(code), ""): chr(code) for code in range(0x80, sys.maxunicode)}
STYLES = (
    "LATIN LETTER SMALL CAPITAL",
    "FULLWIDTH LATIN",
    "CIRCLED LATIN",
    "SQUARED LATIN CAPITAL",
    "NEGATIVE CIRCLED LATIN",
    "NEGATIVE SQUARED LATIN",
    *("MATHEMATICAL BOLD", "MATHEMATICAL ITALIC", "MATHEMATICAL SCRIPT", "MATHEMATICAL FRAKTUR"),
    *("MATHEMATICAL DOUBLE-STRUCK", "MATHEMATICAL SANS-SERIF", "MATHEMATICAL MONOSPACE"),
)
DRAWN_ALIKE = {
    "CYRILLIC": "aеoрcухijsԁԛԝһё",
    "GREEK": "αοιρυνκτχ",
    "ARMENIAN": "օսհոց",
    "CHEROKEE": "ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ",
}
SAYS = dict(
    zip(
        "".join(DRAWN_ALIKE.values()),
        "aeopcyxijsdqwheaoipuvktxouhngabcdeghijklmprstvwyz",
        strict=True,
    )
)


def folded(character: str) -> str:
    return plain(plain(character.lower()).translate(LOOK_ALIKES))


@pytest.mark.parametrize("style", STYLES)
def test_each_style_of_a_latin_letter_is_that_letter(style: str) -> None:
    read = {
        called: folded(character)
        for called, character in NAMES.items()
        if called.startswith(f"{style} ") and len(called.rpartition(" ")[2]) == 1
    }
    assert len(read) > 20
    assert {called: called[-1].lower() for called in read} == read


@pytest.mark.parametrize(("character", "letter"), SAYS.items())
def test_each_letter_of_another_script_is_what_it_looks_like(character: str, letter: str) -> None:
    assert folded(character) == letter
    assert folded(character.upper()) == letter


def test_what_looks_like_a_letter_is_one_letter_or_digit_of_ours_and_never_ascii_itself() -> None:
    for table in (LOOK_ALIKES, SPELT):
        assert all(code > 0x7F for code in table)
        assert all(len(says) <= 2 for says in table.values())
    assert all(says.isascii() and says.islower() for says in LOOK_ALIKES.values())
    assert all(chr(says).isalpha() for leet in LEET for says in leet.values())


@pytest.mark.parametrize(("picture", "word"), EMOJI.items())
def test_a_picture_is_read_as_one_plain_word(picture: str, word: str) -> None:
    assert plain(picture) == word == plain(word)
    assert len(picture) == 1
    assert normalize("NFKC", picture) == picture
