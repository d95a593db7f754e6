"""Folding: what it makes one, what it keeps apart, and that it can be found again."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.text import fold, plain, spans, tokens

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "text.toml").read_text("utf-8"))
FOLDS = [(text, case["folded"]) for case in TABLE["fold"] for text in case["texts"]]
ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(("text", "folded"), FOLDS)
def test_each_text_folds_as_the_table_says(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(deadline=None)
@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(ANY_TEXT)
def test_a_word_in_its_one_spelling_stays_as_it_is(text: str) -> None:
    for token in tokens(text):
        assert plain(plain(token)) == plain(token)


@settings(deadline=None)
@given(ANY_TEXT)
def test_there_is_one_span_for_each_token_and_they_go_forward(text: str) -> None:
    places = list(spans(text))
    assert len(places) == len(tokens(text))
    edges = [edge for place in places for edge in place]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in places)


ODD = st.text(st.sampled_from("aab1 \u0301\u200b..--*/|·@$!'’_(\n\t\0\1ⒶİéШ"), max_size=40)


@settings(deadline=None, max_examples=500)
@given(st.one_of(ANY_TEXT, ODD))
def test_cutting_at_white_space_first_gives_the_tokens_that_stand_at_the_spans(text: str) -> None:
    levelled = text.replace("_", " ").replace("İ", "I").lower()
    stood = [levelled[start:end] for start, end in spans(text)]
    assert [re.sub(r"\s", " ", token) for token in stood] == tokens(text)


def test_a_word_spaced_out_over_the_longest_run_is_cut_as_it_stands() -> None:
    text = "xy*a b " + "a b.c\n" * 300 + "d!ef"
    assert len(tokens(text)) == len(list(spans(text)))


def test_a_capital_that_grows_when_lowered_moves_nothing() -> None:
    text = "İİİ kill"
    assert [text[start:end] for start, end in spans(text)] == ["İİİ", "kill"]
