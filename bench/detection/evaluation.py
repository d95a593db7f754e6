"""Run the whole evaluation, or parts of it: gather the texts, judge them all at once, count."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from bench.detection.counting import Numbers
from bench.detection.judging import Bar, judge_all
from bench.detection.measuring import (
    Compared,
    Judged,
    benign_numbers,
    labelled_numbers,
    language_numbers,
    own_numbers,
    reddit_numbers,
    robust_numbers,
)
from bench.detection.mutations import MUTATIONS
from bench.detection.own_tables import ENGLISH, OwnText, read_tables
from bench.detection.public_sets import (
    BENIGN,
    LABELLED,
    REDDIT,
    NaiveList,
    PublicSet,
    Row,
    acute_lexicon,
    read_set,
    word_list,
)
from bench.detection.subject import Subject, Told
from filter_rules.types import Kind
from safeguard.problems import UnusableError

OWN, ROBUST, HARMLESS, PUBLIC = "own", "robust", "benign", "public"
PARTS = (OWN, ROBUST, HARMLESS, PUBLIC)
SEED = 1


@dataclass(frozen=True, slots=True)
class Places:
    """Where the texts are: our own tables, and the public sets outside the project."""

    tables: Path
    data: Path
    judged_true: Path


@dataclass(slots=True)
class Evaluated:
    """All numbers, and what they were counted from."""

    numbers: Numbers = field(default_factory=dict)
    own: Sequence[Judged] = ()
    disguised: Mapping[str, Sequence[Judged]] = field(default_factory=dict)
    sets: Mapping[str, Sequence[Compared]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Job:
    text: str
    kind: Kind
    naive: NaiveList | None = None


type _Said = tuple[Told, bool]  # of the detector, and of the plain list


def evaluate(
    subject: Subject,
    places: Places,
    parts: Sequence[str],
    bar: Bar,
    processes: int | None = None,
    one_in: int = 1,
) -> Evaluated:
    """Judge every text that the parts ask for, and measure; of public sets one text in so many."""
    own = read_tables(places.tables) if {OWN, ROBUST} & set(parts) else []
    disguises = _disguised(own) if ROBUST in parts else {}
    sets = [
        (one, naive, [row for row in rows if drawn(row.text, one_in)])
        for one, naive, rows in _sets(places.data, parts)
    ]
    jobs = [_Job(one.text, one.kind) for one in own]
    jobs += [_Job(text, one.kind) for rows in disguises.values() for one, text in rows]
    jobs += [_Job(row.text, one.kind, naive) for one, naive, rows in sets for row in rows]
    answers = iter(judge_all(partial(_judge, subject), jobs, bar, processes))
    done = Evaluated()
    done.own = [Judged(one, told) for one, (told, _) in _each(own, answers)]
    done.disguised = {
        name: [Judged(one, told) for (one, _), (told, _) in _each(rows, answers)]
        for name, rows in disguises.items()
    }
    done.sets = {
        one.name: [Compared(row, *said) for row, said in _each(rows, answers)]
        for one, _, rows in sets
    }
    done.numbers = _numbers(done, parts, read_judged_true(places.judged_true))
    return done


def _each[Asked](asked: Sequence[Asked], answers: Iterator[_Said]) -> Iterator[tuple[Asked, _Said]]:
    return zip(asked, islice(answers, len(asked)), strict=True)


def _judge(subject: Subject, job: _Job) -> _Said:
    naive = job.naive is not None and job.naive.flags(job.text)
    return subject.judge(job.text, job.kind), naive


def _disguised(own: Sequence[OwnText]) -> dict[str, list[tuple[OwnText, str]]]:
    harmful = [one for one in own if one.harmful and one.language == ENGLISH]
    return {
        mutation.name: [(one, mutation.of(one.text, SEED)) for one in harmful]
        for mutation in MUTATIONS
    }


def drawn(text: str, one_in: int) -> bool:
    """Draw one text in so many, always the same ones."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % one_in == 0


def _sets(data: Path, parts: Sequence[str]) -> list[tuple[PublicSet, NaiveList, Sequence[Row]]]:
    wanted = (BENIGN if HARMLESS in parts else ()) + (LABELLED if PUBLIC in parts else ())
    if not wanted:
        return []
    if not (data / "eval-dev").is_dir():
        raise UnusableError(
            f"There are no public sets in {data}: give their folder with --data, "
            f"or measure other parts with --part."
        )
    words = word_list(data)
    sets: list[tuple[PublicSet, NaiveList, Sequence[Row]]] = [
        (one, words, read_set(data, one)) for one in wanted
    ]
    if PUBLIC in parts:
        sets.append((REDDIT, acute_lexicon(data), read_set(data, REDDIT)))
    return sets


def _numbers(done: Evaluated, parts: Sequence[str], true: frozenset[tuple[str, str]]) -> Numbers:
    numbers: Numbers = {}
    if OWN in parts:
        numbers |= own_numbers(done.own) | language_numbers(done.own)
    if ROBUST in parts:
        plain = [one for one in done.own if one.own.language == ENGLISH and one.own.harmful]
        numbers |= robust_numbers(plain, done.disguised)
    for one in BENIGN:
        if one.name in done.sets:
            numbers |= benign_numbers(one.name, done.sets[one.name], true)
    for one in LABELLED:
        if one.name in done.sets:
            numbers |= labelled_numbers(one.name, done.sets[one.name])
    return numbers | reddit_numbers(done.sets.get(REDDIT.name, ()))


def read_judged_true(path: Path) -> frozenset[tuple[str, str]]:
    """Return which phrases, by theme and sentence, a person judged true on web queries."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return frozenset((row["theme"], row["says"]) for row in table["true"] if row["reason"])
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise UnusableError(
            f"{path.name} cannot be used ({error}): it holds [[true]] with theme, says and reason."
        ) from error
