"""Finding patterns: the same words that a plain search over all phrases finds, and where."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from re import fullmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules import anchors, phrase_index
from filter_rules.phrase_index import PhraseIndex, Sighting, Sightings
from filter_rules.phrases import Gap, Pattern, Slot, read_pattern

TABLES = Path(__file__).parents[1] / "tables"


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
    assert seen.words == 5


def test_a_pattern_is_tried_in_a_bounded_number_of_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "MOST_TRIES", 3)
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
    assert remembered.keys() == {"bad", "dog"}


def test_an_index_without_patterns_finds_nothing() -> None:
    assert not PhraseIndex([]).find("anything at all").seen


WORDS = st.sampled_from(["a", "b", "c", "kill", "me", "mean", "army"])
STARS = st.sampled_from(["me*", "*my", "*ea*"])
SAID = st.one_of(WORDS, WORDS, STARS)
WAY = st.lists(SAID, min_size=1, max_size=2).map(" ".join)
WAYS = st.tuples(st.frozensets(WAY, min_size=1, max_size=12), st.booleans()).map(
    lambda drawn: drawn[0] | {""} if drawn[1] else drawn[0]
)
SLOT = st.one_of(WAYS, WAYS, WAYS, st.integers(1, 3).map(Gap))
TEXT_WORDS = st.one_of(WORDS, st.sampled_from(["meat", "tummy", "sea", "zoo"]))
TEXTS = st.lists(TEXT_WORDS, max_size=12).map(" ".join)


def always_stands(slots: list[Slot]) -> bool:
    return any(not isinstance(slot, Gap) and "" not in slot for slot in slots)


PATTERN = (
    st.lists(SLOT, min_size=1, max_size=4)
    .filter(always_stands)
    .map(lambda slots: Pattern(repr(slots), tuple(slots)))
)


def is_word(said: str, word: str) -> bool:
    return fullmatch(said.replace("*", ".*"), word) is not None


def naive(slots: tuple[Slot, ...], words: list[str], start: int) -> set[int]:
    """Where a match that starts here may end: slowly, and for certain."""
    ends = {start}
    for slot in slots:
        if isinstance(slot, Gap):
            ends = {end + more for end in ends for more in range(slot.most + 1)}
            continue
        ends = {
            end + len(way.split())
            for end in ends
            for way in slot
            if len(words[end : end + len(way.split())]) == len(way.split())
            and all(map(is_word, way.split(), words[end:]))
        }
    return {end for end in ends if end <= len(words)}


@settings(deadline=None)
@given(st.lists(PATTERN, min_size=1, max_size=3, unique_by=lambda one: one.text), TEXTS)
def test_patterns_are_found_exactly_where_a_slow_search_finds_them(
    patterns: list[Pattern], text: str
) -> None:
    words = text.split()
    seen = PhraseIndex(patterns).find(text)
    assert seen.words == len(words)
    for pattern in patterns:
        matches = {
            (start, end - 1)
            for start in range(len(words) + 1)
            for end in naive(pattern.slots, words, start)
        }
        sightings = {(one.first, one.last) for one in seen.seen.get(pattern.text, ())}
        assert sightings <= matches
        assert all(
            any(first <= start and end <= last for first, last in sightings)
            for start, end in matches
        )


@settings(deadline=None)
@given(st.lists(PATTERN, max_size=3, unique_by=lambda one: one.text), st.randoms(), TEXTS)
def test_the_order_of_patterns_never_matters(
    patterns: list[Pattern], chance: Random, text: str
) -> None:
    shuffled = sorted(patterns, key=lambda _: chance.random())
    one, other = PhraseIndex(patterns).find(text).seen, PhraseIndex(shuffled).find(text).seen
    assert {name: set(found) for name, found in one.items()} == {
        name: set(found) for name, found in other.items()
    }


EVASIONS = tomllib.loads((TABLES / "phrase_evasions.toml").read_text("utf-8"))
FINDABLE = PhraseIndex(map(read_pattern, EVASIONS["patterns"]))


@pytest.mark.parametrize(
    ("text", "pattern"),
    [(text, case["finds"]) for case in EVASIONS["case"] for text in case["texts"]],
)
def test_however_it_is_spelt_it_is_found_and_what_only_looks_like_it_is_not(
    text: str, pattern: str
) -> None:
    assert set(FINDABLE.find(text).seen) == ({pattern} if pattern else set())


BENIGN = st.lists(
    st.sampled_from(["we", "baked", "bread", "today", "42", "and", "ärger"]), max_size=8
)


@settings(deadline=None)
@given(st.sampled_from([t for c in EVASIONS["case"] for t in c["texts"]]), BENIGN, BENIGN)
def test_benign_words_around_never_change_what_is_seen(
    text: str, before: list[str], after: list[str]
) -> None:
    around = " ".join([*before, text, *after])
    assert set(FINDABLE.find(around).seen) == set(FINDABLE.find(text).seen)


def quotes(text: str, seen: Sightings) -> list[str]:
    places = seen.places()
    return [text[slice(*places.of(one))] for found in seen.seen.values() for one in found]


@settings(deadline=None)
@given(
    parts=st.lists(st.sampled_from(["kill myself", "k i l l", "k%69ll", "🔪", "a b", "自杀", "x"])),
    typed=st.booleans(),
)
def test_each_sighting_points_into_the_text(parts: list[str], *, typed: bool) -> None:
    text = " ".join(parts)
    for quote in quotes(text, FINDABLE.find(text, typed=typed)):
        assert quote
        assert quote == quote.strip()


def test_words_far_into_a_long_text_are_found_where_they_stand() -> None:
    text = "bread and butter " * 20_000 + "kill my-self"
    seen = FINDABLE.find(text, typed=False)
    assert quotes(text, seen) == ["kill my-self"]
    assert seen.words == 60_002
    assert not seen.cut


def test_a_text_without_a_space_is_read_to_the_end() -> None:
    assert FINDABLE.find("x" * 50_000 + " kill myself").seen


def test_when_the_time_is_spent_what_was_read_counts_and_the_rest_is_said_to_be_missing() -> None:
    text = "kill myself " + "bread " * 20_000 + "kill myself"
    answers = iter([False, True])
    seen = FINDABLE.find(text, spent=lambda: next(answers))
    assert len(seen.seen["kill myself"]) == 1
    assert seen.cut
    assert seen.words < 10_000


def test_no_text_shows_in_what_is_seen_of_another_at_the_same_time() -> None:
    def seen(number: int) -> bool:
        mine, others = ("kill myself", "bread") if number % 2 else ("bread", "kill myself")
        text = f"{number} {mine} {number}"
        found = FINDABLE.find(text, typed=number % 3 == 0)
        return bool(found.seen) == (mine != "bread") and others not in str(quotes(text, found))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(seen, range(2_000)))


def test_a_pattern_of_gaps_alone_cannot_be_looked_for() -> None:
    with pytest.raises(TypeError):
        PhraseIndex([Pattern("…", (Gap(3),))])
