"""`script/eval`: how well risk is found, and what is found where there is none."""

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from signal import SIG_DFL, SIGPIPE, signal

from bench.detection.counting import as_table, changes
from bench.detection.evaluation import PARTS, Evaluated, Places, evaluate, read_judged_true
from bench.detection.gates import Gate, failures, parse_gates, short_of_goal, tightened, write_gates
from bench.detection.measuring import Judged, causes
from bench.detection.own_tables import Half
from bench.detection.report import language_themes, page, plain, tables
from bench.detection.speed import measure
from bench.detection.subject import Cause, Subject, Told, shipped
from filter_rules.types import Severity
from safeguard.cli.options import progress_bar
from safeguard.problems import UnusableError

ROOT = Path(__file__).parent.parent.parent
TABLES = ROOT / "tests" / "tables"
PAGE = ROOT / "docs" / "reference" / "detection.md"
SPEED = "speed"
WIDEST = 100  # characters of a pattern that are printed
GATES_HEADING = """\
# What the detector must reach, by number of script/eval. `now` is the gate: a change that makes
# a number worse fails. `goal` is where it has to get. `script/eval --tighten` brings each gate
# up to what it measured; it loosens none.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was asked for. Return 1 where a gate is not met."""
    given = _parsed(arguments)
    try:
        return _run(given)
    except UnusableError as error:
        print(error, file=sys.stderr)
        return 2


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/eval", description=__doc__)
    data = os.environ.get("SAFEGUARD_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--part", action="append", choices=(*PARTS, SPEED), help="measure only it")
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of public sets")
    parser.add_argument("--tables", type=Path, default=TABLES / "phrases", help="our sentences")
    parser.add_argument("--gates", type=Path, default=TABLES / "detection_gates.toml")
    parser.add_argument("--true", type=Path, default=TABLES / "detection_true.toml")
    parser.add_argument("--processes", type=int, help="as many as there are cores if not said")
    parser.add_argument("--one-in", type=int, default=1, help="of public sets, for a quick look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="say what is other than in such a file"
    )
    parser.add_argument(
        "--misses", nargs="?", const="", metavar="THEME",
        help="print what is not found of our own sentences, of the half that is tuned on",
    )  # fmt: skip
    parser.add_argument(
        "--false", action="store_true", help="print what harmless texts are flagged for"
    )
    parser.add_argument("--gate", action="store_true", help="exit with 1 where a gate is not met")
    parser.add_argument("--goals", action="store_true", help="say which goals are not reached")
    parser.add_argument("--tighten", action="store_true", help="raise gates to what was measured")
    parser.add_argument("--write", action="store_true", help="write the page of the reference")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="of the page")
    given = parser.parse_args(arguments)
    if given.write and (not given.date or given.part):
        parser.error("--write needs the --date of the page, and every part measured.")
    return given


def _run(given: argparse.Namespace) -> int:
    places = Places(given.tables, given.data, given.true)
    subject = Subject(shipped())
    parts = list(given.part or (*PARTS, SPEED))
    bar = partial(progress_bar, "Judging texts")
    done = evaluate(subject, places, parts, bar, given.processes, given.one_in)
    if SPEED in parts:
        done.numbers |= measure(subject.detector, given.data)
    _note_unknown(subject, done.own)
    if given.misses is None and not given.false and not given.against:
        for table in (*tables(done.numbers), language_themes(done.numbers)):
            if table.rows:
                print(plain(table), end="\n\n")
    if given.misses is not None:
        _print_misses(done.own, given.misses)
    if given.false:
        _print_false(done)
    return _kept(given, done, parts)


def _note_unknown(subject: Subject, own: Iterable[Judged]) -> None:
    if unknown := {one.own.theme for one in own} - {"", *subject.themes}:
        print(f"No theme has this name: {', '.join(sorted(unknown))}.", file=sys.stderr)


def _kept(given: argparse.Namespace, done: Evaluated, parts: Sequence[str]) -> int:
    """Write what has to be kept, and ask the gates."""
    gates = parse_gates(given.gates.read_text("utf-8"), given.gates.name)
    if given.against:
        before = json.loads(given.against.read_text("utf-8"))
        _print_lines(changes(before, done.numbers) or ["Every number is as before."])
    if given.json:
        given.json.write_text(json.dumps(as_table(done.numbers), indent=1) + "\n", "utf-8")
    if given.tighten:
        gates = tightened(gates, done.numbers)
        given.gates.write_text(write_gates(gates, GATES_HEADING), "utf-8")
    if given.write:
        true = read_judged_true(given.true)
        PAGE.write_text(page(done.numbers, gates, true, given.date), "utf-8")
    if given.goals:
        _print_lines(short_of_goal(gates, done.numbers))
    return _asked(gates, done, parts) if given.gate else 0


def _asked(gates: Sequence[Gate], done: Evaluated, parts: Sequence[str]) -> int:
    failed = list(failures(gates, done.numbers, parts))
    _print_lines(failed or ["Every gate is met."])
    return int(bool(failed))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_misses(own: Sequence[Judged], theme: str) -> None:
    """Print sentences of our own, of the half that may be seen, case by case."""
    cases: defaultdict[tuple[str, ...], list[Judged]] = defaultdict(list)
    for one in own:
        if one.own.half is Half.TUNING and one.own.theme and theme in ("", one.own.theme):
            case = (one.own.language, one.own.theme, one.own.severity.word, one.own.kind)
            cases[*case, one.own.says].append(one)
    for (language, name, severity, kind, says), judged in sorted(cases.items()):
        missed = [one for one in judged if not one.found]
        if missed:
            print(f"{language} {kind}, {name} {severity}: {says} ({len(missed)} of {len(judged)})")
            _print_lines(f"    {one.own.text}    [{_short(one.told)}]" for one in missed)


def _short(told: Told) -> str:
    """Say what was said of a text, most severe first."""
    ordered = sorted(told.themes.items(), key=lambda one: (-one[1], one[0]))
    found = [f"{theme} {severity.word}" for theme, severity in ordered if severity > Severity.NONE]
    return ", ".join([*found, *sorted(told.help)]) or "nothing"


def _print_false(done: Evaluated) -> None:
    """Print our own sentences, of the half that may be seen; of public sets only what fired."""
    for one in done.own:
        if one.own.half is Half.TUNING and not one.own.harmful and one.told.flagged:
            print(f"{one.own.language}  {one.own.kind:7}got {_short(one.told):40}{one.own.text}")
            for cause in one.told.causes:
                print(f"            {_why(cause)}")
    for name, judged in done.sets.items():
        print(f"\n{name}: false, right, what for")
        for cause, right, wrong in causes(judged):
            print(f"{wrong:6}{right:6}  {_why(cause)}")


def _why(cause: Cause) -> str:
    """Say what fired, in words of the themes alone."""
    phrase = f" [{cause.phrase}]" if cause.phrase else ""
    return f"{cause.theme}: {cause.says}{phrase}  {cause.pattern[:WIDEST]}"


if __name__ == "__main__":
    signal(SIGPIPE, SIG_DFL)  # who reads may stop when they have seen enough
    sys.exit(main())
