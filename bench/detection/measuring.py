"""From what was said of texts to numbers: recall, precision, false flags, robustness.

Names of numbers read from the wide to the narrow: `own.held-back.urgent.recall`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.detection.counting import (
    Numbers,
    f1,
    put_per_thousand,
    put_ratio,
    put_share,
)
from bench.detection.mutations import MUTATIONS
from bench.detection.own_tables import ENGLISH, Half, OwnText
from bench.detection.public_sets import Row
from bench.detection.subject import Cause, Told
from filter_rules.types import Severity
from safeguard.core.policy import FLAGGED_FROM

URGENT_THEMES = frozenset(("suicide", "self-harm", "abuse-disclosure", "grooming"))
ALL = "all"
FEWEST = 3  # texts that say a phrase before it is told


@dataclass(frozen=True, slots=True)
class Judged:
    """One of our own sentences, and what was said of it."""

    own: OwnText
    told: Told

    @property
    def found(self) -> bool:
        """Whether the theme was found at least as severe as it must be."""
        return self.told.reaches(self.own.theme, self.own.severity)


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of a public set, what was said of it, and whether a plain list would flag it."""

    row: Row
    told: Told
    naive: bool = False


def own_numbers(judged: Sequence[Judged]) -> Numbers:
    """Measure the English tables, for each half alone and for both."""
    numbers: Numbers = {}
    english = [one for one in judged if one.own.language == ENGLISH]
    for half in (ALL, *Half):
        of_half = [one for one in english if half in (ALL, one.own.half)]
        _put_recall(numbers, f"own.{half}", of_half)
        _put_harmless(numbers, f"own.{half}.benign", of_half)
    _put_severities(numbers, english)
    _put_help(numbers, english)
    _put_themes(numbers, english)
    return numbers


def _put_recall(numbers: Numbers, name: str, judged: Iterable[Judged]) -> None:
    harmful = [one for one in judged if one.own.harmful]
    urgent = [one for one in harmful if one.own.severity is Severity.URGENT]
    for which, texts in (("urgent", urgent), ("overall", harmful)):
        put_share(numbers, f"{name}.{which}.recall", _count(one.found for one in texts), len(texts))
        worth = [one for one in texts if one.own.severity >= FLAGGED_FROM]
        flagged = _count(one.told.flagged for one in worth)
        put_share(numbers, f"{name}.{which}.flagged", flagged, len(worth))


def _put_severities(numbers: Numbers, judged: Iterable[Judged]) -> None:
    """Of sentences that must be so severe, what share was made how severe, by the right theme."""
    by_severity: defaultdict[Severity, Counter[Severity]] = defaultdict(Counter)
    for one in judged:
        if one.own.harmful:
            got = one.told.themes.get(one.own.theme, Severity.NONE)
            by_severity[one.own.severity][got] += 1
    for expected, gots in by_severity.items():
        for got in Severity:
            name = f"severity.{expected.word}.{got.word}"
            put_share(numbers, name, gots[got], gots.total())


def _put_harmless(numbers: Numbers, name: str, judged: Iterable[Judged]) -> None:
    harmless = [one for one in judged if not one.own.harmful]
    by_kind: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in harmless:
        by_kind[one.own.kind].append(one)
    for kind, texts in {"any": harmless, **by_kind}.items():
        flagged = _count(one.told.flagged for one in texts)
        put_per_thousand(numbers, f"{name}.{kind}.false_per_1000", flagged, len(texts))


def _put_help(numbers: Numbers, judged: Iterable[Judged]) -> None:
    """How many of those who look for help are seen to."""
    asking = [one for one in judged if one.own.theme and not one.own.harmful]
    put_share(numbers, "own.help.recall", _count(one.found for one in asking), len(asking))


def _put_themes(numbers: Numbers, judged: Sequence[Judged]) -> None:
    """Precision, recall and F1 of each theme; a flag of another theme than expected is wrong."""
    for theme in sorted({one.own.theme for one in judged if one.own.harmful}):
        expected = [one for one in judged if one.own.harmful and one.own.theme == theme]
        held_back = [one for one in expected if one.own.half is Half.HELD_BACK]
        right = _count(one.found for one in expected)
        wrong = _count(
            one.told.reaches(theme, FLAGGED_FROM)
            for one in judged
            if one.own.theme != theme or not one.own.harmful
        )
        name = f"theme.{theme}"
        put_share(numbers, f"{name}.recall", right, len(expected))
        put_share(
            numbers,
            f"{name}.held-back.recall",
            _count(one.found for one in held_back),
            len(held_back),
        )
        put_share(numbers, f"{name}.precision", right, right + wrong)
        on_harmless = _count(
            one.told.reaches(theme, FLAGGED_FROM) for one in judged if not one.own.harmful
        )
        put_share(numbers, f"{name}.precision_beside_harmless", right, right + on_harmless)
        numbers[f"{name}.f1"] = f1(right, wrong, len(expected) - right)


def language_numbers(judged: Iterable[Judged]) -> Numbers:
    """Measure each other language: the urgent themes together, and every theme alone."""
    numbers: Numbers = {}
    by_language = defaultdict(list)
    for one in judged:
        if one.own.language != ENGLISH:
            by_language[one.own.language].append(one)
    for language, texts in sorted(by_language.items()):
        name = f"language.{language}"
        urgent = [one for one in texts if one.own.theme in URGENT_THEMES and one.own.harmful]
        for half in (ALL, *Half):
            some = [one for one in urgent if half in (ALL, one.own.half)]
            put_share(
                numbers,
                f"{name}.{half}.urgent_themes.recall",
                _count(one.found for one in some),
                len(some),
            )
        _put_recall(numbers, name, texts)
        _put_harmless(numbers, f"{name}.benign", texts)
        for theme in sorted({one.own.theme for one in texts if one.own.harmful}):
            of_theme = [one for one in texts if one.own.theme == theme and one.own.harmful]
            put_share(
                numbers,
                f"{name}.theme.{theme}.recall",
                _count(one.found for one in of_theme),
                len(of_theme),
            )
    _put_least(
        numbers,
        "languages.least.urgent_themes.recall",
        [f"language.{one}.all.urgent_themes.recall" for one in by_language],
    )
    return numbers


def robust_numbers(plain: Sequence[Judged], disguised: Mapping[str, Sequence[Judged]]) -> Numbers:
    """Divide the recall of disguised texts by that of the same texts as they were written."""
    numbers: Numbers = {}
    _put_recall(numbers, "robust.plain", plain)
    for name, judged in disguised.items():
        _put_recall(numbers, f"robust.{name}", judged)
        put_ratio(
            numbers,
            f"robust.{name}.ratio",
            f"robust.{name}.overall.recall",
            "robust.plain.overall.recall",
        )
    _put_least(
        numbers,
        "robust.least.ratio",
        [f"robust.{one.name}.ratio" for one in MUTATIONS if one.gated],
    )
    return numbers


def _put_least(numbers: Numbers, name: str, names: Iterable[str]) -> None:
    measured = [numbers[one] for one in names if one in numbers]
    if measured:
        numbers[name] = min(measured, key=lambda one: one.value)


def benign_numbers(
    name: str, judged: Sequence[Compared], true: frozenset[tuple[str, str]]
) -> Numbers:
    """Count flags on texts that are harmless, those that a person judged true left out."""
    numbers: Numbers = {}
    flagged = [one for one in judged if one.told.flagged]
    false = [one for one in flagged if not judged_true(one.told, true)]
    put_per_thousand(numbers, f"{name}.flagged_per_1000", len(flagged), len(judged))
    put_per_thousand(numbers, f"{name}.false_per_1000", len(false), len(judged))
    naive = _count(one.naive for one in judged)
    put_per_thousand(numbers, f"{name}.naive_per_1000", naive, len(judged))
    parts = Counter(one.row.part for one in judged)
    for part, of in sorted(parts.items()) if len(parts) > 1 else ():
        hits = _count(one.row.part == part for one in false)
        put_per_thousand(numbers, f"{name}.{part}.false_per_1000", hits, of)
    return numbers


def judged_true(told: Told, true: frozenset[tuple[str, str]]) -> bool:
    """Whether all that a text was flagged for is on the list of what a person judged true."""
    return all((one.theme, one.says) in true for one in told.causes)


def labelled_numbers(name: str, judged: Sequence[Compared]) -> Numbers:
    """Measure a set with labels, beside a plain list of words on the same rows."""
    numbers: Numbers = {}
    harm = [one for one in judged if one.row.positive]
    harmless = [one for one in judged if one.row.positive is False]
    for who, flags in (
        ("", lambda one: one.told.flagged),
        ("noticed_", lambda one: one.told.severity > Severity.NONE),
        ("naive_", lambda one: one.naive),
    ):
        right, wrong = _count(map(flags, harm)), _count(map(flags, harmless))
        put_share(numbers, f"{name}.{who}recall", right, len(harm))
        put_share(numbers, f"{name}.{who}false", wrong, len(harmless))
        put_share(numbers, f"{name}.{who}precision", right, right + wrong)
    for which in ("recall", "false"):
        put_ratio(numbers, f"{name}.{which}_ratio", f"{name}.{which}", f"{name}.naive_{which}")
    return numbers


def reddit_numbers(judged: Iterable[Compared]) -> Numbers:
    """Say of each forum what share was flagged; what a post was posted in is a weak label."""
    numbers: Numbers = {}
    by_forum = defaultdict(list)
    for one in judged:
        by_forum[one.row.label].append(one)
    for forum, posts in sorted(by_forum.items()):
        name = f"reddit.{forum}"
        put_share(numbers, f"{name}.flagged", _count(one.told.flagged for one in posts), len(posts))
        acute = _count(
            any(one.told.reaches(theme, FLAGGED_FROM) for theme in ("suicide", "self-harm"))
            for one in posts
        )
        put_share(numbers, f"{name}.acute", acute, len(posts))
        put_share(numbers, f"{name}.naive", _count(one.naive for one in posts), len(posts))
    return numbers


def causes(judged: Iterable[Compared]) -> list[tuple[Cause, int, int]]:
    """Say what texts were flagged for: how often on harm, how often on what is harmless.

    A phrase is told only where several texts say it: by one alone, the text might be known.
    """
    fired = [(cause, bool(one.row.positive)) for one in judged for cause in set(one.told.causes)]
    texts = Counter(cause for cause, _ in fired)
    right: Counter[Cause] = Counter()
    wrong: Counter[Cause] = Counter()
    for cause, harm in fired:
        told = cause if texts[cause] >= FEWEST else replace(cause, phrase="")
        (right if harm else wrong)[told] += 1
    every = sorted(right.keys() | wrong.keys(), key=lambda one: (-wrong[one], -right[one], one))
    return [(one, right[one], wrong[one]) for one in every]


def _count(truths: Iterable[bool]) -> int:
    return sum(1 for one in truths if one)
