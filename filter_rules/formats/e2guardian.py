"""Lists of e2guardian: sites, addresses, expressions and IP networks, told by the file's name.

`exception…` lists, and what lies below one because it takes it in, lift what others say. A list
may be meant for some hours only (`#time:`). No list decides hours here, so it errs to the safe
side: what such a list blocks stays blocked, and what it would lift is not lifted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from filter_rules.formats.lines import (
    Reader,
    Said,
    address_entry,
    quoted,
    without_comment,
    zone_entry,
)
from filter_rules.formats.networks import network_line
from filter_rules.formats.sites import expression_line

_INCLUDE = re.compile(r"(?i)\.include\s*<([^<>]+)>")
_DEFINE = re.compile(r"(?i)\.define\s")
_HOURS = re.compile(r"(?i)#time:")

_LIST = re.compile(r"(?:local)?(?:banned|exception)(?:site|siteip|url|regexpurl)list")
_OTHER_LISTS = tuple(
    (re.compile(name), what)
    for name, what in (
        (r"\w*phraselist|weighted(?:_\w+)?", "phrases: what pages say is judged by the themes"),
        (r"\w*search\w*list", "words of searches, which are judged by the themes"),
        (r"(?:local)?grey\w*list", "what is looked into, as all is that is not blocked"),
        (r"(?:local)?log\w*list", "what is only written down: it blocks nothing"),
        (r"\w*(?:extension|mimetype)list", "kinds of files"),
        (r"\w*regexp\w*list", "how addresses, headers or pages are rewritten"),
    )
)
_GIVE = "Give the lists called bannedsitelist, bannedurllist, exceptionsitelist and the like"


def e2guardian(file: str, sample: Sequence[str] = ()) -> Reader:
    """Read a list by what its name says; `sample` is its beginning, where it may name hours."""
    if other := not_sites(file):
        return _Refusing(other).read
    names = file.lower().split("/")
    if any("regexp" in name for name in names):
        line: Callable[[str], Iterable[Said]] = _expression
    else:
        line = network_line if any("siteip" in name for name in names) else _site
    allow = any(name.startswith(("exception", "localexception")) for name in names)
    limited = any(_HOURS.match(one.strip()) for one in sample)
    return _List(line, allow=allow, limited=limited).read


def is_list(path: str) -> bool:
    """Whether a file of a folder is a list that is read, by its name."""
    return bool(_LIST.fullmatch(path.rpartition("/")[2].lower()))


def not_sites(path: str) -> str:
    """Say why a list of e2guardian is none of sites; empty where it is, or is not e2guardian's."""
    if is_list(path):
        return ""
    name = path.rpartition("/")[2].lower()
    what = next((what for others, what in _OTHER_LISTS if others.fullmatch(name)), "")
    return f"no list of sites, but of {what}. {_GIVE}" if what else ""


def included(line: str) -> str:
    """Return the file that a line of a list takes in; empty where it takes in none."""
    read = _INCLUDE.match(line.strip())
    return read[1].strip() if read else ""


class _Refusing:
    """Says once what is wrong with a whole file."""

    def __init__(self, wrong: str) -> None:
        self._wrong = wrong

    def read(self, _line: str) -> Iterable[Said]:
        said, self._wrong = self._wrong, ""
        return (said,) if said else ()


class _List:
    def __init__(
        self, line: Callable[[str], Iterable[Said]], *, allow: bool, limited: bool
    ) -> None:
        self._line = line
        self._allow = allow
        self._limited = limited

    def read(self, line: str) -> Iterable[Said]:
        text = line.strip()
        if _HOURS.match(text):
            self._limited = True
            return (_about_hours(text, allow=self._allow),)
        if not text or text.startswith("#") or included(text) or _DEFINE.match(text):
            return ()
        said = self._line(text)
        return self._lifting(said) if self._allow else said

    def _lifting(self, said: Iterable[Said]) -> Iterator[Said]:
        for one in said:
            if isinstance(one, str):
                yield one
            elif not self._limited:
                yield replace(one, allow=True)


def _about_hours(text: str, *, allow: bool) -> str:
    if allow:
        return (
            f"{quoted(text)}: no list decides hours here, and this one would lift at all of them, "
            "so it lifts nothing. Leave the line out if it is to hold at all times"
        )
    return f"{quoted(text)}: no list decides hours here: what this one blocks is always blocked"


def _site(text: str) -> Iterable[Said]:
    text = without_comment(text)
    if text.startswith("*"):
        return (f"{quoted(text)}: blanket blocks are not read from lists",)
    return (zone_entry(text[1:]) if text.startswith(".") else address_entry(text),)


def _expression(text: str) -> Iterable[Said]:
    return expression_line(without_comment(text))
