"""Weighing: what near words change, how weights add up, and what a page must do to count."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.detector import Detector
from filter_rules.scoring import SHORT_PAGE
from filter_rules.surroundings import NEAR
from filter_rules.theme_files import parse_theme
from filter_rules.types import Beside, Effect, Finding, Kind, Severity

HEAD = 'name = "t"\ntitle = "T"\nfamily = "f"\nfour_cs = "conduct"\n'


def phrase(words: str, weight: float, more: str = "") -> str:
    return f'[[phrase]]\nsays = "s"\nany = ["{words}"]\nweight = {weight}\n{more}\n'


def detect(theme: str, text: str, kind: Kind = Kind.SEARCH) -> Finding | None:
    read, problems = parse_theme(HEAD + theme, "t.toml")
    assert problems == []
    return next(iter(Detector([read]).detect(text, kind)), None)


def score(theme: str, text: str, kind: Kind = Kind.SEARCH) -> float:
    finding = detect(theme, text, kind)
    return finding.score if finding else 0.0


@pytest.mark.parametrize(
    ("weight", "severity"),
    [
        (0.5, Severity.NONE),
        (1, Severity.LOW),
        (3.9, Severity.LOW),
        (4, Severity.MEDIUM),
        (7, Severity.HIGH),
        (10, Severity.URGENT),
    ],
)
@pytest.mark.parametrize("kind", [Kind.SEARCH, Kind.CHAT])
def test_one_typed_phrase_is_as_severe_as_it_weighs(
    weight: float, severity: Severity, kind: Kind
) -> None:
    finding = detect(phrase("bad", weight), "this is bad", kind)
    assert finding is not None
    assert finding.severity == severity


def test_a_theme_is_never_more_severe_than_it_may_be() -> None:
    finding = detect('most = "medium"\n' + phrase("bad", 10), "bad")
    assert finding is not None
    assert finding.severity is Severity.MEDIUM


def test_a_word_near_by_raises_but_not_a_word_of_the_phrase_itself() -> None:
    theme = phrase("bad dog", 2, 'near = ["now", "dog"]\nraised = 8')
    assert score(theme, "bad dog") == 2
    assert score(theme, "bad dog now") == 8
    assert score(theme, "now a bad dog") == 8


def test_a_word_near_by_excuses_even_where_it_is_part_of_the_phrase() -> None:
    theme = phrase("bad", 8, 'unless = ["bad luck", "not"]')
    assert score(theme, "bad") == 8
    assert score(theme, "bad luck") == 0
    assert score(theme, "not bad") == 0


@pytest.mark.parametrize(("between", "weight"), [(NEAR - 1, 0), (NEAR, 8), (NEAR * 4, 8)])
def test_near_is_a_number_of_words(between: int, weight: float) -> None:
    theme = phrase("bad", 8, 'unless = ["not"]')
    assert score(theme, "not " + "very " * between + "bad") == weight
    assert score(theme, "bad " + "very " * between + "not") == weight


def test_the_themes_excuses_count_unless_a_phrase_is_firm() -> None:
    theme = 'unless = ["essay"]\n' + phrase("bad", 5) + phrase("worse", 6, "firm = true")
    assert score(theme, "bad essay") == 0
    assert score(theme, "worse essay") == 6


def test_a_phrase_counts_only_in_its_kinds() -> None:
    theme = phrase("bad", 5, 'kinds = ["chat"]')
    assert score(theme, "bad", Kind.CHAT) == 5
    assert score(theme, "bad", Kind.SEARCH) == 0


def test_each_word_counts_once_for_the_heavier_phrase() -> None:
    theme = phrase("want to go", 3) + phrase("to go", 8)
    assert score(theme, "want to go") == 8


def test_a_phrase_that_is_repeated_counts_once_where_it_was_typed() -> None:
    assert score(phrase("bad", 4), "bad bad bad") == 4


def test_different_phrases_add_up_to_less_than_twice_the_heaviest() -> None:
    words = ["one", "two", "three", "four", "five"]
    theme = "".join(phrase(word, 4) for word in words)
    assert score(theme, "one two") == 6
    assert score(theme, " ".join(words)) == pytest.approx(7.75)


FIVE = ["red", "green", "blue", "black", "pink"]
COLOURS = "".join(phrase(word, 8) for word in FIVE)


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        (FIVE[:1], Severity.LOW),
        (FIVE[:2], Severity.LOW),
        (FIVE[:2] * 9, Severity.LOW),
        (FIVE[:3], Severity.MEDIUM),
        (FIVE, Severity.HIGH),
    ],
)
def test_a_page_must_say_several_different_things(words: list[str], severity: Severity) -> None:
    finding = detect(COLOURS, " ".join(words), Kind.PAGE)
    assert finding is not None
    assert finding.severity == severity


def test_a_long_page_must_say_more_of_them() -> None:
    padding = " and" * SHORT_PAGE * 8
    finding = detect(COLOURS, " ".join(FIVE) + padding, Kind.PAGE)
    assert finding is not None
    assert finding.severity is Severity.LOW


def test_what_stands_in_a_heading_weighs_more_on_a_page() -> None:
    read, _ = parse_theme(HEAD + phrase("bad", 8), "t.toml")
    detector = Detector([read])
    for strong, weight in ((((0, 3),), 12), (((4, 9),), 8), ((), 8)):
        (found,) = detector.detect("bad hair day", Kind.PAGE, strong=strong)
        assert found.score == weight
    (typed,) = detector.detect("bad hair day", Kind.SEARCH, strong=((0, 3),))
    assert typed.score == 8


@pytest.mark.parametrize(
    ("about", "severity"),
    [
        ((), Severity.HIGH),
        (("games",), Severity.HIGH),
        (("news",), Severity.MEDIUM),
        (("games", "health"), Severity.MEDIUM),
    ],
)
def test_a_page_of_a_site_that_reports_must_say_twice_as_much(
    about: tuple[str, ...], severity: Severity
) -> None:
    read, _ = parse_theme(HEAD + COLOURS, "t.toml")
    (found,) = Detector([read]).detect(" ".join(FIVE), Kind.PAGE, about=frozenset(about))
    assert found.severity is severity
    (much,) = Detector([read]).detect(
        " ".join(FIVE), Kind.PAGE, about=frozenset(about), strong=((0, 99),)
    )
    assert much.severity is severity


def test_words_near_by_lower_and_raise_and_both_is_as_neither() -> None:
    theme = phrase("bad", 5, 'near = ["now"]\nraised = 8\nlower_near = ["song"]\nlowered = 2')
    assert score(theme, "bad") == 5
    assert score(theme, "bad song") == 2
    assert score(theme, "bad now") == 8
    assert score(theme, "bad song now") == 5


SLANG = "[groups]\nslang = 4\n"


def test_a_group_weighs_at_most_its_cap() -> None:
    theme = (
        SLANG
        + phrase("red", 3, 'group = "slang"')
        + phrase("blue", 2, 'group = "slang"')
        + phrase("green", 2)
    )
    assert score(theme, "red") == 3
    assert score(theme, "red red blue") == 3 + 1 / 2
    assert score(theme, "red blue green") == 3 + 2 / 2 + 1 / 4
    found = detect(theme, "red blue green")
    assert found is not None
    assert {(one.quote, one.weight, one.capped) for one in found.matches} == {
        ("red", 3, ""),
        ("blue", 1, "slang"),
        ("green", 2, ""),
    }


def test_what_counts_once_is_one_thing_on_a_page_however_it_is_said() -> None:
    words = '["red", "blue", "green"]'
    theme = f'[[phrase]]\nsays = "s"\nany = {words}\nweight = 8\n'
    assert score(theme, "red blue green", Kind.PAGE) == 24
    assert score(theme + "once = true\n", "red blue green", Kind.PAGE) == 8


SETS = '[sets]\na = ["red", "green"]\nb = ["blue"]\n'


def composite(more: str = "") -> str:
    return f'[[together]]\nsays = "both"\nall = ["@a", "@b"]\nweight = 7\n{more}\n'


@pytest.mark.parametrize(
    ("text", "within", "weight"),
    [
        ("red", "", 0),
        ("blue", "", 0),
        ("red and blue", "", 7),
        ("blue and green", "", 7),
        ("blue and green and red and blue", "", 7),
        ("red and blue", "within = 3", 7),
        ("red and blue", "within = 2", 0),
        ("red or rather not green blue", "within = 2", 7),
        ("blue " + "x " * 50 + "red", "", 7),
        ("blue " + "x " * 50 + "red", "within = 30", 0),
    ],
)
def test_things_that_must_stand_together(text: str, within: str, weight: float) -> None:
    assert score(SETS + composite(within), text) == weight


@pytest.mark.parametrize(
    ("text", "weight", "says"),
    [
        ("rope tonight", 9, {"s"}),  # all of it is said by the heavier phrase
        ("rope and a knife tonight", 7, {"both"}),
        ("sad rope tonight", 9, {"s"}),
        ("a blade at dawn", 7, {"both"}),  # heavier than the phrase that says the same
        ("a blade i bought at dawn", 7, {"both"}),
        ("blade alone", 2, {"s"}),
    ],
)
def test_where_a_phrase_says_all_that_stands_together_the_heavier_counts(
    text: str, weight: float, says: set[str]
) -> None:
    theme = (
        phrase("rope tonight", 9)
        + phrase("a blade at dawn", 3)
        + phrase("blade", 2)
        + '[sets]\na = ["rope", "blade"]\nb = ["tonight", "dawn"]\n'
        + composite()
    )
    finding = detect(theme, text)
    assert finding is not None
    assert {one.says for one in finding.matches} >= says
    assert max(one.weight for one in finding.matches) == weight
    assert finding.score <= weight + 1


def test_one_word_is_not_two_things_that_stand_together() -> None:
    theme = SETS.replace('"blue"', '"red", "not red at all"') + composite()
    assert score(theme, "red") == 0
    assert score(theme, "not red at all") == 0
    assert score(theme, "red and red") == 7
    assert score(SETS.replace('"red", ', '"red", "red dog", ') + composite(), "red dog blue") == 7


def test_what_is_said_together_has_its_own_context_and_tells_its_parts() -> None:
    theme = SETS + composite('unless = ["paint"]\nkinds = ["chat"]')
    assert score(theme, "red blue") == 0
    assert score(theme, "red blue paint", Kind.CHAT) == 0
    found = detect(theme, "red and blue", Kind.CHAT)
    assert found is not None
    (match,) = found.matches
    assert (match.quote, match.beside) == ("red", (Beside(Effect.TOGETHER, "blue"),))


FLOOR = (
    'floor = "high"\n'
    + phrase(
        "i want to go",
        10,
        'firm = true\nunless = ["minecraft"]\nlower_near = ["song"]\nlowered = 0',
    )
    + phrase("go away", 10, 'firm = true\nunless = ["minecraft"]')
)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("i want to go", Severity.URGENT),
        ("i want to go minecraft", Severity.LOW),
        ("minecraft i want to go", Severity.LOW),
        ("i want to go. minecraft", Severity.URGENT),
        ("minecraft! i want to go", Severity.URGENT),
        ("i like minecraft but i want to go", Severity.URGENT),
        ("i want to go\nminecraft", Severity.URGENT),
        ("i want to go song", Severity.HIGH),
        ("i want to go. song", Severity.URGENT),
        ("go away", Severity.URGENT),
        ("go away. minecraft", Severity.URGENT),
    ],
)
def test_a_floor_phrase_is_softened_only_within_its_own_sentence(
    text: str, severity: Severity
) -> None:
    found = detect(FLOOR, text)
    assert found is not None
    assert found.severity is severity


def test_a_floor_phrase_that_speaks_of_nobody_is_excused_whole() -> None:
    assert detect(FLOOR, "go away minecraft") is None


def test_a_page_has_no_floor() -> None:
    found = detect(FLOOR, "i want to go", Kind.PAGE)
    assert found is not None
    assert (found.severity, found.floor) == (Severity.LOW, Severity.NONE)
    assert detect(FLOOR, "i want to go. minecraft", Kind.PAGE) is None


def test_a_theme_weighs_more_for_those_for_whom_it_does() -> None:
    read, _ = parse_theme(HEAD + "[ages]\nprimary = 1.5\n" + phrase("bad", 4), "t.toml")
    for groups, weight in (((), 4), (("secondary",), 4), (("primary", "year-3"), 6)):
        (found,) = Detector([read]).detect("bad", Kind.SEARCH, groups=frozenset(groups))
        assert found.score == weight


def test_who_is_exempt_from_a_phrase_is_not_told_of_it() -> None:
    read, _ = parse_theme(HEAD + SETS + phrase("bad", 4) + composite(), "t.toml")
    spared = frozenset(["film-club"])
    theme = replace(
        read,
        phrases=tuple(replace(one, exempt=spared) for one in read.phrases),
        togethers=tuple(
            replace(one, phrase=replace(one.phrase, exempt=spared)) for one in read.togethers
        ),
    )
    detector = Detector([theme])
    assert detector.detect("bad red blue", Kind.SEARCH)
    assert detector.detect("bad red blue", Kind.SEARCH, groups=spared) == ()


def test_a_match_tells_what_stood_beside_it() -> None:
    theme = phrase("bad", 5, 'near = ["now"]\nraised = 8\nlower_near = ["song"]\nunless = ["luck"]')
    for text, effect in (("Bad NOW", Effect.RAISED), ("bad Song", Effect.LOWERED)):
        found = next(iter(_explained(theme, text)))
        assert [one.effect for one in found.matches[0].beside] == [effect]
        assert found.matches[0].full == 5
    (excused,) = _explained(theme, "bad luck")
    assert (excused.score, excused.severity) == (0, Severity.NONE)
    assert excused.matches[0].beside == (Beside(Effect.EXCUSED, "luck"),)
    assert excused.matches[0].sentence == "bad luck"
    assert detect(theme, "bad luck") is None


def _explained(theme: str, text: str) -> tuple[Finding, ...]:
    read, _ = parse_theme(HEAD + theme, "t.toml")
    return Detector([read]).detect(text, Kind.SEARCH, excused_too=True)


@settings(deadline=None, max_examples=30)
@given(st.permutations([("red", 4), ("red dog", 4), ("dog", 5), ("blue", 4), ("dog blue", 5)]))
def test_the_order_of_phrases_does_not_matter(order: list[tuple[str, float]]) -> None:
    ordered = "".join(phrase(*one) for one in sorted(order))
    for kind in Kind:
        found = detect("".join(phrase(*one) for one in order), "a red dog blue", kind)
        assert found == detect(ordered, "a red dog blue", kind)


BENIGN = ["minecraft", "song", "i like cake", "the match was great", "homework", "go", "lol"]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(BENIGN)), st.lists(st.sampled_from(BENIGN)))
def test_no_sentence_before_or_after_softens_an_urgent_one(
    before: list[str], after: list[str]
) -> None:
    text = ". ".join([*before, "i want to go", *after])
    found = detect(FLOOR, text, Kind.CHAT)
    assert found is not None
    assert found.severity is Severity.URGENT
