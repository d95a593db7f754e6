"""Tables written as TOML, so that a person can read a document, change it and give it back."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 88  # characters; a longer list has a line for each of its members


def toml_of(tables: Mapping[str, Any]) -> str:
    """Return the tables as TOML: reading it gives the same tables, in the same order."""
    return "\n".join(_lines(tables, ())).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    below = {key: one for key, one in table.items() if _is_table(one) or _is_tables(one)}
    for key, one in table.items():
        if key not in below:
            yield f"{_key(key)} = {_value(one)}"
    for key, one in below.items():
        here = (*path, key)
        name = ".".join(_key(part) for part in here)
        for each in one if _is_tables(one) else [one]:
            yield f"\n[[{name}]]" if _is_tables(one) else f"\n[{name}]"
            yield from _lines(each, here)


def _is_table(one: object) -> bool:
    return isinstance(one, Mapping)


def _is_tables(one: object) -> bool:
    return isinstance(one, list) and bool(one) and all(isinstance(each, Mapping) for each in one)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(one: object) -> str:
    match one:
        case bool() | int() | float():
            written = json.dumps(one)
        case str():
            written = _text(one)
        case datetime() | date() | time():
            written = one.isoformat()
        case list() | tuple():
            written = _list([_value(each) for each in one])
        case Mapping():
            inner = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in one.items())
            written = f"{{{inner}}}"
        case _:
            raise TypeError(f"{one!r} cannot be written as TOML")
    return written


def _list(members: list[str]) -> str:
    line = f"[{', '.join(members)}]"
    if len(line) <= _WIDE:
        return line
    return "\n".join(["[", *(f"  {one}," for one in members), "]"])


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
