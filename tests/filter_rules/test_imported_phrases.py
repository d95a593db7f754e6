"""Imported phrases are found inside words and all over a page, and weighed against a limit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules import imported_phrases
from filter_rules.formats.phrase_lists import ListedPhrase, normal, read_phrases
from filter_rules.imported_phrases import (
    HEAVIEST_LIMIT,
    ImportedSet,
    PhraseSets,
    merged,
    record_of,
    set_of,
)
from filter_rules.types import Finding, Kind, Match, Severity


def _set(lines: str, path: str = "weighted", name: str = "games") -> ImportedSet:
    phrases = tuple(one for one in read_phrases(lines, path) if isinstance(one, ListedPhrase))
    return ImportedSet(name, "Games", "gambling", phrases)


def _found(lines: str, text: str, path: str = "weighted", kind: Kind = Kind.PAGE) -> list[str]:
    findings = PhraseSets([_set(lines, path)]).detect(text, kind)
    return sorted(match.phrase for finding in findings for match in finding.matches)


@pytest.mark.parametrize(
    ("term", "text", "is_found"),
    [
        ("<slot>", "slots", True),
        ("<slot>", "Onslots", True),
        ("< slot>", "slots", True),
        ("< slot>", "onslot", False),
        ("<slot >", "onslot!", True),
        ("<slot >", "slots", False),
        ("< slot >", "a slot.", True),
        ("< slot >", "slots", False),
        ("<royal flush>", "a royal \t flush", True),
        ("<royal flush>", "unroyal-flushing", True),
        ("<royal flush>", "a royal\nflush", False),
        ("< royal flush >", "a royal flushing", False),
        ("<royal>,<flush>", "flush\na king\nroyally", True),
        ("<royal>,<flush>", "a royal king", False),
        ("<казино>", "КАЗИНО", True),
        ("<賭博>", "在線賭博網站", True),
    ],
)
def test_a_phrase_is_found_where_e2guardian_finds_it(
    term: str,
    text: str,
    is_found: bool,  # noqa: FBT001  a row
) -> None:
    assert bool(_found(f"{term}<10>", text)) is is_found
    assert bool(_found(f"{term}<10>", text, kind=Kind.CHAT)) is is_found


@pytest.mark.parametrize(
    ("text", "severity", "score"),
    [
        ("casino", Severity.LOW, 6.0),
        ("casino casino casino", Severity.LOW, 6.0),
        ("casino slots", Severity.LOW, 15.0),
        ("casino slots roulette", Severity.MEDIUM, 21.0),
        ("casino slots roulette history", Severity.LOW, 12.0),
        ("casino half", Severity.LOW, 13.5),
    ],
)
def test_weights_add_up_once_each_against_the_limit(
    text: str, severity: Severity, score: float
) -> None:
    lines = "<casino><40>\n<slots><60>\n<roulette><40>\n<history><-60>\n<half><50%>"
    (finding,) = PhraseSets([_set(lines)]).detect(text, Kind.PAGE)
    assert (finding.theme, finding.severity, finding.score) == ("gambling", severity, score)


def test_what_weighs_nothing_is_no_finding() -> None:
    assert _found("<casino><10>\n<history><-10>", "casino history") == []
    assert _found("<history><-10>", "history") == []


def test_of_two_weights_of_one_phrase_the_heavier_counts() -> None:
    (finding,) = PhraseSets([_set("<a><10>\n<a><50>\n<a><20>")]).detect("a", Kind.PAGE)
    assert finding.score == 7.5


def test_a_banned_phrase_reaches_the_limit_alone() -> None:
    (finding,) = PhraseSets([_set("<casino>", "banned")]).detect("a casino", Kind.SEARCH)
    assert finding.severity is Severity.MEDIUM
    assert finding.score > 4.0


def test_an_exception_makes_its_own_set_silent_and_no_other() -> None:
    quiet = _set("<casino>", "banned")
    lifted = _set("<royale>", "exception")
    both = ImportedSet("both", "Both", "gambling", quiet.phrases + lifted.phrases)
    assert PhraseSets([both]).detect("casino royale", Kind.PAGE) == ()
    assert len(PhraseSets([both, quiet]).detect("casino royale", Kind.PAGE)) == 1
    assert [both.weight_of(phrase) for phrase in both.phrases] == [both.limit + 1, 0]


def test_words_of_a_plain_list_add_up() -> None:
    words = _set("casino\nslots\nroulette\npoker", "words.txt")
    (finding,) = PhraseSets([words]).detect("casino, slots, roulette, poker", Kind.PAGE)
    assert finding.severity is Severity.MEDIUM


def test_a_set_may_say_how_severe_it_can_become() -> None:
    grave = ImportedSet("a", "A", "weapons", _set("<x>", "banned").phrases, most=Severity.HIGH)
    mild = ImportedSet("a", "A", "weapons", _set("<x>", "banned").phrases, most=Severity.LOW)
    found = [PhraseSets([one]).detect("x", Kind.PAGE)[0].severity for one in (grave, mild)]
    assert found == [Severity.HIGH, Severity.LOW]


def test_a_match_quotes_the_text_as_it_stands() -> None:
    (finding,) = PhraseSets([_set("<poker>,<flush><10>")]).detect("Play POKER, flush", Kind.PAGE)
    says = "A phrase of the imported set “Games”."
    assert finding.matches == (Match("poker + flush", "POKER", 10.0, 5, 10, says),)


def test_a_phrase_that_stands_otherwise_in_the_text_has_no_quote() -> None:
    (finding,) = PhraseSets([_set("<royal flush><10>")]).detect("İ royal-flush", Kind.PAGE)
    assert finding.matches[0].quote == ""


def test_no_set_says_nothing() -> None:
    assert PhraseSets([]).detect("anything", Kind.PAGE) == ()
    assert _found("<casino><10>", "") == []


def test_what_was_typed_is_not_remembered_and_what_is_remembered_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets = PhraseSets([_set("<casino><10>")])
    sets.detect("secret", Kind.SEARCH)
    assert "secret" not in sets._remembered
    monkeypatch.setattr(imported_phrases, "MOST_REMEMBERED", 3)
    for word in ["one", "two", "three", "four", "a" * 50]:
        sets.detect(f"{word} casino", Kind.PAGE)
    assert len(sets._remembered) <= 3
    assert "a" * 50 not in sets._remembered


def test_a_set_is_kept_and_read_back() -> None:
    one = _set("<a>,< b><10>\n<c><5%>")
    assert set_of(json.loads(json.dumps(record_of(one)))) == one
    assert one.limit <= HEAVIEST_LIMIT


def test_findings_of_one_theme_become_one_the_graver_first() -> None:
    a = Finding("gambling", Severity.LOW, 3.0, (Match("a", "a", 3.0, 0, 1),))
    b = Finding("gambling", Severity.MEDIUM, 16.0, (Match("b", "b", 9.0, 0, 1),))
    c = Finding("drugs", Severity.HIGH, 31.0)
    assert merged([a], [b, c]) == (
        c,
        Finding("gambling", Severity.MEDIUM, 16.0, (*b.matches, *a.matches)),
    )
    assert merged([b, c], [a]) == merged([a], [c, b])


LETTERS = st.text(alphabet="ab -.A\n", max_size=30)


@given(st.lists(st.text(alphabet="ab ", min_size=1, max_size=4), min_size=1, max_size=5), LETTERS)
def test_what_is_found_is_what_a_plain_search_finds(terms: list[str], text: str) -> None:
    wanted = {normal(term) for term in terms if term.strip()}
    lines = "\n".join(f"<{term}><1>" for term in terms)
    blocks = [f" {' '.join(normal(line).split())} " for line in text.split("\n")]
    plain = sorted(" ".join(t.split()) for t in wanted if any(t in block for block in blocks))
    assert _found(lines, text) == plain
