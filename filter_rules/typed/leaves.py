"""Find strings in what was sent: those at a named place, or all of them.

A place is written `messages[role=user][-1].content.parts[]`: a name leads into an object, `[]`
to every item of a list, `[0]` and `[-1]` to one, `[role=user|]` to those items that say so (or
say nothing), `**` to all that lies below. A name that meets a list leads into each item; one
with dots in it is quoted. A string that holds JSON is opened where the place leads on, or where
all strings are asked for. Work is bounded: so many values, so often JSON in JSON.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

MOST_VALUES = 20_000  # looked at in one thing sent
MOST_NESTED = 4  # JSON in a string in JSON in a string
_STEP = re.compile(r"\.?(?:'([^']+)'|([^.\[\]*']+))|\[([^\]]*)\]|\.?(\*\*)")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*+)(?:("\s*:)|"|\\?\Z)', re.DOTALL)
MOST_OF_A_FIELD = 8  # names of an object that may be a field of a form
_NAMES = ("name", "key", "field", "fieldName", "label", "id")
_SAYS = ("text", "content", "value")  # where the words of an item stand, if it is no string

type Step = Callable[[object], Iterable[object]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string and the names that lead to it, outermost first. `nested`: in JSON in a string."""

    names: tuple[str, ...]
    text: str
    nested: bool = False


def parsed(text: str) -> object:
    """Return what a JSON text says, numbers as they are written; ValueError where it is none."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def at(tree: object, place: str) -> list[str]:
    """Return the strings at a place, in order."""
    found: Iterable[object] = (tree,)
    for step in _steps(place):
        found = _each(step, found)
    return [text for value in islice(found, MOST_VALUES) for text in _texts(value)]


def _each(step: Step, values: Iterable[object]) -> Iterator[object]:
    for value in islice(values, MOST_VALUES):
        yield from step(_opened(value))


def _texts(value: object) -> Iterator[str]:
    items = value if isinstance(value, list) else [value]
    for item in islice(items, MOST_VALUES):
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from (text for name in _SAYS if isinstance(text := item.get(name), str))


def _opened(value: object) -> object:
    """Return the JSON that a string holds, else the value itself."""
    if not isinstance(value, str) or not may_be_json(value):
        return value
    try:
        return parsed(value)
    except ValueError:
        return value


def may_be_json(text: str) -> bool:
    start = text[:20].lstrip()[:1]
    return start in {"{", "["} and len(text) > len("{}")


@cache
def _steps(place: str) -> tuple[Step, ...]:
    """Read a place of the table. There are as many as the table has, so they may be kept."""
    return tuple(_step(*found.groups("")) for found in _STEP.finditer(place))


def _step(quoted: str, plain: str, among: str, below: str) -> Step:
    if name := quoted or plain:
        return lambda value: _named(value, name)
    if among.lstrip("-").isdecimal():
        return lambda value: _item(value, int(among))
    if "=" in among:
        key, _, said = among.partition("=")
        return lambda value: _saying(value, key, frozenset(said.split("|")))
    return _below_all if below else _items


def _named(value: object, name: str) -> Iterator[object]:
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, dict) and name in one:
            yield one[name]


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _item(value: object, number: int) -> Iterable[object]:
    if isinstance(value, list) and -len(value) <= number < len(value):
        return (value[number],)
    return ()


def _saying(value: object, key: str, said: frozenset[str]) -> Iterable[object]:
    """Yield one list: the items whose key says one of these."""
    return ([one for one in _items(value) if (at(one, key) or [""])[0] in said],)


def _below_all(value: object) -> Iterator[object]:
    todo = [value]
    for _ in range(MOST_VALUES):
        if not todo:
            return
        one = todo.pop()
        if isinstance(one, dict):
            yield one
            todo += reversed(one.values())
        elif isinstance(one, list):
            todo += reversed(one)


def strings(tree: object) -> Iterator[Leaf]:
    """Yield every string of a tree, in order, that of JSON in a string in its place."""
    todo: list[tuple[tuple[str, ...], object, int]] = [((), tree, 0)]
    for _ in range(MOST_VALUES):
        if not todo:
            return
        names, value, nested = todo.pop()
        if isinstance(value, str) and may_be_json(value) and nested < MOST_NESTED:
            inner = _opened(value)
            if isinstance(inner, str):
                broken = list(literals(value))
                todo += ((names, one, MOST_NESTED) for one in reversed(broken))
            else:
                todo.append((names, inner, nested + 1))
        elif isinstance(value, str):
            yield Leaf(names, value, nested > 0)
        elif isinstance(value, dict):
            named = _own_name(value)
            todo += (
                ((*names, key, named) if named and key in _SAYS else (*names, key), one, nested)
                for key, one in reversed(value.items())
            )
        elif isinstance(value, list):
            todo += ((names, one, nested) for one in reversed(value))


def _own_name(value: Mapping[str, object]) -> str:
    """Return what an object of a name and a value is named, as fields of forms are written."""
    if len(value) > MOST_OF_A_FIELD:
        return ""
    return next((name for key in _NAMES if isinstance(name := value.get(key), str)), "")


def literals(text: str) -> Iterator[object]:
    """Yield the strings of JSON that is cut or broken, each under the names before it."""
    names: list[str] = []
    named = False
    for found in islice(_LITERAL.finditer(text), MOST_VALUES):
        said = _unescaped(found[1])
        if found[2]:
            names = [*names[-MOST_NESTED:], said] if named else [said]
        else:
            yield {".".join(names): said} if names else said
        named = bool(found[2])


def _unescaped(written: str) -> str:
    if "\\" not in written:
        return written
    try:
        said = json.loads(f'"{written}"', strict=False)
    except ValueError:
        return written
    return str(said)
