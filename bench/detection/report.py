"""Numbers as people read them: tables on the screen, and the page of the reference."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

from bench.detection.counting import Number
from bench.detection.gates import Gate, short_of_goal
from bench.detection.mutations import MUTATIONS
from filter_rules.types import Severity

SHARE, PER_THOUSAND, TIMES, PLAIN = "share", "per_thousand", "times", "plain"
_NO_NUMBER = "–"
WIDEST = 115  # characters of a line of the page


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading, and what its numbers mean."""

    title: str
    means: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def said(number: Number | None, way: str, *, interval: bool = True) -> str:
    """Say a number, with the interval that it lies in."""
    if number is None:
        return _NO_NUMBER
    match way:
        case "share":
            text = f"{100 * number.value:.1f} %"
            within = f" ({100 * number.low:.1f} to {100 * number.high:.1f})"
        case "per_thousand":
            text, within = f"{number.value:.2f}", f" ({number.low:.2f} to {number.high:.2f})"
        case "times":
            return f"{number.value:.2f} ×"
        case _:
            return f"{number.value:.3g}"
    return text + within if interval else text


def tables(numbers: Mapping[str, Number]) -> Iterator[Table]:
    """Return every table that has a row."""
    every = (
        _own(numbers),
        _severities(numbers),
        _themes(numbers),
        _harmless(numbers),
        _robust(numbers),
        _languages(numbers),
        _public(numbers),
        _reddit(numbers),
        _speed(numbers),
    )
    return (table for table in every if table.rows)


def _own(numbers: Mapping[str, Number]) -> Table:
    rows = [
        [
            {"all": "both halves", "tuning": "tuned on", "held-back": "never tuned on"}[half],
            which,
            *_cells(numbers, f"own.{half}.{which}", ("recall", "flagged"), SHARE),
            _of(numbers.get(f"own.{half}.{which}.recall")),
        ]
        for half in ("all", "tuning", "held-back")
        for which in ("urgent", "overall")
        if f"own.{half}.{which}.recall" in numbers
    ]
    return Table(
        "Our own sentences, English",
        "Found: the right theme, at least as severe as the table says. Flagged: medium or more, "
        "by whatever theme.",
        ("half", "sentences", "found", "flagged", "of"),
        rows,
    )


def _severities(numbers: Mapping[str, Number]) -> Table:
    severe_first = [severity.word for severity in sorted(Severity, reverse=True)]
    return Table(
        "How severe",
        "Of the sentences that a safeguarding lead wants to be at least so severe, the share that "
        "the right theme made how severe.",
        ("at least", *(word.replace("none", "not found") for word in severe_first), "of"),
        [
            [
                expected,
                *_cells(numbers, f"severity.{expected}", severe_first, SHARE, interval=False),
                _of(numbers.get(f"severity.{expected}.none")),
            ]
            for expected in severe_first
            if f"severity.{expected}.none" in numbers
        ],
    )


def _themes(numbers: Mapping[str, Number]) -> Table:
    columns = ("recall", "held-back.recall", "precision", "precision_beside_harmless", "f1")
    return Table(
        "By theme",
        "Recall: the theme is found at least as severe as it must be. Precision: of all that is so "
        "found or wrongly flagged, what is right; to flag a sentence of a neighbour (self-harm "
        "beside suicide) counts as wrong. The next column counts only flags on "
        "harmless sentences as wrong. All three depend on how many sentences of each kind the "
        "tables hold.",
        (
            "theme", "recall", "never tuned on", "precision", "precision beside harmless", "F1", "of",
        ),
        [
            [
                theme,
                *_cells(numbers, f"theme.{theme}", columns, SHARE),
                _of(numbers.get(f"theme.{theme}.recall")),
            ]
            for theme in _second(numbers, "theme")
        ],
    )  # fmt: skip


_HARMLESS = (
    ("oak", "UK lesson titles, keywords and definitions"),
    ("oak.lesson", "lesson titles alone"),
    ("oak.unit", "unit titles alone"),
    ("oak.keyword", "keywords alone"),
    ("oak.definition", "definitions alone"),
    ("places", "place names of Great Britain"),
    ("trec", "web queries, without those judged true"),
    ("own.all.benign.any", "our own harmless sentences, both halves"),
    ("own.tuning.benign.any", "our own harmless sentences, tuned on"),
    ("own.held-back.benign.any", "our own harmless sentences, never tuned on"),
    ("own.all.benign.search", "of both halves, what is searched"),
    ("own.all.benign.chat", "of both halves, what is chatted"),
    ("own.all.benign.page", "of both halves, what is read"),
)


def _harmless(numbers: Mapping[str, Number]) -> Table:
    rows = [
        [
            title,
            said(numbers.get(f"{name}.false_per_1000"), PER_THOUSAND),
            said(numbers.get(f"{name}.flagged_per_1000"), PER_THOUSAND, interval=False),
            said(numbers.get(f"{name}.naive_per_1000"), PER_THOUSAND, interval=False),
            _of(numbers.get(f"{name}.false_per_1000")),
        ]
        for name, title in _HARMLESS
        if f"{name}.false_per_1000" in numbers
    ]
    return Table(
        "False flags per 1,000 harmless texts",
        "Medium or more. Our own sentences are chosen to be as hard as they can be; the others "
        "are what schools and people really write. Every flag on a web query counts as false "
        "unless a person judged what it was flagged for to be true; the column of all flags has "
        "those too. The plain list is the one below.",
        ("texts", "false per 1,000", "all flags", "plain list", "of"),
        rows,
    )


def _robust(numbers: Mapping[str, Number]) -> Table:
    return Table(
        "Disguises",
        "What is found of our own English sentences in disguise, and that divided by what is "
        "found of them as they were written. Where no gate stands, the change makes words that "
        "were never written, and it is only reported.",
        ("disguise", "what it does", "found", "of what is found plainly", "gate"),
        [
            [
                one.name,
                one.says,
                said(numbers[f"robust.{one.name}.overall.recall"], SHARE),
                said(numbers.get(f"robust.{one.name}.ratio"), TIMES),
                "yes" if one.gated else "no",
            ]
            for one in MUTATIONS
            if f"robust.{one.name}.overall.recall" in numbers
        ],
    )


def _languages(numbers: Mapping[str, Number]) -> Table:
    columns = (
        "all.urgent_themes.recall", "held-back.urgent_themes.recall", "urgent.recall",
        "overall.recall", "overall.flagged",
    )  # fmt: skip
    return Table(
        "Other languages",
        "Urgent themes: suicide, self-harm, abuse disclosure and grooming. The sentences were "
        "written by one author and were not checked by native speakers.",
        (
            "language", "urgent themes", "never tuned on", "urgent", "overall", "flagged",
            "false per 1,000", "of",
        ),
        [
            [
                code,
                *_cells(numbers, f"language.{code}", columns, SHARE),
                said(numbers.get(f"language.{code}.benign.any.false_per_1000"), PER_THOUSAND),
                _of(numbers.get(f"language.{code}.overall.recall")),
            ]
            for code in _second(numbers, "language")
        ],
    )  # fmt: skip


def language_themes(numbers: Mapping[str, Number]) -> Table:
    """Recall of every theme in every language: small numbers, so without intervals."""
    codes = _second(numbers, "language")
    names = sorted(
        {
            name.split(".")[3]
            for name in numbers
            if name.startswith("language.") and ".theme." in name
        }
    )
    return Table(
        "Other languages, by theme",
        "Found at least as severe as the table says; few sentences stand behind each number.",
        ("theme", *codes),
        [
            [
                theme,
                *(
                    said(
                        numbers.get(f"language.{code}.theme.{theme}.recall"), SHARE, interval=False
                    )
                    for code in codes
                ),
            ]
            for theme in names
        ],
    )


def _public(numbers: Mapping[str, Number]) -> Table:
    return Table(
        "Public sets of abuse, as chat",
        "Flagged: medium or more, by whatever theme. Noticed: at all, swearing too. Plain list: "
        "the 403 English words that many filters begin with, on word boundaries, in the same "
        "run. These posts are by adults, mostly American, from 2009 to 2022. Several of these sets "
        "were gathered by the words of such a list: it finds more than half of them, so that "
        "twice as much cannot be found, and the goal is lower.",
        (
            "set", "recall", "false", "precision", "plain list: recall", "false",
            "recall ÷ plain", "false ÷ plain", "noticed: recall", "false",
        ),
        [
            [
                name,
                *_cells(numbers, name, ("recall", "false", "precision"), SHARE),
                *_cells(numbers, name, ("naive_recall", "naive_false"), SHARE, interval=False),
                *_cells(numbers, name, ("recall_ratio", "false_ratio"), TIMES),
                *_cells(numbers, name, ("noticed_recall", "noticed_false"), SHARE, interval=False),
            ]
            for name in ("olid", "davidson", "edos", "hatexplain", "formspring")
            if f"{name}.recall" in numbers
        ],
    )  # fmt: skip


def _reddit(numbers: Mapping[str, Number]) -> Table:
    return Table(
        "Forums, share of posts",
        "Acute: suicide or self-harm, medium or more. Plain list: five constructs of the Suicide "
        "Risk Lexicon, on word boundaries. The forum says what a post may be about; it does not "
        "say that a post is harmful or harmless.",
        ("forum", "flagged", "acute", "plain list"),
        [
            [forum, *_cells(numbers, f"reddit.{forum}", ("flagged", "acute", "naive"), SHARE)]
            for forum in _second(numbers, "reddit")
        ],
    )


_SPEED = (
    ("speed.page_ms_per_50_kb", "ms for 50 KB of HTML, from bytes to verdict", PLAIN),
    ("speed.scan_ms_per_50_kb", "ms of that to read the text for themes", PLAIN),
    ("speed.query_us", "µs for a query", PLAIN),
    ("speed.scan_times_plain_loop", "text of pages, beside a plain loop", TIMES),
    ("speed.query_times_plain_loop", "queries, beside a plain loop", TIMES),
)


def _speed(numbers: Mapping[str, Number]) -> Table:
    return Table(
        "Speed",
        "The plain loop looks each word up in a set, on the same texts in the same run. Pages are "
        "read a second time: what their words read as is remembered.",
        ("what", "measured"),
        [[title, said(numbers[name], way)] for name, title, way in _SPEED if name in numbers],
    )


def _cells(
    numbers: Mapping[str, Number],
    name: str,
    columns: Iterable[str],
    way: str,
    *,
    interval: bool = True,
) -> list[str]:
    return [said(numbers.get(f"{name}.{one}"), way, interval=interval) for one in columns]


def _of(number: Number | None) -> str:
    return f"{number.of:,}" if number else _NO_NUMBER


def _second(numbers: Mapping[str, Number], first: str) -> list[str]:
    """The second words of the names that begin with a first."""
    parts = (name.split(".") for name in numbers)
    return sorted({words[1] for words in parts if words[0] == first})


def gate_table(gates: Iterable[Gate], numbers: Mapping[str, Number]) -> Table:
    """What each gate asks, what was measured, and what the goal is."""

    def bound(gate: Gate, value: float | None) -> str:
        if value is None:
            return _NO_NUMBER
        return f"{'at least' if gate.at_least else 'at most'} {value:g}"

    def standing(gate: Gate) -> str:
        number = numbers.get(gate.number)
        if number is None or gate.goal is None:
            return _NO_NUMBER
        return "reached" if gate.holds(number.value, gate.goal) else "**short**"

    return Table(
        "Gates and goals",
        "A change that makes a number worse than its gate is refused. The goal is where it has "
        "to get.",
        ("number", "measured", "gate", "goal", "goal is"),
        [
            [
                gate.title,
                said(numbers.get(gate.number), PLAIN),
                bound(gate, gate.now),
                bound(gate, gate.goal),
                standing(gate),
            ]
            for gate in gates
        ],
    )


def markdown(table: Table) -> str:
    lines = [
        f"## {table.title}", "", fill(table.means, WIDEST), "",
        _row(table.head), "|---" * len(table.head) + "|", *map(_row, table.rows),
    ]  # fmt: skip
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plain(table: Table) -> str:
    """A table for a screen, columns under one another."""
    lines = [table.head, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.head))]
    shown = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([table.title, *(f"  {line}" for line in shown)])


_INTRODUCTION = """# How well risk is found

Results of `script/eval` of {date}. It reads our own sentences (`tests/tables/phrases`) and public sets of texts that
the project may not contain, judges each as the filter would, and counts. `script/eval --write --date YYYY-MM-DD`
writes this page anew; nothing on it is typed by hand.

What the numbers mean:

- In brackets stands the 95 % interval (Wilson): measured again on other texts of the same sort, 95 of 100 times
  the number would lie about there. It knows nothing of texts of another sort.
- Half of our own sentences, chosen by a hash of their words, is shown to those who write phrases; the other half
  never is. What is found of the half that nobody tuned on is what to expect of sentences nobody thought of.
- The sentences and the phrases were written by people of one project. What real pupils write is wider: no public
  set of pupils' searches exists. Believe the order of these numbers more than their height.
- *Severe enough* is as the table says: urgent, where a child may be in danger now.
"""


def page(
    numbers: Mapping[str, Number],
    gates: Sequence[Gate],
    true: Iterable[tuple[str, str]],
    date: str,
) -> str:
    """Return the page of the reference."""
    parts = [_INTRODUCTION.format(date=date), _shortfalls(gates, numbers)]
    shown = [gate_table(gates, numbers), *tables(numbers), language_themes(numbers)]
    parts += [f"{markdown(table)}\n" for table in shown if table.rows]
    parts.append(_true_phrases(sorted(true)))
    return "\n".join(parts)


def _shortfalls(gates: Iterable[Gate], numbers: Mapping[str, Number]) -> str:
    short = list(short_of_goal(gates, numbers))
    if not short:
        return "## What falls short\n\nEvery goal that was measured is reached.\n"
    lines = "\n".join(f"- {one}" for one in short)
    return f"## What falls short\n\nThese goals are not reached:\n\n{lines}\n"


def _true_phrases(true: Sequence[tuple[str, str]]) -> str:
    if not true:
        return (
            "## Judged true\n\nNo flag on a web query is excused: every one counts as false, "
            "though some of those who asked may have meant it.\n"
        )
    lines = "\n".join(f"- {theme}: {says}" for theme, says in true)
    return (
        "## Judged true\n\nOn web queries, flags for these are not counted as false: who was "
        f"flagged for them had asked for that.\n\n{lines}\n"
    )
