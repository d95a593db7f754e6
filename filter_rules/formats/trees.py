"""What the files of a folder of lists are: how each is written, and what it is about.

UT1 has a folder for each category, whose file `usage` says whether the category is for
blocking (black), for allowing (white) or for either. A category that may be for allowing
never becomes one that is blocked here: it holds the addresses that a school must not lose.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from filter_rules.formats.e2guardian import is_list, not_sites
from filter_rules.formats.format import Format
from filter_rules.types import Category, Entry, Problem

UT1_LICENCE = "CC BY-SA 4.0, Université Toulouse Capitole"
GLOBAL_USAGE = "global_usage"

_UT1_FILE = re.compile(r"(?:(?P<folder>.*)/)?(?:domains|urls|expressions)(?:\.\d+)?(?:\.gz)?")
_NO_LIST = re.compile(r"(?i)(?:.*/)?(?:readme|licen[cs]e|copying)[^/]*|.*\.(?:md|pdf)")
_NO_SLUG = re.compile(r"[^a-z0-9_-]+")

# No rule of the default policy blocks these.
_FOR_ALLOWING = frozenset(
    {"education", "finance", "government", "health", "help", "museums", "news", "programming"}
)


@dataclass(frozen=True, slots=True)
class ListFile:
    """One file of a source. `list` is the name that hits show."""

    path: str
    format: Format
    category: str
    list: str


def slug(text: str) -> str:
    """Return a text as a name of small letters, digits and hyphens."""
    return _NO_SLUG.sub("-", text.lower()).strip("-_")


def folder_format(paths: Iterable[str]) -> Format:
    """Return the format of a folder as its files' names tell it."""
    names = list(paths)
    if any(is_list(path) for path in names):  # they take in what they use of a UT1 tree
        return Format.E2GUARDIAN
    if any(_UT1_FILE.fullmatch(path) for path in names):
        return Format.UT1
    return Format.AUTO


def ut1_folders(paths: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the category folders of a UT1 tree, each with its lists; "" is the tree itself."""
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        if read := _UT1_FILE.fullmatch(path):
            folders.setdefault(read["folder"] or "", []).append(path)
    return folders


def ut1_category(folder: str, usage: str, known: Mapping[str, str]) -> str:
    """Return our category for a folder of UT1. `known` maps the names of folders to ours."""
    name = folder.rpartition("/")[2]
    unmapped = f"ut1-{slug(name)}"
    category = known.get(name, unmapped)
    uses = {line.strip().lower() for line in usage.splitlines()}
    return unmapped if "white" in uses and category not in _FOR_ALLOWING else category


def known_categories(
    folders: Mapping[str, str], categories: Iterable[Category]
) -> Mapping[str, str]:
    """Return our category for what others call it: by a folder of UT1, a standard, or our words."""
    ours = list(categories)
    known = {slug(folder).replace("_", "-"): name for folder, name in folders.items()}
    known |= {slug(folder): name for folder, name in folders.items()}
    known |= {slug(one.standard): one.name for one in ours}
    known |= {slug(one.title): one.name for one in ours}
    return known | {one.name: one.name for one in ours}


def in_our_words(
    said: Iterable[Entry | Problem], known: Mapping[str, str]
) -> Iterator[Entry | Problem]:
    """Give entries that say themselves what they are about our category for it."""
    for one in said:
        if isinstance(one, Entry):
            yield replace(one, category=known.get(one.category, one.category))
        else:
            yield one


def lists_among(fmt: Format, paths: Iterable[str]) -> list[str]:
    """Return the files of a folder that are lists in a format."""
    match fmt:
        case Format.UT1:
            return [path for path in sorted(paths) if _UT1_FILE.fullmatch(path)]
        case Format.E2GUARDIAN:
            return [path for path in sorted(paths) if is_list(path)]
        case _:
            return [path for path in sorted(paths) if not _NO_LIST.fullmatch(path)]


def passed_over(fmt: Format, paths: Iterable[str]) -> list[Problem]:
    """Say of the files of a folder which look like lists in its format, and are not read."""
    if fmt is not Format.E2GUARDIAN:
        return []
    return [Problem(path, 1, wrong) for path in sorted(paths) if (wrong := not_sites(path))]
