"""What a list would do, before it is taken in: which popular sites it names, and what is new.

A list is looked at by the very code that would put it in force, in a work folder.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filter_rules.formats.format import Format
from filter_rules.hosts import canonical_host
from filter_rules.ruleset import BUILT_IN, RuleSet
from filter_rules.types import Entry
from filter_rules.urls import split
from safeguard.core.policy import Policy
from safeguard.core.types import Action
from safeguard.importing import import_source
from safeguard.problems import UnusableError
from safeguard.sources import Source, imported_sources

UNNAMED = "preview"

_FEW = 20  # so few may be in alphabetical order by chance


@dataclass(frozen=True, slots=True)
class Named:
    """A popular site that a list names, and the categories that it puts it in."""

    host: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new copy of a list would add and remove."""

    added: int
    removed: int
    same: int


@dataclass(frozen=True, slots=True)
class Popular:
    """Popular sites, the best known first, and which of them each file named."""

    hosts: tuple[str, ...]
    files: tuple[tuple[str, frozenset[str]], ...]
    unranked: tuple[str, ...]  # files in alphabetical order: they do not say what is best known


def popular_sites(files: Sequence[Path]) -> Popular:
    """Read files of popular sites. What an earlier file names is better known.

    In a file that is in alphabetical order, what more of the files name is better known.
    """
    read = [(str(file), popular_hosts(file)) for file in files]
    times = Counter(host for _, hosts in read for host in hosts)
    unranked = tuple(name for name, hosts in read if len(hosts) > _FEW and hosts == sorted(hosts))
    ranked = [
        sorted(hosts, key=lambda host: -times[host]) if name in unranked else hosts
        for name, hosts in read
    ]
    return Popular(
        tuple(dict.fromkeys(host for hosts in ranked for host in hosts)),
        tuple((name, frozenset(hosts)) for name, hosts in read),
        unranked,
    )


def popular_hosts(file: Path) -> list[str]:
    """Read popular sites, most popular first: lines, `rank,host` lines, or JSON with a "list"."""
    try:
        text = file.read_text("utf-8")
        lines = json.loads(text)["list"] if text.lstrip().startswith("{") else text.splitlines()
        hosts = [canonical_host(str(line).rpartition(",")[2].strip()) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableError(
            f"{file} cannot be read ({error}): give one site a line, or JSON with a “list”."
        ) from error
    found = list(dict.fromkeys(host for host in hosts if host))
    if not found:
        raise UnusableError(f"{file} names no site: give one site a line, or JSON with a “list”.")
    return found


def source_of(work: Path, path: Path, fmt: Format, category: str, now: datetime) -> Source:
    """Take a file or folder in, in a work folder, as it would be taken in for good."""
    done = import_source(work, path, fmt, category or UNNAMED, UNNAMED, now)
    if not done.counts:
        raise UnusableError(f"Nothing in {path} could be used.")
    return imported_sources(work)[0]


def imported(data: Path, name: str) -> Source | None:
    return next((one for one in imported_sources(data) if one.name == name), None)


def named(rules: RuleSet, hosts: Iterable[str]) -> list[Named]:
    """Find the sites whose first page the rules name, in the order given."""
    found = []
    for host in hosts:
        hits = rules.match(host, split(f"https://{host}/"))
        if about := sorted({hit.category for hit in hits if hit.list != BUILT_IN}):
            found.append(Named(host, tuple(about)))
    return found


def by_category(found: Sequence[Named]) -> Mapping[str, Sequence[str]]:
    """The sites of each category, in the order given; the category with the most of them first."""
    sites: dict[str, list[str]] = {}
    for one in found:
        for about in one.categories:
            sites.setdefault(about, []).append(one.host)
    return dict(sorted(sites.items(), key=lambda item: (-len(item[1]), item[0])))


def blocked_for(policy: Policy, category: str, groups: Collection[str]) -> str:
    """Say for whom the policy blocks a category; empty where it blocks it for nobody."""
    rules = [
        rule
        for rule in policy.rules
        if rule.action is Action.BLOCK and category in rule.categories and not rule.who.people
    ]
    whom = {one for rule in rules for one in rule.who.groups or groups}
    spared = [one for one in groups if one not in whom]
    if not whom:
        return ""
    if not spared:
        return "everyone"
    if len(spared) <= len(groups) // 2:
        return f"all but {', '.join(spared)}"
    return ", ".join(one for one in groups if one in whom)


def difference(before: Source, after: Source) -> Difference:
    """Compare two copies of a list, entry by entry; the order and doubles do not matter."""
    old, new = _entries(before), _entries(after)
    return Difference(len(new - old), len(old - new), len(old & new))


def _entries(source: Source) -> set[int]:
    """Each entry as a short digest: millions of them must fit in memory."""
    return {
        int.from_bytes(hashlib.blake2b(repr(said).encode(), digest_size=8).digest())
        for file in source.files
        for said in source.entries(file)
        if isinstance(said, Entry)
    }
