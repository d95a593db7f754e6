"""Which words a word with a star means, and how a word is named after the stars that it is of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.wildcards import Wildcards, Words

WORDS = ("abba", "baa", "cab", "suicidal", "suicide", "homophobic")


@pytest.mark.parametrize(
    ("wildcard", "meant"),
    [
        ("suicid*", {"suicidal", "suicide"}),
        ("*phobic", {"homophobic"}),
        ("*ab*", {"abba", "cab"}),
        ("*a", {"abba", "baa"}),
        ("zebra*", set()),
    ],
)
def test_a_wildcard_means_the_words_that_begin_hold_or_end_so(
    wildcard: str, meant: set[str]
) -> None:
    assert set(Words(WORDS).meant_by(wildcard)) == meant


@given(st.sets(st.text("ab", min_size=1)), st.text("ab", min_size=1))
def test_no_word_that_a_wildcard_means_is_passed_over(words: set[str], core: str) -> None:
    known = Words(words)
    assert set(known.meant_by(f"{core}*")) == {one for one in words if one.startswith(core)}
    assert set(known.meant_by(f"*{core}")) == {one for one in words if one.endswith(core)}
    assert set(known.meant_by(f"*{core}*")) == {one for one in words if core in one}


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("suicidal", "suicid**"),
        ("suicid", "suicid**"),
        ("subtle", "su**"),
        ("homophobic", "**phobic"),
        ("suphobic", "su**phobic"),
        ("unsexy", "*sex*"),
        ("bread", ""),
    ],
)
def test_a_word_is_named_after_the_longest_wildcards_that_it_is(word: str, name: str) -> None:
    wildcards = Wildcards(["suicid*", "su*", "*phobic", "*sex*"])
    assert wildcards.read(word) == name


STARRED = st.sampled_from(["a*", "ab*", "*b", "*ab", "*ba*", "b*", "*a"])


@settings(deadline=None)
@given(st.sets(STARRED), st.text(st.sampled_from("abc"), min_size=1))
def test_the_name_of_a_word_tells_every_wildcard_that_it_is(wildcards: set[str], word: str) -> None:
    all_of_them = Wildcards(wildcards)
    name = all_of_them.read(word)
    for one in wildcards:
        assert (name in all_of_them.names(one)) == (word in Words([word]).meant_by(one))
