"""Tell what the second opinion is worth beside the phrases: counts and rates, never a text.

Everything is measured with texts that it has not learned from: the half of our own sentences
that is held back, the half of the lessons, and sets that it never saw.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import override

import numpy as np
import numpy.typing as npt

from bench.training.rows import CHECKED, LESSONS, Row, is_tuning, neutral, read_set, rude_words
from filter_rules.detector import Detector
from filter_rules.languages import read_themes
from filter_rules.opinion import Opinion
from filter_rules.second_opinion import ABUSIVE, EYE_SURE
from filter_rules.types import Finding, Kind, Severity
from safeguard.opinion_file import read_opinion
from safeguard.sources import shipped_languages, shipped_themes

BENIGN = ("oak-a", "gb-places-a", "trec-mq-1-10000")
SURE = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99)  # at which its own finding is tried

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
        eye = self.opinion.judge(row.text).eye
        findings = self.phrases.detect(row.text, kind)
        found = flagged(findings)
        tried = {f"phrases or >= {sure}": found or eye >= sure for sure in SURE}
        return {
            "word list": self._rude.search(row.text.lower()) is not None,
            "phrases": found,
            "phrases, low too": found or low(findings),
            f"opinion >= {EYE_SURE}": eye >= EYE_SURE,
            **tried,
            "together": flagged(self.both.detect(row.text, kind)),
        }


def told(data: Path, tables: Path, folder: Path) -> str:
    subject = Subject(data, folder)
    lines = ["set              judged by          recall false/1,000   F1"]
    for name in CHECKED:
        kind = Kind.SEARCH if name in BENIGN else Kind.CHAT
        rows = [row for row in read_set(data, name) if name != LESSONS or not is_tuning(row.text)]
        lines += _of_set(name, rows, np.array([bool(row.abusive) for row in rows]), kind, subject)
    for name, folded in (("own, English", "*.toml"), ("own, others", "languages/*.toml")):
        held = [row for row in _own_held_back(tables, folded) if row.theme is not None]
        hurts = np.array([bool(row.theme) for row in held])
        lines += _of_set(name, held, hurts, Kind.CHAT, subject)
        harmful = [row for row in held if row.theme]
        right = sum(subject.opinion.judge(row.text).theme == row.theme for row in harmful)
        lines.append(f"{name:16} most like its own theme: {right} of {len(harmful)}")
    for what in ("groups", "people", "dialect"):
        said = [subject.opinion.judge(row.text).eye for row in neutral("measured", what)]
        over = sum(one >= EYE_SURE for one in said)
        lines.append(
            f"neutral {what}: {len(said)} texts, mean {np.mean(said):.3f}, from {EYE_SURE} on {over}"
        )
    return "\n".join(lines)


def flagged(findings: Sequence[Finding]) -> bool:
    return any(one.severity >= Severity.MEDIUM and not one.help_seeking for one in findings)


def low(findings: Sequence[Finding]) -> bool:
    """Whether there is a low finding of abuse: what is gained by flagging them all, unasked."""
    return any(one.theme in ABUSIVE and one.severity is Severity.LOW for one in findings)


def _of_set(
    name: str, rows: Sequence[Row], hurts: Flags, kind: Kind, subject: Subject
) -> Iterator[str]:
    if not rows:
        return
    said = [subject.ways(row, kind) for row in rows]
    for way in said[0]:
        yield f"{name:16} {way:18} {Rates.of(np.array([one[way] for one in said]), hurts)}"


def _own_held_back(tables: Path, files: str) -> Iterator[Row]:
    for file in sorted(tables.glob(files)):
        for case in tomllib.loads(file.read_text("utf-8")).get("case", []):
            unclear = case.get("severity") == "low" or case["theme"] == "help-seeking"
            if case.get("kind") != "page":
                for text in case["texts"]:
                    if not is_tuning(text):
                        yield Row(text, "own", theme=None if unclear else case["theme"])
