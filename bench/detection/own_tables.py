"""Read our own sentence tables, and cut them in two halves: one to tune on, one never seen.

[[case]]
says = "..."            # what these sentences have in common
theme = "suicide"       # which theme must be found; "" where nothing may be flagged
severity = "urgent"     # at least this severe; "" where nothing may reach medium
kind = "search"         # search, chat or page; search if not said
texts = ["...", "..."]
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from filter_rules.types import Kind, Severity
from safeguard.problems import UnusableError

ENGLISH = "en"
LANGUAGES = "languages"  # the folder of the tables in other languages
_KEYS = frozenset(("says", "theme", "severity", "kind", "texts"))


class Half(StrEnum):
    """Who may see a text: those who write phrases, or nobody."""

    TUNING = "tuning"
    HELD_BACK = "held-back"


@dataclass(frozen=True, slots=True)
class OwnText:
    """A sentence with what must be said of it."""

    text: str
    kind: Kind
    theme: str
    severity: Severity
    says: str = ""
    language: str = ENGLISH

    @property
    def half(self) -> Half:
        return half_of(self.text)

    @property
    def harmful(self) -> bool:
        """Whether something must be found; else nothing may be flagged."""
        return self.severity > Severity.NONE


def half_of(text: str) -> Half:
    digest = blake2b(text.encode(), digest_size=8).digest()
    return Half.HELD_BACK if digest[-1] % 2 else Half.TUNING


def read_tables(folder: Path) -> list[OwnText]:
    """Return all sentences of a folder of tables. Raise UnusableError with a sentence."""
    texts: list[OwnText] = []
    for path in sorted(folder.rglob("*.toml")):
        language = path.stem if path.parent.name == LANGUAGES else ENGLISH
        texts += parse_table(path.read_text("utf-8"), path.name, language)
    return list(dict.fromkeys(texts))


def parse_table(text: str, file: str, language: str = ENGLISH) -> list[OwnText]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableError(f"The table {file} is not TOML: {error}.") from error
    if set(table) - {"case", "language"}:
        raise UnusableError(f"The table {file} may hold nothing but language and [[case]].")
    return list(_texts(table.get("case", []), file, table.get("language", language)))


def _texts(cases: Iterable[Mapping[str, Any]], file: str, language: str) -> Iterator[OwnText]:
    for number, case in enumerate(cases, 1):
        where = f"Case {number} of the table {file}"
        if unknown := set(case) - _KEYS:
            raise UnusableError(f"{where} has {min(unknown)!r}: use {', '.join(sorted(_KEYS))}.")
        theme, severity, kind = _expected(case, where)
        for text in case["texts"]:
            if not text.strip():
                raise UnusableError(f"{where} has an empty text.")
            yield OwnText(text, kind, theme, severity, case.get("says", ""), language)


def _expected(case: Mapping[str, Any], where: str) -> tuple[str, Severity, Kind]:
    texts = case.get("texts")
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise UnusableError(f"{where} needs texts, a list of sentences.")
    word = case.get("severity", "")
    try:
        severity = Severity[word.upper()] if word else Severity.NONE
        kind = Kind(case.get("kind", Kind.SEARCH))
    except (KeyError, ValueError) as error:
        raise UnusableError(
            f"{where}: the severity is urgent, high, medium, low or nothing, "
            "and the kind search, chat or page."
        ) from error
    theme = str(case.get("theme", ""))
    if severity and not theme:
        raise UnusableError(f"{where} has a severity and no theme: say which must be found.")
    return theme, severity, kind
