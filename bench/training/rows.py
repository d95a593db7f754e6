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
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

ABUSIVE = ("bullying", "hate", "misogyny")  # themes of our own sentences that hurt somebody
HARMLESS = "harmless"  # the file of sentences that need nobody's eye
LESSONS = "oak-a"
LESSON_IMPORTANCE = 4.0  # most searches at a school are like them
OWN_IMPORTANCE = 6.0  # our own sentences are few, and are what pupils write
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
    """A text, what is known of it, where it is from, and how much that matters.

    `abusive`: whether it hurts somebody. `theme`: what it is of that needs a person's eye, empty
    where nothing is. None: that is not known.
    """

    text: str
    source: str
    abusive: bool | None = None
    theme: str | None = None
    importance: float = 1.0

    @property
    def needs_an_eye(self) -> bool | None:
        return None if self.theme is None else self.theme != ""


def read_set(data: Path, name: str) -> Iterator[Row]:
    """Return a public set: of what it calls harmless nothing needs an eye, of the rest who knows."""
    file = data / "eval-dev" / f"{name}.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            label = row["label"] or ""
            if label != _DISPUTED:
                harmless = label in _HARMLESS
                theme = "" if harmless else None
                yield Row(row["text"], name, not harmless, theme, _importance(name, label))


def _importance(name: str, label: str) -> float:
    if label in _OTHER_QUESTION:
        return 0.5
    return LESSON_IMPORTANCE if name == LESSONS else 1.0


def to_learn_from(data: Path, tables: Path) -> Iterator[Row]:
    """Return all texts to learn from, without traces of where they were posted."""
    rude = rude_words(data)
    for name in LEARNED:
        for row in read_set(data, name):
            if name == LESSONS and not is_tuning(row.text):
                continue  # with this half it is measured
            asked_otherwise = not row.abusive and row.importance < 1
            text = _TRACES.sub(" ", html.unescape(row.text))
            if asked_otherwise and rude.search(text.lower()):
                continue
            yield replace(row, text=text)
    yield from neutral("learned")
    yield from written_sentences(Path(__file__).with_name("sentences"))
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
                    yield _own(sentence.format(term), "", "neutral", importance=2.0)


def written_sentences(folder: Path) -> Iterator[Row]:
    """Return sentences that were written to learn from: a file a theme, and one of the harmless."""
    for file in sorted(folder.glob("*.txt")):
        theme = "" if file.stem == HARMLESS else file.stem
        for line in file.read_text("utf-8").splitlines():
            if line.strip():
                yield _own(line, theme, "sentences")


def own_sentences(table: dict[str, list[dict[str, object]]]) -> Iterator[Row]:
    """Return the half of our own sentences that may be tuned on, but pages.

    What is only low, or seeks help, neither needs an eye nor is it harmless.
    """
    for case in table.get("case", []):
        texts, theme = case["texts"], str(case["theme"])
        unclear = case.get("severity") == "low" or theme == "help-seeking"
        if case.get("kind") == "page" or not isinstance(texts, list):
            continue
        yield from (_own(one, None if unclear else theme, "own") for one in texts if is_tuning(one))


def _own(text: str, theme: str | None, source: str, importance: float = OWN_IMPORTANCE) -> Row:
    return Row(text, source, theme in ABUSIVE if theme is not None else None, theme, importance)


def is_tuning(text: str) -> bool:
    """Whether a text is of the half that may be seen; the other half is held back."""
    return blake2b(text.encode(), digest_size=8).digest()[-1] % 2 == 0


def held_back_in(text: str, folds: int) -> int:
    """Say in which part a text is held back: by what it says, so that copies stay together."""
    said = " ".join(text.lower().split()).encode()
    return int.from_bytes(blake2b(said, digest_size=4).digest()) % folds
