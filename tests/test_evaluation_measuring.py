"""What is said of texts becomes numbers, and no number quotes a text."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.detection.evaluation import PARTS, Evaluated, Places, drawn, evaluate, read_judged_true
from bench.detection.judging import CHUNK, Progress, judge_all
from bench.detection.measuring import (
    Compared,
    Judged,
    benign_numbers,
    causes,
    labelled_numbers,
    language_numbers,
    own_numbers,
    reddit_numbers,
    robust_numbers,
)
from bench.detection.own_tables import Half, OwnText, half_of
from bench.detection.public_sets import ACUTE, BENIGN, LABELLED, REDDIT, NaiveList, Row, rows
from bench.detection.subject import Cause, Subject, Told
from filter_rules.phrases import Phrase, Theme, read_pattern
from filter_rules.types import Kind, Severity
from safeguard.problems import UnusableError


@contextmanager
def quiet() -> Iterator[Progress]:
    yield lambda _what, _done, _of: None


def _theme(name: str, pattern: str, weight: float, *, seeks_help: bool = False) -> Theme:
    phrase = Phrase((read_pattern(pattern),), f"Says {name}.", weight, weight)
    return Theme(name, help_seeking=seeks_help, phrases=(phrase,))


THEMES = (
    _theme("fire", "(set|start) [a] fire", 10),
    _theme("rain", "heavy rain", 4),
    _theme("snow", "snow", 1),
    _theme("shelter", "find shelter", 4, seeks_help=True),
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(THEMES)


class TestSubject:
    def test_it_tells_themes_severities_and_why_in_words_of_the_themes(
        self, subject: Subject
    ) -> None:
        told = subject.judge("tomorrow I s3t a f1re and get snow", Kind.CHAT)
        assert told.themes == {"fire": Severity.URGENT, "snow": Severity.LOW}
        assert told.causes == (Cause("fire", "Says fire.", "(set|start) [a] fire", "set a fire"),)
        assert told.flagged

    def test_what_is_only_noticed_is_not_flagged(self, subject: Subject) -> None:
        told = subject.judge("snow", Kind.SEARCH)
        assert (told.flagged, told.severity, told.causes) == (False, Severity.LOW, ())

    def test_the_search_for_help_is_found_and_never_flagged(self, subject: Subject) -> None:
        told = subject.judge("where can i find shelter", Kind.SEARCH)
        assert not told.flagged
        assert told.reaches("shelter", Severity.NONE)

    def test_a_theme_must_be_found_to_be_reached_however_mild(self, subject: Subject) -> None:
        told = subject.judge("a quiet day", Kind.SEARCH)
        assert not told.reaches("fire", Severity.NONE)
        assert told == Told({}, frozenset(), ())


URGENT = {"fire": Severity.URGENT}
MEDIUM = {"fire": Severity.MEDIUM}
CAUSE = Cause("fire", "Says fire.")


def _judged(
    text: str,
    theme: str,
    severity: Severity,
    told: dict[str, Severity],
    language: str = "en",
    help: frozenset[str] = frozenset(),  # noqa: A002 - as the field is called
) -> Judged:
    own = OwnText(text, Kind.SEARCH, theme, severity, "", language)
    return Judged(own, Told(told, help, (CAUSE,)))


class TestOwn:
    JUDGED = (
        _judged("a", "fire", Severity.URGENT, URGENT),
        _judged("b", "fire", Severity.URGENT, MEDIUM),
        _judged("c", "fire", Severity.URGENT, {}),
        _judged("d", "fire", Severity.MEDIUM, URGENT),
        _judged("m", "rain", Severity.LOW, {"rain": Severity.LOW}),
        _judged("f", "", Severity.NONE, {}),
        _judged("g", "", Severity.NONE, MEDIUM),
        _judged("h", "shelter", Severity.NONE, {}, help=frozenset(("shelter",))),
        _judged("i", "fire", Severity.URGENT, URGENT, "pl"),
    )

    def test_found_is_the_right_theme_severe_enough_and_flagged_is_any(self) -> None:
        numbers = own_numbers(self.JUDGED)
        assert numbers["own.all.urgent.recall"].value == pytest.approx(1 / 3)
        assert numbers["own.all.urgent.flagged"].value == pytest.approx(2 / 3)
        assert numbers["own.all.overall.recall"].value == pytest.approx(3 / 5)

    def test_what_is_only_to_be_noticed_need_not_be_flagged(self) -> None:
        assert own_numbers(self.JUDGED)["own.all.overall.flagged"].of == 4

    def test_harmless_sentences_are_counted_by_the_thousand(self) -> None:
        numbers = own_numbers(self.JUDGED)
        assert numbers["own.all.benign.any.false_per_1000"].value == pytest.approx(1000 / 3)
        assert numbers["own.all.benign.search.false_per_1000"].of == 3

    def test_the_search_for_help_has_a_recall_of_its_own(self) -> None:
        assert own_numbers(self.JUDGED)["own.help.recall"].value == 1

    def test_halves_are_told_apart_and_make_up_the_whole(self) -> None:
        numbers = own_numbers(self.JUDGED)
        halves = [
            numbers[f"own.{half}.overall.recall"].of
            for half in Half
            if f"own.{half}.overall.recall" in numbers
        ]
        assert sum(halves) == numbers["own.all.overall.recall"].of
        held_back = [one for one in "abcdm" if half_of(one) is Half.HELD_BACK]
        assert numbers["own.held-back.overall.recall"].of == len(held_back)

    def test_how_severe_is_told_by_how_severe_it_must_be(self) -> None:
        numbers = own_numbers(self.JUDGED)
        shares = [numbers[f"severity.urgent.{got.word}"].value for got in Severity]
        assert shares == pytest.approx([1 / 3, 0, 1 / 3, 0, 1 / 3])
        assert numbers["severity.low.low"].value == 1
        assert "severity.high.low" not in numbers

    def test_a_theme_has_precision_recall_and_f1(self) -> None:
        numbers = own_numbers(self.JUDGED)
        assert numbers["theme.fire.recall"].value == pytest.approx(2 / 4)
        assert numbers["theme.fire.precision"].value == pytest.approx(2 / 3)
        assert numbers["theme.fire.f1"].value == pytest.approx(2 * 2 / (2 * 2 + 1 + 2))

    def test_a_flag_of_a_neighbouring_theme_is_wrong_but_not_beside_harmless_texts(self) -> None:
        judged = (*self.JUDGED, _judged("j", "rain", Severity.MEDIUM, MEDIUM))
        numbers = own_numbers(judged)
        assert numbers["theme.fire.precision"].value == pytest.approx(2 / 4)
        assert numbers["theme.fire.precision_beside_harmless"].value == pytest.approx(2 / 3)

    def test_other_languages_are_measured_apart(self) -> None:
        judged = (
            _judged("i", "suicide", Severity.URGENT, {"suicide": Severity.URGENT}, "pl"),
            _judged("j", "suicide", Severity.HIGH, {}, "pl"),
            _judged("k", "hate", Severity.HIGH, {}, "pl"),
            _judged("l", "", Severity.NONE, {}, "pl"),
            _judged("m", "grooming", Severity.URGENT, {"grooming": Severity.URGENT}, "cy"),
        )
        numbers = language_numbers((*judged, *self.JUDGED[:1]))
        assert numbers["language.pl.all.urgent_themes.recall"].value == pytest.approx(1 / 2)
        assert numbers["language.pl.overall.recall"].value == pytest.approx(1 / 3)
        assert numbers["language.pl.theme.hate.recall"].value == 0
        assert numbers["language.pl.benign.any.false_per_1000"].value == 0
        assert numbers["languages.least.urgent_themes.recall"].value == pytest.approx(1 / 2)
        assert own_numbers(judged) == {}

    def test_disguises_are_measured_beside_the_plain_sentences(self) -> None:
        plain = self.JUDGED[:4]
        worse = [Judged(one.own, Told()) for one in plain[:1]] + list(plain[1:])
        numbers = robust_numbers(plain, {"leet": worse, "upper-case": plain})
        assert numbers["robust.upper-case.ratio"].value == 1
        assert numbers["robust.leet.ratio"].value == pytest.approx(1 / 2)
        assert numbers["robust.least.ratio"].value == pytest.approx(1 / 2)

    def test_a_disguise_that_no_gate_asks_for_is_not_the_least(self) -> None:
        plain = self.JUDGED[:1]
        numbers = robust_numbers(
            plain, {"leet": plain, "dropped-letter": [Judged(plain[0].own, Told())]}
        )
        assert numbers["robust.dropped-letter.ratio"].value == 0
        assert numbers["robust.least.ratio"].value == 1


def _row(
    *, flagged: bool, naive: bool, positive: bool | None = False, label: str = "", part: str = ""
) -> Compared:
    told = Told(URGENT, frozenset(), (CAUSE,)) if flagged else Told({"snow": Severity.LOW})
    return Compared(Row("secret words", label, part, positive), told, naive)


class TestSets:
    def test_flags_on_harmless_texts_are_counted_by_part(self) -> None:
        judged = [
            _row(flagged=True, naive=False, part="lesson"),
            _row(flagged=False, naive=True, part="lesson"),
            _row(flagged=False, naive=False, part="unit"),
        ]
        numbers = benign_numbers("oak", judged, frozenset())
        assert numbers["oak.false_per_1000"].value == pytest.approx(1000 / 3)
        assert numbers["oak.naive_per_1000"].value == pytest.approx(1000 / 3)
        assert numbers["oak.lesson.false_per_1000"].value == pytest.approx(500)
        assert numbers["oak.unit.false_per_1000"].value == 0

    def test_what_a_person_judged_true_is_flagged_and_not_false(self) -> None:
        judged = [_row(flagged=True, naive=False), _row(flagged=False, naive=False)]
        numbers = benign_numbers("trec", judged, frozenset((("fire", "Says fire."),)))
        assert numbers["trec.flagged_per_1000"].value == pytest.approx(500)
        assert numbers["trec.false_per_1000"].value == 0

    def test_a_flag_for_something_else_as_well_is_false(self) -> None:
        told = Told(URGENT, frozenset(), (CAUSE, Cause("rain", "Says rain.")))
        judged = [Compared(Row("", "", "", positive=False), told)]
        numbers = benign_numbers("trec", judged, frozenset((("fire", "Says fire."),)))
        assert numbers["trec.false_per_1000"].value == 1000

    def test_a_labelled_set_is_measured_beside_the_plain_list(self) -> None:
        judged = [
            _row(flagged=True, naive=True, positive=True),
            _row(flagged=True, naive=False, positive=True),
            _row(flagged=False, naive=True, positive=False),
            _row(flagged=True, naive=True, positive=False),
            _row(flagged=True, naive=True, positive=None),
        ]
        numbers = labelled_numbers("olid", judged)
        assert numbers["olid.recall"].value == 1
        assert numbers["olid.false"].value == pytest.approx(1 / 2)
        assert numbers["olid.precision"].value == pytest.approx(2 / 3)
        assert numbers["olid.naive_recall"].value == pytest.approx(1 / 2)
        assert numbers["olid.recall_ratio"].value == pytest.approx(2)
        assert numbers["olid.false_ratio"].value == pytest.approx(1 / 2)
        assert numbers["olid.noticed_false"].value == 1

    def test_forums_are_told_apart(self) -> None:
        acute = Told({"suicide": Severity.HIGH}, frozenset(), (CAUSE,))
        judged = [
            Compared(Row("", "guns", "", None), acute, naive=True),
            Compared(Row("", "guns", "", None), Told(URGENT, frozenset(), (CAUSE,))),
        ]
        numbers = reddit_numbers(judged)
        assert numbers["reddit.guns.flagged"].value == 1
        assert numbers["reddit.guns.acute"].value == pytest.approx(1 / 2)
        assert numbers["reddit.guns.naive"].value == pytest.approx(1 / 2)

    def test_a_phrase_is_told_only_where_several_texts_say_it(self) -> None:
        rare, common = (Cause("fire", "Says fire.", "p", phrase) for phrase in ("rare", "common"))
        judged = [
            Compared(Row("", "", "", positive=number < 2), Told(URGENT, frozenset(), (cause,)))
            for cause, times in ((rare, 2), (common, 3))
            for number in range(times)
        ]
        assert causes(judged) == [
            (Cause("fire", "Says fire.", "p", "common"), 2, 1),
            (Cause("fire", "Says fire.", "p", ""), 2, 0),
        ]

    @pytest.mark.parametrize(
        ("name", "label", "positive"),
        [
            ("olid", "offensive:untargeted", True),
            ("olid", "not_offensive", False),
            ("davidson", "hate", True),
            ("davidson", "neither", False),
            ("edos", "sexist:threats", True),
            ("edos", "not_sexist", False),
            ("hatexplain", "offensive", True),
            ("hatexplain", "normal", False),
            ("formspring", "bully-votes-0", False),
            ("formspring", "bully-votes-1", None),
            ("formspring", "bully-votes-2", True),
        ],
    )
    def test_labels_are_read_as_their_authors_meant_them(
        self, name: str, label: str, *, positive: bool | None
    ) -> None:
        one = next(one for one in LABELLED if one.name == name)
        line = json.dumps({"text": "x", "label": label, "source": "a:b:c"})
        assert list(rows([line], one)) == [Row("x", label, "c", positive)]

    @pytest.mark.parametrize(
        ("text", "flagged"),
        [
            ("a Bad day", True),
            ("badly", False),
            ("very bad!", True),
            ("a b.c", True),
            ("abc", False),
        ],
    )
    def test_the_plain_list_knows_word_boundaries_and_nothing_else(
        self, text: str, *, flagged: bool
    ) -> None:
        assert NaiveList(["bad", "b.c"]).flags(text) is flagged


class TestJudging:
    @pytest.mark.parametrize("processes", [1, 3])
    @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # pytest has threads
    def test_answers_come_in_the_order_of_the_questions(self, processes: int) -> None:
        jobs = list(range(2 * CHUNK + 7))
        assert judge_all(_slow_at_first, jobs, quiet, processes) == [number + 1 for number in jobs]

    def test_nothing_asked_is_nothing_answered(self) -> None:
        assert judge_all(str, [], quiet) == []

    @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
    def test_a_process_that_ends_early_is_noticed(self, capfd: pytest.CaptureFixture[str]) -> None:
        jobs = [1] * CHUNK + [0]
        with pytest.raises(UnusableError, match="ended before it was done"):
            judge_all(_reciprocal, jobs, quiet, 2)
        assert "ZeroDivisionError" in capfd.readouterr().err


def _slow_at_first(number: int) -> int:
    """Be long about the first question, so that answers to later ones come before it."""
    rounds = 3_000_000 if number == 0 else 1
    return number + sum(1 for _ in range(rounds)) // rounds


def _reciprocal(number: int) -> float:
    return 1 / number


FAKE_SETS = (*BENIGN, *LABELLED, REDDIT)
LABELS = {
    "olid": ("offensive:group", "not_offensive"),
    "davidson": ("hate", "neither"),
    "edos": ("sexist:threats", "not_sexist"),
    "hatexplain": ("hate", "normal"),
    "formspring": ("bully-votes-3", "bully-votes-0"),
}
TABLE = """
[[case]]
theme = "fire"
severity = "urgent"
texts = ["start a fire", "fire the cannon"]
[[case]]
texts = ["start a fire engine", "bread"]
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A small world of our own: tables, sets and lists that hold nothing real."""
    root = tmp_path_factory.mktemp("world")
    for folder in ("tables", "eval-dev", "phrases/naughty-words", "phrases/suicide-risk-lexicon"):
        (root / folder).mkdir(parents=True)
    (root / "tables" / "fire.toml").write_text(TABLE)
    (root / "true.toml").write_text("true = []")
    (root / "phrases/naughty-words/en.json").write_text('["start"]')
    lexicon = {name: {"tokens": ["fire"]} for name in ACUTE}
    (
        root
        / "phrases/suicide-risk-lexicon"
        / "suicide_risk_lexicon_validated_24-08-02T21-27-35.json"
    ).write_text(json.dumps(lexicon))
    for one in FAKE_SETS:
        labels = LABELS.get(one.name, ("x", "x"))
        lines = [
            json.dumps({"text": text, "label": label, "source": one.name})
            for text, label in (("you start a fire", labels[0]), ("sunny", labels[1]))
        ]
        path = root / "eval-dev" / f"{one.file}.jsonl.gz"
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return Places(root / "tables", root, root / "true.toml")


class TestEvaluation:
    @pytest.fixture(scope="class")
    @staticmethod
    def done(subject: Subject, places: Places) -> Evaluated:
        return evaluate(subject, places, PARTS, quiet)

    def test_every_part_is_measured(self, done: Evaluated) -> None:
        assert done.numbers["own.all.urgent.recall"].value == pytest.approx(1 / 2)
        assert done.numbers["robust.upper-case.ratio"].value == 1
        assert done.numbers["places.false_per_1000"].value == 500
        assert done.numbers["hatexplain.recall_ratio"].value == 1
        assert done.numbers["reddit.x.naive"].value == pytest.approx(1 / 2)

    def test_each_text_has_its_own_answer(self, done: Evaluated) -> None:
        assert [one.told.flagged for one in done.own] == [True, False, True, False]
        assert [one.told.flagged for one in done.sets["edos"]] == [True, False]

    def test_parts_can_be_measured_alone(self, subject: Subject, places: Places) -> None:
        for part in PARTS:
            assert evaluate(subject, places, [part], quiet).numbers

    def test_a_quick_look_draws_the_same_texts_always(
        self, subject: Subject, places: Places
    ) -> None:
        texts = [f"text {number}" for number in range(3000)]
        assert 900 < sum(drawn(text, 3) for text in texts) < 1100
        few = evaluate(subject, places, ["benign"], quiet, one_in=10**9)
        assert few.numbers == {}

    def test_without_public_sets_it_says_what_to_do(self, subject: Subject, places: Places) -> None:
        nowhere = Places(places.tables, places.tables, places.judged_true)
        assert evaluate(subject, nowhere, ["own"], quiet).numbers
        with pytest.raises(UnusableError, match="--data"):
            evaluate(subject, nowhere, ["public"], quiet)

    @pytest.mark.parametrize(
        "text",
        [
            "[[true]",
            "",
            "true = 3",
            "[[true]]\ntheme = 'a'\nsays = 'b'",
            "[[true]]\ntheme = 'a'\nreason = 'b'",
        ],
    )
    def test_what_was_judged_true_needs_a_reason(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "true.toml").write_text(text)
        with pytest.raises(UnusableError, match="theme, says and reason"):
            read_judged_true(tmp_path / "true.toml")

    def test_what_was_judged_true_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "true.toml"
        path.write_text("[[true]]\ntheme = 'a'\nsays = 'b'\nreason = 'c'")
        assert read_judged_true(path) == {("a", "b")}
