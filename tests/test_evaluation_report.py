"""The tables say what was measured, and the page says what falls short."""

import json
from pathlib import Path

import pytest

from bench.detection import __main__ as command
from bench.detection.counting import Number, Numbers, per_thousand, share
from bench.detection.gates import Gate
from bench.detection.mutations import MUTATIONS
from bench.detection.own_tables import Half, half_of
from bench.detection.report import gate_table, language_themes, markdown, page, plain, said, tables

RATIO = Number(1.5, 1.5, 1.5, 10)
NUMBERS: Numbers = {
    "own.all.urgent.recall": share(9, 10),
    "own.all.urgent.flagged": share(10, 10),
    "own.held-back.urgent.recall": share(4, 5),
    "own.all.benign.any.false_per_1000": per_thousand(1, 50),
    "severity.urgent.urgent": share(9, 10),
    "severity.urgent.none": share(1, 10),
    "theme.fire.recall": share(9, 10),
    "theme.fire.f1": share(8, 10),
    "oak.false_per_1000": per_thousand(2, 2000),
    "oak.naive_per_1000": per_thousand(6, 2000),
    "robust.leet.overall.recall": share(1, 2),
    "robust.leet.ratio": RATIO,
    "language.pl.all.urgent_themes.recall": share(4, 5),
    "language.pl.overall.recall": share(5, 6),
    "language.pl.theme.fire.recall": share(5, 6),
    "olid.recall": share(3, 10),
    "olid.recall_ratio": RATIO,
    "reddit.guns.flagged": share(1, 100),
    "speed.query_us": Number(12.345, 12.345, 12.345, 8),
}
GATES = [
    Gate("own.all.urgent.recall", at_least=True, now=0.8, goal=0.95),
    Gate("oak.false_per_1000", at_least=False, now=None, goal=1),
    Gate("trec.false_per_1000", at_least=False, now=5, goal=None, says="lies"),
]


@pytest.mark.parametrize(
    ("number", "way", "text"),
    [
        (None, "share", "–"),
        (share(5, 10), "share", "50.0 % (23.7 to 76.3)"),
        (per_thousand(1, 1000), "per_thousand", "1.00 (0.18 to 5.64)"),
        (RATIO, "times", "1.50 ×"),
        (RATIO, "plain", "1.5"),
    ],
)
def test_a_number_is_said_with_its_interval(number: Number | None, way: str, text: str) -> None:
    assert said(number, way) == text


def test_the_interval_can_be_left_out() -> None:
    assert said(share(5, 10), "share", interval=False) == "50.0 %"


def test_there_is_a_table_for_all_that_was_measured_and_none_for_what_was_not() -> None:
    assert len(list(tables(NUMBERS))) == 9
    assert list(tables({})) == []
    assert [table.title for table in tables({"speed.query_us": RATIO})] == ["Speed"]


def test_every_row_is_as_wide_as_its_head() -> None:
    for table in (*tables(NUMBERS), gate_table(GATES, NUMBERS), language_themes(NUMBERS)):
        assert {len(row) for row in table.rows} == {len(table.head)}, table.title


def test_columns_stand_under_one_another() -> None:
    title, head, first, *_ = plain(next(tables(NUMBERS))).splitlines()
    assert title == "Our own sentences, English"
    assert head.index("found") == first.index("90.0 %")


def test_a_gate_says_what_was_measured_and_whether_its_goal_is_reached() -> None:
    assert gate_table(GATES, NUMBERS).rows == [
        ["own.all.urgent.recall", "0.9", "at least 0.8", "at least 0.95", "**short**"],
        ["oak.false_per_1000", "1", "–", "at most 1", "reached"],
        ["lies (trec.false_per_1000)", "–", "at most 5", "–", "–"],
    ]


class TestPage:
    PAGE = page(NUMBERS, GATES, [("fire", "Says fire.")], "2026-03-04")

    def test_it_is_dated_and_says_what_falls_short(self) -> None:
        assert "of 2026-03-04" in self.PAGE
        assert "- own.all.urgent.recall is 0.9; the goal is at least 0.95." in self.PAGE

    def test_it_holds_every_table(self) -> None:
        for table in tables(NUMBERS):
            assert markdown(table) in self.PAGE

    def test_it_says_what_was_judged_true(self) -> None:
        assert "- fire: Says fire." in self.PAGE
        assert "every one counts as false" in page(NUMBERS, GATES, [], "2026-03-04")

    def test_where_all_goals_are_reached_it_says_so(self) -> None:
        assert "Every goal that was measured is reached." in page({}, GATES, [], "2026-03-04")


TABLE = """
[[case]]
theme = "suicide"
severity = "urgent"
texts = [{positive}]
[[case]]
texts = [{benign}]
"""


class TestCommand:
    @pytest.fixture
    @staticmethod
    def world(tmp_path: Path) -> list[str]:
        """Arguments of the command: a table of our own, and gates that ask for it."""
        texts = [f"a sunny day {number}" for number in range(20)]
        flagged = [f"i want to kill myself {number}" for number in range(20)]
        filled = TABLE.format(
            positive=", ".join(map(json.dumps, texts)), benign=", ".join(map(json.dumps, flagged))
        )
        (tmp_path / "tables").mkdir()
        (tmp_path / "tables" / "suicide.toml").write_text(filled)
        (tmp_path / "gates.toml").write_text('[at_least]\n"own.all.urgent.recall" = { now = 0.5 }')
        (tmp_path / "true.toml").write_text("true = []")
        given = {"tables": "tables", "gates": "gates.toml", "true": "true.toml", "json": "n.json"}
        named = [word for name, file in given.items() for word in (f"--{name}", tmp_path / file)]
        return ["--part", "own", "--processes", "1", *map(str, named)]

    def test_it_prints_tables_and_writes_numbers(
        self, world: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main(world) == 0
        assert "Our own sentences, English" in capsys.readouterr().out
        numbers = json.loads((tmp_path / "n.json").read_text())
        assert numbers["own.all.urgent.recall"] == {
            "value": 0.0,
            "low": 0.0,
            "high": 0.16113,
            "of": 20,
        }

    def test_it_says_what_is_other_than_before(
        self, world: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        command.main(world)
        before = (tmp_path / "n.json").read_text().replace('"value": 0.0', '"value": 0.5')
        (tmp_path / "before.json").write_text(before)
        capsys.readouterr()
        command.main([*world, "--against", str(tmp_path / "n.json")])
        assert capsys.readouterr().out == "Every number is as before.\n"
        command.main([*world, "--against", str(tmp_path / "before.json")])
        assert "own.all.urgent.recall: 0.5 -> 0\n" in capsys.readouterr().out

    def test_a_theme_that_does_not_exist_is_noted(
        self, world: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "tables" / "suicide.toml"
        path.write_text(path.read_text().replace('"suicide"', '"sunshine"'))
        command.main(world)
        assert capsys.readouterr().err.endswith("No theme has this name: sunshine.\n")

    def test_a_gate_that_is_not_met_ends_with_one(
        self, world: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main([*world, "--gate"]) == 1
        assert "own.all.urgent.recall is 0; it must be at least 0.5." in capsys.readouterr().out

    def test_misses_are_shown_of_the_half_that_may_be_seen(
        self, world: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command.main([*world, "--misses", "suicide"])
        shown = capsys.readouterr().out
        for number in range(20):
            text = f"a sunny day {number}"
            assert (f" {text} " in shown) is (half_of(text) is Half.TUNING)
        command.main([*world, "--misses", "gambling"])
        assert "sunny" not in capsys.readouterr().out

    def test_false_flags_are_shown_of_the_half_that_may_be_seen(
        self, world: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command.main([*world, "--false"])
        shown = capsys.readouterr().out
        for number in range(20):
            text = f"i want to kill myself {number}"
            assert (f"{text}\n" in shown) is (half_of(text) is Half.TUNING)

    def test_tightening_writes_the_gates(self, world: list[str], tmp_path: Path) -> None:
        (tmp_path / "gates.toml").write_text(
            '[at_most]\n"own.all.benign.any.false_per_1000" = { goal = 10 }'
        )
        assert command.main([*world, "--tighten"]) == 0
        assert "{ now = 1000, goal = 10 }" in (tmp_path / "gates.toml").read_text()

    def test_what_cannot_be_used_ends_with_two_and_a_sentence(
        self, world: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "tables" / "bad.toml").write_text("[[case")
        assert command.main(world) == 2
        assert "bad.toml is not TOML" in capsys.readouterr().err

    def test_a_page_needs_a_date_and_every_part(self, world: list[str]) -> None:
        with pytest.raises(SystemExit):
            command.main([*world, "--write", "--date", "2026-03-04"])


def test_each_disguise_is_explained() -> None:
    assert all(one.says for one in MUTATIONS)
