"""What trains the second opinion learns the same from the same, and only from what it may."""

from pathlib import Path

import numpy as np
import pytest

import bench.training
from bench.training.__main__ import learn_from
from bench.training.calibrating import calibrated
from bench.training.learning import Learned, Lesson, Pace, Pieces, learn
from bench.training.report import Rates
from bench.training.rows import (
    CHECKED,
    LEARNED,
    Row,
    held_back_in,
    is_tuning,
    neutral,
    own_sentences,
    written_sentences,
)
from filter_rules.opinion import ABUSE, BUCKETS, EYE
from safeguard.opinion_file import CARD, FAMILIES, WEIGHTS, read_families, read_opinion
from safeguard.sources import shipped_themes

CALM = ("we walked to the park", "the bus was late today", "rivers carry sand to the sea")
ANGRY = ("you absolute numpty", "what a muppet you are", "numpty go away")
ROWS = [
    *(Row(f"{text} {n}", "a", abusive=False, theme="") for text in CALM for n in range(8)),
    *(
        Row(f"{text} {n}", "b" if n % 2 else "a", abusive=True, theme=("bullying", "hate")[n % 2])
        for text in ANGRY
        for n in range(8)
    ),
]


def lesson(rows: list[Row]) -> Lesson:
    return Lesson(
        Pieces.of(row.text for row in rows),
        np.array([float(bool(row.abusive)) for row in rows]),
        np.ones(len(rows)),
        np.array([int(row.source == "b") for row in rows]),
        np.array([held_back_in(row.text, 5) for row in rows]),
    )


def test_it_learns_what_hurts() -> None:
    learned = learn(lesson(ROWS), Pace(rounds=20))
    calm, angry = learned.sure(Pieces.of(["the park is late", "you muppet"]))
    assert angry > calm


def test_the_same_seed_makes_the_same_weights() -> None:
    first, second = (learn(lesson(ROWS), Pace(seed=7)) for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.scale == second.scale


def with_families(folder: Path) -> Path:
    (folder / FAMILIES).write_text('insult = "numpty muppet"\nplace = "park sea"\n')
    return folder


def test_a_text_is_as_sure_to_the_trainer_as_to_the_filter(tmp_path: Path) -> None:
    learn_from(ROWS, Pace(), with_families(tmp_path))
    opinion = read_opinion(tmp_path)
    weights = np.frombuffer((tmp_path / WEIGHTS).read_bytes(), np.int8).reshape(BUCKETS, -1)
    for column, said in ((EYE, "eye"), (ABUSE, "abuse")):
        shown = Learned(weights[:, column], opinion._columns[column].scale)
        pieces = Pieces.of(["you muppet at the park"], read_families(tmp_path))
        sure = shown.sure(pieces)[0] + opinion._columns[column].bias
        told = getattr(opinion.judge("you muppet at the park"), said)
        assert told == pytest.approx(1 / (1 + np.exp(-sure)), abs=1e-6)


def test_each_theme_is_a_column(tmp_path: Path) -> None:
    learn_from(ROWS, Pace(), with_families(tmp_path))
    assert [one.of for one in read_opinion(tmp_path)._columns] == [
        "eye",
        "abuse",
        "bullying",
        "hate",
    ]


def test_what_is_written_is_the_same_bytes_again(tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        learn_from(ROWS, Pace(), with_families(folder))
        written.append([(folder / file).read_bytes() for file in (CARD, WEIGHTS)])
    assert written[0] == written[1]


def test_a_text_without_words_is_learned_from_without_harm() -> None:
    learned = learn(lesson([*ROWS, Row("!!!", "a", abusive=False, theme="")]), Pace())
    assert learned.sure(Pieces.of(["…"]))[0] == 0.0


def test_what_it_is_checked_with_was_never_learned_from() -> None:
    assert set(LEARNED) & set(CHECKED) == {"oak-a"}
    assert not any("olid" in name or "formspring" in name or "trec" in name for name in LEARNED)


def test_the_held_back_half_of_our_sentences_is_never_learned_from() -> None:
    texts = [f"sentence {number}" for number in range(40)]
    rows = list(own_sentences({"case": [{"theme": "bullying", "texts": texts}]}))
    assert {row.text for row in rows} == set(filter(is_tuning, texts))
    assert 5 < len(rows) < 35
    assert all(row.abusive and row.needs_an_eye for row in rows)


@pytest.mark.parametrize(
    ("case", "needs"),
    [
        ({"theme": "", "severity": ""}, False),
        ({"theme": "suicide", "severity": "urgent"}, True),
        ({"theme": "suicide", "severity": "low"}, None),
        ({"theme": "help-seeking", "severity": "medium"}, None),
    ],
)
def test_what_is_unclear_is_not_learned_from(case: dict[str, object], needs: bool | None) -> None:  # noqa: FBT001  a row of the table
    texts = [f"sentence {number}" for number in range(9)]
    rows = list(own_sentences({"case": [{**case, "texts": texts}]}))
    assert rows
    assert {row.needs_an_eye for row in rows} == {needs}


def test_pages_are_not_learned_from() -> None:
    page: dict[str, object] = {
        "theme": "suicide",
        "kind": "page",
        "texts": [f"page {n}" for n in range(9)],
    }
    assert not list(own_sentences({"case": [page]}))


def test_a_file_of_sentences_is_of_the_theme_it_is_named_after() -> None:
    rows = list(written_sentences(Path(bench.training.__file__).with_name("sentences")))
    themes = {row.theme for row in rows}
    assert "" in themes
    assert themes - {""} <= {name.removesuffix(".toml") for name in shipped_themes()}
    assert all(row.needs_an_eye == (row.theme != "") for row in rows)


def test_no_sentence_about_a_group_is_both_learned_from_and_measured_with() -> None:
    learned, measured = ({row.text for row in neutral(part)} for part in ("learned", "measured"))
    assert learned
    assert measured
    assert learned.isdisjoint(measured)


def test_copies_of_a_text_are_held_back_together() -> None:
    assert held_back_in("See  you ", 5) == held_back_in("see you", 5)
    assert {held_back_in(str(number), 5) for number in range(50)} == set(range(5))


def test_a_probability_is_right_about_as_often_as_it_says() -> None:
    order = np.random.default_rng(3)
    sure = order.normal(size=4000)
    labels = (order.random(4000) < 1 / (1 + np.exp(-2 * sure))).astype(float)
    slope, bias = calibrated(sure, labels, np.ones(4000))
    assert slope == pytest.approx(2, abs=0.2)
    assert bias == pytest.approx(0, abs=0.2)


def test_rates_are_counted() -> None:
    flagged = np.array([True, True, False, False])
    hurts = np.array([True, False, True, False])
    assert Rates.of(flagged, hurts) == Rates(0.5, 0.5, 0.5)
