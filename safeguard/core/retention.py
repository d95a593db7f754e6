"""How long each class of records is kept, and why: docs/reference/retention.md is made from it.

A legal hold stops all of it for whom or what it names. Nothing here knows a database.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from safeguard.core.concerns import Outcome

YOUNGEST = 3  # years of age: of whom no birth date is known, nobody in a school is younger
LIMITATION = "UK GDPR, article 5(1)(e): no longer than is necessary"
EVIDENCE = "DfE filtering and monitoring standards: documented checks, reviewed each year"
RECORD = "School practice for child protection records: to the 25th birthday"


class Kept(StrEnum):
    """A class of records with a period of its own."""

    ACCESS = "access log"
    BELOW = "below the threshold"
    LOW = "not reviewed, low"
    OPEN = "not reviewed, medium or worse"
    DISMISSED = "not a concern"
    NOTED = "real, with nothing to do"
    ACTED = "real, and acted on"
    TALLIES = "hourly numbers"
    MESSAGES = "messages sent"
    REFUSED = "records that could not be stored"
    SELF_TESTS = "self-tests"
    REQUESTS = "unblock requests"
    LIFTED = "lifted for a while"
    DETAILS = "details of the audit chain"
    RUNS = "what was removed, and when"


@dataclass(frozen=True, slots=True)
class Period:
    """How many days a class is kept unless the settings say otherwise, and within which limits."""

    days: int
    least: int
    most: int
    since: str
    what: str
    why: str
    source: str


PERIODS: Mapping[Kept, Period] = {
    Kept.ACCESS: Period(
        30, 7, 92, "the visit", "Visits by person and host; a day at a time.",
        "Long enough to look back from a concern a school learns of by word of mouth. What "
        "surrounds a concern is copied into it.", LIMITATION,
    ),
    Kept.BELOW: Period(
        14, 1, 30, "the hour", "How often a theme was nearly met; no words, nobody's name.",
        "To rehearse other thresholds against two weeks.", LIMITATION,
    ),
    Kept.LOW: Period(
        90, 14, 365, "the last event", "Concerns and events of low severity that nobody reviewed.",
        "A term: what repeats climbs in severity within it, and the rest says nothing of a child.",
        LIMITATION,
    ),
    Kept.OPEN: Period(
        730, 365, 2190, "the last event", "Concerns and events from medium on that nobody reviewed.",
        "A person should look before anything is lost. The lead's page and the weekly report say "
        "that they wait.", LIMITATION,
    ),
    Kept.DISMISSED: Period(
        30, 1, 365, "the review", "What was found to be a lesson, lyrics, too broad a rule, the "
        "wrong pupil, or seen elsewhere.",
        "Long enough to undo a mistake. What it taught about the rule is kept without the pupil.",
        LIMITATION,
    ),
    Kept.NOTED: Period(
        365, 30, 2190, "the review", "What was real and needed nothing.",
        "A school year, so that a pattern is seen.", LIMITATION,
    ),
    Kept.ACTED: Period(
        9132, 9132, 27394, "birth", "Cases and concerns on which staff acted.",
        "They are part of the child's protection record. Where no birth date is given, the pupil "
        f"counts as {YOUNGEST} years old when it was closed.", RECORD,
    ),
    Kept.TALLIES: Period(
        400, 30, 1100, "the hour", "How often a category was met; nobody's name.",
        "To compare a term with the same term a year ago.", LIMITATION,
    ),
    Kept.MESSAGES: Period(
        90, 30, 365, "when it was sent or given up", "Which message went to whom, and each try.",
        "To show that the right person was told in time.", LIMITATION,
    ),
    Kept.REFUSED: Period(
        90, 7, 365, "the event", "Records that the database did not take, for a person to look into.",
        "A term: nothing that was acknowledged may vanish unseen.", LIMITATION,
    ),
    Kept.SELF_TESTS: Period(
        1095, 365, 3650, "the test", "What was tried through the filter, and what came of it.",
        "Evidence for three yearly reviews.", EVIDENCE,
    ),
    Kept.REQUESTS: Period(
        90, 14, 365, "the answer", "Who asked for a blocked site, why, and the answer. Without an "
        "answer: from when it was asked for last.",
        "A term: to see what is asked for again and how long answers take.", LIMITATION,
    ),
    Kept.LIFTED: Period(
        400, 30, 1100, "their end", "Overrides, unblock codes, and exemptions from concerns: for whom and why.",
        "A school year and a term: the yearly review looks at them.", EVIDENCE,
    ),
    Kept.DETAILS: Period(
        2190, 365, 9132, "the entry", "What an entry of the audit chain says beyond who, what, whom "
        "and when. The entry itself stays, and the chain still verifies.",
        "Six years: as long as someone may ask who looked at a child's data, and why.", LIMITATION,
    ),
    Kept.RUNS: Period(
        2190, 365, 9132, "the run", "That records were removed, how many, and which class.",
        "Proof that these periods are kept.", LIMITATION,
    ),
}  # fmt: skip

OF_OUTCOME: Mapping[Outcome, Kept] = {
    Outcome.ACTED: Kept.ACTED,
    Outcome.NOTED: Kept.NOTED,
    Outcome.LESSON: Kept.DISMISSED,
    Outcome.LYRICS: Kept.DISMISSED,
    Outcome.TOO_BROAD: Kept.DISMISSED,
    Outcome.WRONG_PUPIL: Kept.DISMISSED,
    Outcome.DUPLICATE: Kept.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class Periods:
    """The days each class is kept here."""

    days: Mapping[Kept, int]

    def before(self, kept: Kept, now: datetime) -> datetime:
        """Return the moment before which the class is over its time.

        Of ACTED it is for pupils whose birth date is not known.
        """
        days = self.days[kept]
        if kept is Kept.ACTED:
            return years_later(now, YOUNGEST) - timedelta(days=days)
        return now - timedelta(days=days)


def kept_as(outcome: str | None) -> Kept:
    """Return the class of what was closed so. What is not known is kept as long as any."""
    return next((one for spelt, one in _spelt() if spelt == outcome), Kept.ACTED)


def outcomes_kept_as(kept: Kept) -> tuple[str, ...]:
    """Return the outcomes of a class, in each way that they are written down."""
    return tuple(spelt for spelt, one in _spelt() if one is kept)


def _spelt() -> Iterator[tuple[str, Kept]]:
    """An outcome is kept as its short name; old cases kept its sentence."""
    for outcome, kept in OF_OUTCOME.items():
        yield outcome.value, kept
        yield outcome.code, kept


def keep_until(
    outcome: str | None, closed: datetime, births: Iterable[date | None], periods: Periods
) -> datetime:
    """Return from when a closed case may be removed: of several pupils, the youngest decides."""
    kept = kept_as(outcome)
    if kept is not Kept.ACTED:
        return closed + timedelta(days=periods.days[kept])
    youngest = years_later(closed, -YOUNGEST)
    born = [youngest if one is None else datetime.combine(one, time(), UTC) for one in births] or [
        youngest
    ]
    return max(closed, max(born) + timedelta(days=periods.days[kept]))


def years_later(moment: datetime, years: int) -> datetime:
    """Return the same day so many years on; of 29 February, 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
