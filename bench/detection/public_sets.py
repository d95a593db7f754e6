"""Read the public development sets and word lists, which the project may not contain.

What is read is judged and counted. No row of it is ever printed, written or kept.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filter_rules.types import Kind

ACUTE = (
    "Passive suicidal ideation",
    "Active suicidal ideation & suicidal planning",
    "Lethal means for suicide",
    "Direct self-injury",
    "Other suicidal language",
)  # the constructs of the lexicon that speak of danger now
_LEXICON = "phrases/suicide-risk-lexicon/suicide_risk_lexicon_validated_24-08-02T21-27-35.json"
_WORDS = "phrases/naughty-words/en.json"


@dataclass(frozen=True, slots=True)
class Row:
    """A text, its label and what part of its set it is of. `positive` is None where disputed."""

    text: str
    label: str
    part: str
    positive: bool | None


@dataclass(frozen=True, slots=True)
class PublicSet:
    """How a file is read: what its texts are, and which of its labels mean harm."""

    name: str
    file: str
    kind: Kind
    positive: Callable[[str], bool | None]


def _offensive(label: str) -> bool:
    return label.startswith("offensive")


def _bullied(label: str) -> bool | None:
    votes = int(label.removeprefix("bully-votes-"))
    return None if votes == 1 else votes > 1


LABELLED = (
    PublicSet("olid", "olid-train", Kind.CHAT, _offensive),
    PublicSet("davidson", "davidson", Kind.CHAT, lambda label: label != "neither"),
    PublicSet("edos", "edos-train", Kind.CHAT, lambda label: label != "not_sexist"),
    PublicSet("hatexplain", "hatexplain-train", Kind.CHAT, lambda label: label != "normal"),
    PublicSet("formspring", "formspring-a", Kind.CHAT, _bullied),
)
REDDIT = PublicSet("reddit", "reddit-a", Kind.CHAT, lambda _label: None)
BENIGN = (
    PublicSet("oak", "oak-a", Kind.SEARCH, lambda _label: False),
    PublicSet("places", "gb-places-a", Kind.SEARCH, lambda _label: False),
    PublicSet("trec", "trec-mq-1-10000", Kind.SEARCH, lambda _label: False),
)


def read_set(data: Path, one: PublicSet) -> list[Row]:
    with gzip.open(data / "eval-dev" / f"{one.file}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return list(rows(lines, one))


def rows(lines: Iterable[str], one: PublicSet) -> Iterator[Row]:
    for line in lines:
        row = json.loads(line)
        label = row["label"] or ""
        yield Row(row["text"], label, row["source"].rpartition(":")[2], one.positive(label))


def word_list(data: Path) -> "NaiveList":
    """Return the list that schools begin with: 403 words, on word boundaries."""
    return NaiveList(json.loads((data / _WORDS).read_text("utf-8")))


def acute_lexicon(data: Path) -> "NaiveList":
    lexicon = json.loads((data / _LEXICON).read_text("utf-8"))
    return NaiveList([token for name in ACUTE for token in lexicon[name]["tokens"]])


class NaiveList:
    """What Safeguard is compared with: words and phrases of a list, whatever stands around."""

    def __init__(self, phrases: Sequence[str]) -> None:
        longest_first = sorted({one.lower() for one in phrases}, key=lambda one: (-len(one), one))
        ways = "|".join(map(re.escape, longest_first))
        self._found = re.compile(rf"(?<!\w)(?:{ways})(?!\w)")

    def flags(self, text: str) -> bool:
        return self._found.search(text.lower()) is not None
