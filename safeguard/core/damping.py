"""Concerns of one class in one lesson -> one line for the class, and who stays apart and why.

A line is made where enough pupils of one class touch one family within a lesson, or enough of
one group, where classes are not known, the same page. It gathers only what was read, in school
hours and within the lesson. What was typed, urgent, at night, in search of help, or repeated
beyond the lesson stays apart: nothing of it is put behind the class. Worked out from the
concerns as they are, so it does not matter in which order they came.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from filter_rules.types import Severity
from safeguard.core.climbing import clock
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Concern, Standing


@dataclass(frozen=True, slots=True, order=True)
class Topic:
    """What a class has in common. `page` is empty where the class is known."""

    school_id: int
    day: date
    family: str
    place: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Apart:
    """A concern of the same topic that stays a line of its own, and why."""

    concern: Concern
    because: str


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One line for a class: the concerns gathered in it, and those beside it."""

    topic: Topic
    first: datetime
    last: datetime
    severity: Severity
    gathered: tuple[Concern, ...]
    apart: tuple[Apart, ...]
    says: str


def class_lines(concerns: Iterable[Concern], rules: ConcernRules) -> list[ClassLine]:
    """Return the lines for classes among the concerns of whole days, all of each day at once."""
    topics: dict[Topic, list[Concern]] = {}
    spells: dict[tuple[object, ...], int] = {}
    for one in concerns:
        topic = topic_of(one)
        if topic is not None:
            topics.setdefault(topic, []).append(one)
        spells[one.who, one.family, one.day] = spells.get((one.who, one.family, one.day), 0) + 1
    lines: list[ClassLine] = []
    for topic in sorted(topics):
        mine = sorted(topics[topic], key=lambda one: (one.facts.first, one.who))
        reasons = [stands_apart(one, spells[one.who, one.family, one.day], rules) for one in mine]
        lines += _lines(topic, mine, reasons, rules)
    return lines


def topic_of(one: Concern) -> Topic | None:
    """Return what the concern may share with a class, or None: it speaks of no one thing."""
    facts = one.facts
    pages = {(line.host, line.page) for line in facts.lines}
    match facts.places, facts.groups:
        case (place,), _:
            return Topic(one.who.school_id, one.day, one.family, place)
        case (), (group,) if len(pages) == 1 and facts.lines[0].page:
            return Topic(one.who.school_id, one.day, one.family, group, " ".join(*pages))
        case _:
            return None


def stands_apart(one: Concern, spells: int, rules: ConcernRules) -> str:
    """Say why a concern is never put behind a class; empty: it may be."""
    facts = one.facts
    reasons = (
        (facts.typed, "it was typed"),
        (facts.intended, "the address was asked for"),
        (Severity.URGENT in {facts.found, one.severity}, "it is urgent"),
        (one.severity >= rules.family(one.family).single_from, "it is too severe for its kind"),
        (facts.helped is not None, "it was in search of help"),
        (facts.night is not None, "it was at night"),
        (not rules.hours.holds(facts.first, facts.last), "it was outside school hours"),
        (facts.last - facts.first > rules.lesson, "it went on beyond the lesson"),
        (spells > 1, "it was repeated beyond the lesson"),
        (one.standing in {Standing.CAME_BACK, Standing.GETTING_WORSE}, "it came back"),
    )
    return next((because for holds, because in reasons if holds), "")


def _lines(
    topic: Topic, mine: Sequence[Concern], reasons: Sequence[str], rules: ConcernRules
) -> Iterator[ClassLine]:
    """Join the lessons that share a concern, and say what is in each."""
    lesson: range | None = None
    for span in _lessons(mine, rules):
        if lesson is not None and span.start < lesson.stop:
            lesson = range(lesson.start, max(lesson.stop, span.stop))
            continue
        yield from _line(topic, mine, reasons, lesson, rules)
        lesson = span
    yield from _line(topic, mine, reasons, lesson, rules)


def _lessons(mine: Sequence[Concern], rules: ConcernRules) -> Iterator[range]:
    """Yield each run of concerns that begin within one lesson, if they are of enough subjects."""
    end = 0
    for start, one in enumerate(mine):
        until = one.facts.first + rules.lesson
        while end < len(mine) and mine[end].facts.first <= until:
            end += 1
        subjects: set[object] = set()
        for other in mine[start:end]:
            subjects.add(other.who)
            if len(subjects) == rules.quorum:
                yield range(start, end)
                break


def _line(
    topic: Topic,
    mine: Sequence[Concern],
    reasons: Sequence[str],
    lesson: range | None,
    rules: ConcernRules,
) -> Iterator[ClassLine]:
    among = lesson or range(0)
    gathered = tuple(mine[place] for place in among if not reasons[place])
    if not gathered:
        return
    first = min(one.facts.first for one in gathered)
    last = max(one.facts.last for one in gathered)
    pupils = len({mine[place].who for place in among})
    title = rules.family(topic.family).title
    yield ClassLine(
        topic,
        first,
        last,
        max(one.severity for one in gathered),
        gathered,
        tuple(Apart(mine[place], reasons[place]) for place in among if reasons[place]),
        f"{title}: {pupils} pupils of {topic.place} in one lesson, "
        f"{clock(first, rules)} to {clock(last, rules)}; {len(gathered)} only read.",
    )
