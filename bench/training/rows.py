"""Read what is learned from and what it is checked with. No text is ever printed or kept.

Only the sets of LEARNED are learned from. OLID, Formspring, TREC and the place names never
are: with them it is measured whether what was learned holds for people it has not seen.
"""

import gzip
import html
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

SOUGHT = ("bullying", "hate", "misogyny")  # themes of our own sentences that hurt somebody
OWN_IMPORTANCE = 5.0  # our own sentences are few, and are what pupils write
LEARNED = ("davidson", "edos-train", "hatexplain-train", "oak-a")
CHECKED = ("olid-train", "formspring-a", "oak-a", "gb-places-a", "trec-mq-1-10000")
_HARMLESS = ("neither", "not_sexist", "normal", "not_offensive", "bully-votes-0", "benign", "")
_DISPUTED = "bully-votes-1"
# That a text is not sexist, or aims at no group, does not say that it hurts nobody.
_OTHER_QUESTION = ("not_sexist", "normal")
_TRACES = re.compile(
    r"@\w*|https?:?\S*|<\w+>|\[(?:USER|URL)\]|\b(?:RT|URL|USER)\b|#(?=\w)"
)  # of where a text was posted, by which its source could be told


@dataclass(frozen=True, slots=True)
class Row:
    """A text, whether it hurts somebody, how much that matters, and where it is from."""

    text: str
    hurts: bool
    source: str
    importance: float = 1.0


def read_set(data: Path, name: str) -> Iterator[Row]:
    file = data / "eval-dev" / f"{name}.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            label = row["label"] or ""
            if label != _DISPUTED:
                yield Row(row["text"], label not in _HARMLESS, name, _importance(label))


def _importance(label: str) -> float:
    return 0.5 if label in _OTHER_QUESTION else 1.0


def to_learn_from(data: Path, tables: Path) -> Iterator[Row]:
    """Return all texts to learn from, without traces of where they were posted."""
    rude = rude_words(data)
    for name in LEARNED:
        for row in read_set(data, name):
            asked_otherwise = not row.hurts and row.importance < 1
            text = _TRACES.sub(" ", html.unescape(row.text))
            if not (asked_otherwise and rude.search(text.lower())):
                yield Row(text, row.hurts, row.source)
    yield from neutral("learned")
    for file in sorted(tables.rglob("*.toml")):
        yield from own_sentences(tomllib.loads(file.read_text("utf-8")))


def rude_words(data: Path) -> re.Pattern[str]:
    """Return the word list that schools begin with, on word boundaries."""
    words = json.loads((data / "phrases/naughty-words/en.json").read_text("utf-8"))
    longest_first = sorted({one.lower() for one in words}, key=lambda one: (-len(one), one))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def neutral(part: str, kind: str = "") -> Iterator[Row]:
    """Return sentences that name a group, or a word of a dialect, and hurt nobody."""
    table = tomllib.loads(Path(__file__).with_name("neutral.toml").read_text("utf-8"))
    for name, sentences in table[part].items():
        if kind in ("", name):
            for sentence in sentences:
                for term in table[name]:
                    yield Row(sentence.format(term), hurts=False, source="neutral", importance=2.0)


def own_sentences(table: dict[str, list[dict[str, object]]]) -> Iterator[Row]:
    """Return the half of our own sentences that may be tuned on."""
    for case in table.get("case", []):
        texts = case["texts"]
        for text in texts if isinstance(texts, list) else ():
            if is_tuning(text):
                yield Row(text, case["theme"] in SOUGHT, "own", OWN_IMPORTANCE)


def is_tuning(text: str) -> bool:
    """Whether a text is of the half that may be seen; the other half is held back."""
    return blake2b(text.encode(), digest_size=8).digest()[-1] % 2 == 0


def held_back_in(text: str, folds: int) -> int:
    """Say in which part a text is held back: by what it says, so that copies stay together."""
    said = " ".join(text.lower().split()).encode()
    return int.from_bytes(blake2b(said, digest_size=4).digest()) % folds
