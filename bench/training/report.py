"""Tell what the second opinion is worth beside the phrases: counts and rates, never a text."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import override

import numpy as np
import numpy.typing as npt

from bench.training.learning import Floats
from bench.training.rows import (
    CHECKED,
    LEARNED,
    SOUGHT,
    Row,
    is_tuning,
    neutral,
    read_set,
    rude_words,
)
from filter_rules.detector import Detector
from filter_rules.languages import read_themes
from filter_rules.opinion import Judged, Opinion
from filter_rules.second_opinion import SURE, THEMES, second_opinion
from filter_rules.types import Finding, Kind, Severity
from safeguard.opinion_file import read_opinion
from safeguard.sources import shipped_languages, shipped_themes

BENIGN = ("oak-a", "gb-places-a", "trec-mq-1-10000")
ALONE = 0.9  # from here on it would flag without any phrase, if it were allowed to
DOUBTFUL = 0.1  # up to here it would take back, if it were allowed to

type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rates:
    """How well flags tell what hurts."""

    recall: float
    false: float
    f1: float

    @classmethod
    def of(cls, flagged: Flags, hurts: Flags) -> "Rates":
        true, false = int((flagged & hurts).sum()), int((flagged & ~hurts).sum())
        everything = int(flagged.sum() + hurts.sum())
        return cls(
            true / max(1, int(hurts.sum())),
            false / max(1, int((~hurts).sum())),
            2 * true / max(1, everything),
        )

    @override
    def __str__(self) -> str:
        return f"{self.recall:7.3f} {1000 * self.false:8.2f} {self.f1:7.3f}"


class Subject:
    """Judges texts by phrases, by the opinion, and by both."""

    def __init__(self, data: Path, folder: Path) -> None:
        themes = read_themes(shipped_themes(), shipped_languages())[0]
        self.opinion: Opinion = read_opinion(folder)
        self.phrases = Detector(themes)
        self.both = Detector(themes, self.opinion)
        self._rude = rude_words(data)

    def ways(self, row: Row, kind: Kind) -> dict[str, bool]:
        sure = self.opinion.judge(row.text).probability
        findings = self.phrases.detect(row.text, kind)
        together = flagged(self.both.detect(row.text, kind))
        return {
            "word list": self._rude.search(row.text.lower()) is not None,
            "phrases": flagged(findings),
            "phrases, low too": flagged(findings) or low(findings),
            f"opinion >= {SURE}": sure >= SURE,
            f"opinion >= {ALONE}": sure >= ALONE,
            "together": together,
            "and alone": together or (sure >= ALONE and kind is not Kind.SEARCH),
            "and taking back": together and not _taken_back(findings, sure),
        }


def told(data: Path, tables: Path, folder: Path) -> str:
    subject = Subject(data, folder)
    lines = ["set              judged by          recall false/1,000   F1"]
    for name in CHECKED:
        kind = Kind.SEARCH if name in BENIGN else Kind.CHAT
        lines += _of_set(name, list(read_set(data, name)), kind, subject)
    lines += _of_set("own, held back", list(_own_held_back(tables)), Kind.CHAT, subject)
    for what in ("groups", "people", "dialect"):
        said = [subject.opinion.judge(row.text).probability for row in neutral("measured", what)]
        over = sum(one >= SURE for one in said)
        lines.append(
            f"neutral {what}: {len(said)} texts, mean {np.mean(said):.3f}, from {SURE} on {over}"
        )
    return "\n".join(lines)


def told_of_folds(data: Path, folder: Path, rows: Sequence[Row], probabilities: Floats) -> str:
    """Tell what it is worth on the texts it learns from, each judged by one that had not seen it."""
    subject = Subject(data, folder)
    lines = ["held-back folds  judged by          recall false/1,000   F1"]
    for name in LEARNED:
        kind = Kind.SEARCH if name in BENIGN else Kind.CHAT
        some = [n for n, row in enumerate(rows) if row.source == name]
        hurts = np.array([rows[n].hurts for n in some])
        findings = [subject.phrases.detect(rows[n].text, kind) for n in some]
        sure = probabilities[some]
        said = {
            "phrases": [flagged(one) for one in findings],
            "phrases, low too": [flagged(one) or low(one) for one in findings],
            f"opinion >= {SURE}": sure >= SURE,
            "together": [
                flagged(second_opinion(one, Judged(float(how))))
                for one, how in zip(findings, sure, strict=True)
            ],
        }
        by = {way: np.array(flags) for way, flags in said.items()}
        lines += [f"{name:16} {way:16} {Rates.of(flags, hurts)}" for way, flags in by.items()]
        may = by["phrases, low too"] & ~by["phrases"]
        lines.append(told_of_promotion(name, may, by["together"], hurts))
    return "\n".join(lines)


def flagged(findings: Sequence[Finding]) -> bool:
    return any(one.severity >= Severity.MEDIUM and not one.help_seeking for one in findings)


def low(findings: Sequence[Finding]) -> bool:
    """Whether the opinion might promote one: what is gained by promoting them all, unasked."""
    return any(one.theme in THEMES and one.severity is Severity.LOW for one in findings)


def told_of_promotion(name: str, may: Flags, did: Flags, hurts: Flags) -> str:
    """Tell whether what is promoted hurts more often than what it might promote and does not."""
    left = may & ~did
    return (
        f"{name:16} of those it may promote: promoted {int((may & did).sum())}, "
        f"{int((may & did & hurts).sum())} hurt; left {int(left.sum())}, "
        f"{int((left & hurts).sum())} hurt"
    )


def _of_set(name: str, rows: Sequence[Row], kind: Kind, subject: Subject) -> Iterator[str]:
    if not rows:
        return
    hurts = np.array([row.hurts for row in rows])
    said = [subject.ways(row, kind) for row in rows]
    by = {way: np.array([one[way] for one in said]) for way in said[0]}
    for way, flags in by.items():
        yield f"{name:16} {way:16} {Rates.of(flags, hurts)}"
    may = by["phrases, low too"] & ~by["phrases"]
    yield told_of_promotion(name, may, by["together"], hurts)


def _taken_back(findings: Sequence[Finding], sure: float) -> bool:
    """Whether all that is flagged could be taken back, and would be."""
    high = [one for one in findings if flagged([one])]
    movable = all(one.theme in THEMES and one.severity is Severity.MEDIUM for one in high)
    return bool(high) and movable and sure <= DOUBTFUL


def _own_held_back(tables: Path) -> Iterator[Row]:
    for file in sorted(tables.rglob("*.toml")):
        for case in tomllib.loads(file.read_text("utf-8")).get("case", []):
            if case["theme"] in ("", *SOUGHT):
                for text in case["texts"]:
                    if not is_tuning(text):
                        yield Row(text, case["theme"] != "", "own")
