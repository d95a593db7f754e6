"""Finding patterns: the same words that a plain search over all phrases finds, and where."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules import phrase_index
from filter_rules.phrase_index import PhraseIndex, Sighting
from filter_rules.phrases import Gap, Pattern, read_pattern


def index(*patterns: str) -> PhraseIndex:
    return PhraseIndex(map(read_pattern, patterns))


def found(patterns: list[str], text: str) -> list[tuple[str, str]]:
    seen = index(*patterns).find(text)
    places = seen.places()
    return sorted((one.pattern, places.words(one)) for all_ in seen.seen.values() for one in all_)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kill me", ["kill me"]),
        ("I kill. ME", ["kill me"]),
        ("skill me", []),
        ("kill men", []),
        ("kill x me", []),
        ("kill me kill me", ["kill me", "kill me"]),
        ("kill kill me", ["kill me"]),
    ],
)
def test_whole_words_that_follow_each_other_are_found(text: str, words: list[str]) -> None:
    assert [what for _, what in found(["kill me"], text)] == words


def test_what_may_be_left_out_belongs_to_the_match_where_it_stands() -> None:
    pattern = "[i] [really] want to (die|go)"
    assert found([pattern], "well i really want to die") == [(pattern, "i really want to die")]
    assert found([pattern], "want to go home") == [(pattern, "want to go")]


def test_the_same_words_are_given_once_however_they_come_about() -> None:
    pattern = "(bad|bad dog) [dog]"
    assert found([pattern], "bad dog") == [(pattern, "bad dog")]


def test_patterns_that_overlap_are_all_found() -> None:
    assert found(["a b", "b c", "b"], "a b c") == [("a b", "a b"), ("b", "b"), ("b c", "b c")]


def test_sightings_count_words_as_read_and_give_places_in_the_text() -> None:
    seen = index("kill myself").find("so: KillMyself, k i l l  myself")
    places = seen.places()
    both = seen.seen["kill myself"]
    assert both == [Sighting("kill myself", 1, 2), Sighting("kill myself", 3, 4)]
    assert [places.of(one) for one in both] == [(4, 14), (16, 31)]
    assert seen.words == 4  # tokens


def test_a_pattern_is_tried_in_a_bounded_number_of_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrase_index, "MOST_TRIES", 3)
    assert len(index("bad").find("bad " * 10).seen["bad"]) == 3


def test_typed_words_are_not_remembered_and_those_of_pages_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phrase_index, "MOST_REMEMBERED", 2 * phrase_index.COST)
    searched = index("bad dog")
    remembered = searched._remembered  # that nothing is kept cannot be seen outside
    searched.find("my secret")
    assert not remembered
    for text in ("a bad dog", "the dog is bad dog", "b c d e f g", "x" * 1_000, "bad bad dog"):
        assert bool(searched.find(text, typed=False).seen) == ("bad dog" in text)
        assert len(remembered) <= 3
    assert dict(remembered) == {"bad": ("bad",), "dog": ("dog",)}


def test_an_index_without_patterns_finds_nothing() -> None:
    assert not PhraseIndex([]).find("anything at all").seen


WORDS = st.sampled_from(["a", "b", "c", "kill", "me"])
WAY = st.lists(WORDS, min_size=1, max_size=2).map(" ".join)
SLOT = st.tuples(st.frozensets(WAY, min_size=1, max_size=12), st.booleans()).map(
    lambda drawn: drawn[0] | {""} if drawn[1] else drawn[0]
)
PATTERN = (
    st.lists(SLOT, min_size=1, max_size=4)
    .filter(lambda slots: any("" not in slot for slot in slots))
    .map(lambda slots: Pattern("p", tuple(slots)))
)


@settings(deadline=None)
@given(PATTERN, st.lists(WORDS, max_size=12).map(" ".join))
def test_a_pattern_is_found_exactly_where_one_of_its_phrases_stands(
    pattern: Pattern, text: str
) -> None:
    filled = [slot for slot in pattern.slots if not isinstance(slot, Gap)]
    phrases = {" ".join(filter(None, ways)) for ways in product(*filled)}
    stands = any(re.search(rf"(?<!\S){re.escape(phrase)}(?!\S)", text) for phrase in phrases)
    seen = PhraseIndex([pattern]).find(text)
    assert bool(seen.seen) == stands
    places = seen.places()
    assert all(places.words(one) in phrases for one in seen.seen.get("p", ()))
