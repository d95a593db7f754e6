"""Anchors: which part of a pattern says most, and how words are written as codes."""

import pytest

from filter_rules.anchors import UNKNOWN, WIDTH, Anchors, Codes, anchored, is_lone
from filter_rules.phrases import Gap, Pattern, Slot, read_pattern
from filter_rules.wildcards import Wildcards


def ways(*said: str) -> frozenset[str]:
    return frozenset(said)


@pytest.mark.parametrize(
    ("slots", "anchor", "first", "last"),
    [
        ((ways("i"), ways("bomb"), ways("it")), {"i bomb it"}, 0, 2),
        ((ways("i", ""), ways("bomb", "shoot")), {"bomb", "shoot"}, 1, 1),
        ((ways("kill"), Gap(4), ways("myself")), {"myself"}, 2, 2),
        ((ways("suicid*"), ways("note")), {"suicid*"}, 0, 0),
        ((ways(*map(str, range(9))), ways(*"abcdefgh")), {str(n) for n in range(9)}, 0, 0),
    ],
)
def test_the_part_that_says_most_is_the_anchor_with_what_may_join_it(
    slots: tuple[Slot, ...], anchor: set[str], first: int, last: int
) -> None:
    assert anchored(slots) == (frozenset(anchor), first, last)


def test_each_word_has_a_code_of_its_own_and_unknown_words_have_one_for_all() -> None:
    words = [f"word{number}" for number in range(5_000)]
    codes = Codes([*words, "i", "a"], Wildcards([]), [])
    written = {codes.of(word) for word in [*words, "i", "a"]}
    assert len(written) == 5_002
    assert {len(code) for code in written} == {WIDTH}
    assert codes.of("bread word1") == UNKNOWN + codes.of("word1")


def test_a_wildcard_is_written_in_each_way_that_it_may_be_read() -> None:
    codes = Codes(["suicide", "note"], Wildcards(["suicid*", "*al"]), ["suicid*", "*al"])
    readings = ("suicide note", "suicid** note", "suicid**al note")
    assert set(codes.ways("suicid* note")) == {codes.of(reading) for reading in readings}


def test_without_patterns_nothing_is_found() -> None:
    assert list(Anchors([], Codes([], Wildcards([]), [])).sightings("......")) == []


def test_matches_never_begin_within_the_code_of_a_word() -> None:
    words = [f"word{number}" for number in range(300)]
    codes = Codes(words, Wildcards([]), [])
    anchors = Anchors([Pattern(word, (ways(word),)) for word in words], codes)
    stream = "".join(map(codes.of, words))
    assert list(anchors.sightings(stream)) == [(word, n, n) for n, word in enumerate(words)]


def test_a_letter_may_be_spaced_out_and_a_sign_or_a_word_of_its_own_may_not() -> None:
    assert [is_lone(one) for one in ("k", "ж", "1", "杀", "ab", "आ")] == [
        True,
        True,
        True,
        *[False] * 3,
    ]


def test_patterns_as_themes_write_them_have_anchors() -> None:
    assert anchored(read_pattern("[i] want to die").slots) == (ways("want to die"), 1, 3)
