"""Phrase lists of e2guardian and plain word lists, in the charsets that they come in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.formats.phrase_lists import (
    LONGEST_PHRASE,
    MOST_TERMS,
    Include,
    ListedPhrase,
    ListKind,
    kind_of,
    normal,
    read_phrases,
    text_of,
)
from filter_rules.types import Problem

WEIGHTED, BANNED = ListKind.WEIGHTED, ListKind.BANNED


def _only(text: str, path: str = "weighted") -> ListedPhrase | Include | Problem:
    (found,) = read_phrases(text, path)
    return found


@pytest.mark.parametrize(
    ("line", "terms", "weight", "percent"),
    [
        ("<casino><30>", ("casino",), 30, False),
        ("< slots ><40>", (" slots ",), 40, False),
        ("<Royal  Flush><5>", ("royal flush",), 5, False),
        ("<one>,< two><-20>", ("one", " two"), -20, False),
        ("<one> , <two> <50%>  # said so", ("one", "two"), 50, True),
        ("<one>,<one><7>", ("one",), 7, False),
        ("<play-on.line><7>", ("play on line",), 7, False),
        ("<казино><7>", ("казино",), 7, False),
    ],
)
def test_a_weighted_line_reads_so(
    line: str,
    terms: tuple[str, ...],
    weight: float,
    percent: bool,  # noqa: FBT001  a row
) -> None:
    assert _only(line) == ListedPhrase(terms, WEIGHTED, weight, percent)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/weighted_polish", WEIGHTED),
        ("bannedphraselist", BANNED),
        ("a/banned", BANNED),
        ("goodphrases/exception_email", ListKind.EXCEPTION),
        ("a/words.txt", None),
    ],
)
def test_the_name_of_a_file_tells_what_its_phrases_do(path: str, kind: ListKind | None) -> None:
    assert kind_of(path) is kind


def test_where_the_name_does_not_tell_the_line_does() -> None:
    assert _only("<one><5>", "list") == ListedPhrase(("one",), WEIGHTED, 5)
    assert _only("<one>,<two>", "list") == ListedPhrase(("one", "two"), BANNED)
    assert _only("<one><5>", "banned") == ListedPhrase(("one",), BANNED)


def test_categories_count_for_the_lines_below() -> None:
    text = '#listcategory: "Games"\n# a comment\n\n<one><5>\n#noconvert\n<two><6>'
    assert [getattr(one, "about", "") for one in read_phrases(text, "weighted")] == ["Games"] * 2


def test_what_a_list_takes_in_is_told() -> None:
    assert _only(".Include</etc/lists/games/weighted>") == Include("/etc/lists/games/weighted")


def test_what_would_lift_in_some_hours_only_lifts_nothing() -> None:
    times = "#time: 9 0 15 0 01234\n<one>"
    assert isinstance(_only(times, "exception"), Problem)
    assert _only(times, "banned") == ListedPhrase(("one",), BANNED)


@pytest.mark.parametrize(
    "line",
    [
        "<one", "one>", "<one>>", "<one><5", "<one>,<5>x", "<one>", "<><5>", "< . ><5>",
        "<one><10001>", "<one><-10001>", f"<{'a' * (LONGEST_PHRASE + 1)}><5>",
        ",".join(f"<{number}a>" for number in range(MOST_TERMS + 1)) + "<5>",
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_a_problem_with_its_place(line: str) -> None:
    found = list(read_phrases(f"# first\n{line}\n<fine><5>", "weighted"))
    assert isinstance(found[0], Problem)
    assert (found[0].file, found[0].line) == ("weighted", 2)
    assert found[0].says.endswith(".")
    assert found[1] == ListedPhrase(("fine",), WEIGHTED, 5)


def test_plain_words_are_whole_words() -> None:
    assert _only("Slot machine # a comment", "words.txt") == ListedPhrase(
        (" slot machine ",), ListKind.WORDS
    )


def test_an_array_of_words_is_read() -> None:
    found = list(read_phrases(json.dumps(["one", 2, "# three"]), "en.json"))
    assert found[0] == ListedPhrase((" one ",), ListKind.WORDS)
    assert isinstance(found[1], Problem)
    assert found[2] == ListedPhrase((" three ",), ListKind.WORDS)
    assert isinstance(_only("[broken", "en.json"), Problem)


RUSSIAN = "<это обычная фраза на русском языке>,<и она довольно длинная><10>\n" * 20


@pytest.mark.parametrize(
    ("body", "path", "charset"),
    [
        (RUSSIAN.encode(), "weighted", ""),
        (RUSSIAN.encode("utf-8-sig"), "weighted", ""),
        (RUSSIAN.encode("cp1251"), "russian-1251/weighted", ""),
        (RUSSIAN.encode("koi8-r"), "russian-koi8-r/weighted", ""),
        (RUSSIAN.encode("koi8-r"), "weighted", "koi8-r"),
        (b"#charset: koi8-r\n" + RUSSIAN.encode("koi8-r"), "weighted", ""),
        (RUSSIAN.encode("cp1251"), "weighted", ""),
        (RUSSIAN.encode("koi8-r"), "weighted", ""),
    ],
)
def test_a_list_is_read_in_the_charset_that_it_comes_in(
    body: bytes, path: str, charset: str
) -> None:
    found = list(read_phrases(text_of(body, path, charset), path))
    assert found[0] == ListedPhrase(
        ("это обычная фраза на русском языке", "и она довольно длинная"), WEIGHTED, 10
    )


def test_a_file_that_changes_its_charset_on_the_way_is_read_line_by_line() -> None:
    lines = ["<賭博 カジノ><5>\n".encode(codec) for codec in ("utf-8", "euc_jp", "cp932")]
    text = text_of(b"".join(lines) + b"\xff\n", "japanese/weighted")
    assert text.count("<賭博 カジノ><5>\n") == 3


def test_a_western_list_is_not_taken_for_russian() -> None:
    assert text_of("<très cher été><5>".encode("latin-1"), "weighted") == "<très cher été><5>"


def test_bytes_that_are_in_no_charset_we_guess_are_read_as_western() -> None:
    assert text_of(b"\xff\xfe\xfd\x81", "weighted") != ""


@given(st.text(), st.sampled_from(["weighted", "banned", "exception", "a.json", "words.txt"]))
def test_nothing_raises_and_terms_are_normal(text: str, path: str) -> None:
    for found in read_phrases(text, path):
        if isinstance(found, ListedPhrase):
            assert all(normal(term) == term and term.strip() for term in found.terms)


@given(st.binary(max_size=200))
def test_every_file_can_be_decoded(body: bytes) -> None:
    assert isinstance(text_of(body, "weighted"), str)
