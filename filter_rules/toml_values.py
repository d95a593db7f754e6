"""Take values out of TOML that people write. What does not fit raises ValueError with a sentence."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

HEAVIEST = 100.0

_LINE = re.compile(r"at line (\d+)")
_IN_WORDS = {str: "a text", bool: "true or false", list: "a list", dict: "a table", int: "a number"}


def table_of(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"This is not TOML: {error}.") from error


def line_of(error: ValueError, text: str) -> int:
    """Return the line that is not TOML; the first where it is TOML and says something unusable."""
    if not isinstance(error.__cause__, tomllib.TOMLDecodeError):
        return 1
    line = _LINE.search(str(error))
    return int(line[1]) if line else text.count("\n") + 1


def headers(text: str, header: str) -> list[int]:
    """Return the lines of a [[header]], in order."""
    return [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{header}]]"]


def weight(row: Mapping[str, Any], key: str, otherwise: float | None = None) -> float:
    found = row.get(key, otherwise)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError(f"{key} must be a number.")  # noqa: TRY004 - one kind of error for a file
    if not 0 <= found <= HEAVIEST:
        raise ValueError(f"{key} must lie between 0 and {HEAVIEST:g}.")
    return float(found)


def one_of(
    table: Mapping[str, Any], key: str, choices: Sequence[str], otherwise: str | None = None
) -> str:
    chosen = value(table, key, str, otherwise)
    if chosen not in choices:
        raise ValueError(f"{key} must be one of {', '.join(choices)}.")
    return chosen


def value[T](table: Mapping[str, Any], key: str, kind: type[T], otherwise: T | None = None) -> T:
    found = table.get(key, otherwise)
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise ValueError(f"{key} must be given as {_IN_WORDS[kind]}.")
    return found


def texts(table: Mapping[str, Any], key: str) -> list[str]:
    found = value(table, key, list, [])
    for text in found:
        if not isinstance(text, str):
            raise ValueError(f"{key} must hold texts, not {text!r}.")  # noqa: TRY004 - one kind of error for a file
    return found


def only(table: Mapping[str, Any], keys: frozenset[str]) -> None:
    if unknown := table.keys() - keys:
        raise ValueError(f"{min(unknown)!r} is not known here: use {', '.join(sorted(keys))}.")
