"""Measure host rules at scale: building, opening, memory and look-up. See bench/README.md.

python -m bench.rules                     # with the names of ../shared/data/lists
python -m bench.rules --lists DIR --largest 3000000

DIR holds `scale/domains.txt.gz` and `scale/labels.txt.gz` (line by line the categories of each
name, a letter each), and popular sites as `benign/*/list.json`.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random

from bench.rules_subject import parents_in, times
from filter_rules.domain_index import DomainIndex, key_of
from filter_rules.formats.format import Format
from filter_rules.hosts import canonical_host
from filter_rules.listing import Listing, ListingMap, compile_map, compile_runs
from filter_rules.ruleset import RuleSet
from filter_rules.url_index import UrlIndex
from safeguard.importing import import_source
from safeguard.settings import load
from safeguard.supervisor import prepare

PROJECT = Path(__file__).parent.parent
LISTS = PROJECT.parent / "shared" / "data" / "lists"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
CHANGED = 30_000  # lines of the source that is updated
SIZES = (100_000, 300_000, 1_000_000, 0, 10_000_000)  # 0: as many as there are real ones
CATEGORIES = [Listing(f"category-{number}", f"list-{number}") for number in range(20)]
ROUNDS = 5
LOOK_UPS = 50_000
LISTED = 0.1  # of the hosts asked for
SUBJECT = "bench.rules_subject"

type Row = Sequence[str]
type Figures = Mapping[str, float]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description=__doc__)
    parser.add_argument("--lists", type=Path, default=LISTS, help="where the names are")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="names on the curve")
    asked = parser.parse_args(arguments)
    if not (asked.lists / "scale" / "domains.txt.gz").is_file():
        sys.stderr.write(f"No names in {asked.lists}: give their folder with --lists.\n")
        return 2
    names = unpacked(asked.lists / "scale" / "domains.txt.gz")
    above = parents_in(frozenset(names))
    sites = [site for site in popular(asked.lists) if not above(site)]
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as folder:
        building(Path(folder), asked.lists, names)
        opening(Path(folder), names, sites)
    curve(names, sites, asked.largest)
    return 0


def building(folder: Path, lists: Path, names: Sequence[str]) -> None:
    """Build all names, a source for each category, and build again when one small one changed."""
    data = folder / "data"
    by_letter = defaultdict(list)
    for name, letters in zip(names, unpacked(lists / "scale" / "labels.txt.gz"), strict=True):
        for letter in letters:
            by_letter[letter].append(name)
    started = time.perf_counter()
    for number, held in enumerate(by_letter.values()):
        bring(data, folder, f"list-{number}", held)
    bring(data, folder, "changing", names[: 2 * CHANGED : 2])
    imported = time.perf_counter() - started
    whole = subject("build", data)
    bring(data, folder, "changing", names[1 : 2 * CHANGED : 2])
    one, none = subject("build", data), subject("build", data)
    print(f"Building {whole['entries']:,.0f} entries of {len(by_letter) + 1} imported sources")
    rows = [("all is new", whole), (f"one source of {CHANGED:,} lines", one), ("nothing", none)]
    table(
        ("what is new", "seconds", "of CPU", "÷ all", "peak MB", "longest without progress, s"),
        [
            (
                what,
                f"{it['seconds']:.1f}",
                f"{it['cpu']:.1f}",
                f"{it['cpu'] / whole['cpu']:.2f}",
                f"{it['peak']:.0f}",
                f"{it['still']:.1f}",
            )
            for what, it in rows
        ],
    )
    print(f"To take the lists in took {imported:.1f} s before that.\n")


def opening(folder: Path, names: Sequence[str], sites: Sequence[str]) -> None:
    """Open and use what was built, in processes of their own; a set and a dict beside it."""
    data, listed, hosts = folder / "data", folder / "listed", folder / "hosts"
    listed.write_text("\n".join(names), "utf-8")
    wanted = mixture(sites, names, 100_000)
    hosts.write_text("\n".join(wanted), "utf-8")
    prepare(load(data), NOW, lambda *_: None)
    ours = subject("open", data, hosts)
    started = time.perf_counter()
    served = subject("serve", data)
    cold = time.perf_counter() - started
    print(f"Opening rules of {len(names):,} names")
    table(
        ("what", "ms"),
        [
            ("rules opened, first in a process", f"{ours['first']:.1f}"),
            ("rules opened again, median", f"{ours['again']:.1f}"),
            ("engine opened, first verdict", f"{served['opened']:.0f}"),
            ("worker forked, its first verdict, ended", f"{served['forked']:.1f}"),
            ("new process, first verdict, ended", f"{cold * 1000:.0f}"),
        ],
    )
    newest = max((data / "rules").iterdir(), key=lambda one: one.stat().st_mtime)
    shared = sum(one.stat().st_size for one in newest.iterdir()) / (1 << 20)
    rows = [
        ("the artefact, mapped: once a machine", shared),
        ("private, after opening: each process", ours["opened"]),
        (f"private, after {len(wanted):,} look-ups: each process", ours["used"]),
        *(
            (f"a Python {kind} of the names: each process", subject("keep", kind, listed)["memory"])
            for kind in ("set", "dict")
        ),
    ]
    millions = len(names) / 1_000_000
    print("Memory of them")
    table(
        ("what", "MB", "MB a million names", "÷ the artefact"),
        [(what, f"{mb:.1f}", f"{mb / millions:.1f}", f"{mb / shared:.2f}") for what, mb in rows],
    )


def curve(names: Sequence[str], sites: Sequence[str], largest: int) -> None:
    """Look hosts up with their parents, categories included, in ever more names."""
    shuffled = list(names)
    Random(1).shuffle(shuffled)  # noqa: S311 the same order in each run
    wanted = mixture(sites, shuffled[: SIZES[0]], LOOK_UPS)
    found: dict[int, dict[str, Figures]] = {}
    for size in [size or len(names) for size in SIZES if (size or len(names)) <= largest]:
        keys = [*shuffled[:size], *islice(generated(names), max(0, size - len(names)))]
        rules, hosts = ruleset(keys)
        held: dict[str, Callable[[str], object]] = {"ours": rules.match, "trie": walk_of(hosts)}
        held |= {"set": parents_in(set(keys)), "dict": parents_in(dict.fromkeys(keys, "games"))}
        listing = [host for host in wanted if rules.match(host)]
        other = [host for host in wanted if not rules.match(host)]
        found[size] = {what: best(look_up, wanted) for what, look_up in held.items()}
        found[size] |= {"listed": best(rules.match, listing), "other": best(rules.match, other)}
        del keys, held, rules, hosts
    first = found[SIZES[0]]["ours"]["median"]
    print(f"Look-up in µs: a host with its parents, categories included; {LISTED:.0%} listed")
    table(
        (
            "names",
            "median",
            "p99",
            "÷ 100 k",
            "unlisted",
            "listed",
            "trie",
            "set",
            "dict",
            "÷ trie",
        ),
        [
            (
                f"{size:,}",
                *(f"{it['ours'][part]:.2f}" for part in ("median", "p99")),
                f"{it['ours']['median'] / first:.2f}",
                *(
                    f"{it[what]['median']:.2f}"
                    for what in ("other", "listed", "trie", "set", "dict")
                ),
                f"{it['ours']['median'] / it['trie']['median']:.2f}",
            )
            for size, it in found.items()
        ],
    )


def best(look_up: Callable[[str], object], hosts: Sequence[str]) -> Figures:
    """The quietest of some rounds: others use the machine too."""
    rounds = [times(look_up, hosts) for _ in range(ROUNDS)]
    return {part: min(one[part] for one in rounds) for part in rounds[0]}


def walk_of(hosts: ListingMap) -> Callable[[str], object]:
    """The bare trie: which listed names a host stands at or below, and nothing about them."""
    walk = hosts.walk
    return lambda host: list(walk(key_of(host)))


def ruleset(names: Sequence[str]) -> tuple[RuleSet, ListingMap]:
    """Rules of names, spread over the categories; and their map of hosts alone."""
    most = 100_000
    compiled = compile_runs(
        lambda: (
            (number, [key_of(name) for name in names[start : start + most]])
            for number, start in (
                (at % len(CATEGORIES), at * most) for at in range(len(names) // most + 1)
            )
        )
    )
    nothing = ListingMap.of(compile_map(tuple), ())
    hosts = ListingMap.of(compiled, CATEGORIES)
    rules = RuleSet("", {}, DomainIndex(hosts), UrlIndex(nothing), lambda: None)  # type: ignore[arg-type, return-value]  # no text is read
    return rules, hosts


def mixture(sites: Sequence[str], listed: Sequence[str], count: int) -> list[str]:
    """Hosts as they are asked for: most are popular sites, some are listed or below what is.

    No host comes again soon, so that what was kept of a host is of no use.
    """
    chance = Random(2)  # noqa: S311 the same hosts in each run
    some = [*chance.sample(listed, int(count * LISTED / 2))]
    some += [f"www.{name}" for name in chance.sample(listed, int(count * LISTED) - len(some))]
    others = (list(sites) * (count // len(sites) + 1))[: count - len(some)]
    step = round(1 / LISTED)
    for place, name in enumerate(some):
        others.insert(place * step, name)
    return others


def generated(names: Sequence[str]) -> Iterator[str]:
    """New names whose labels come from real ones, each from where it stands in those."""
    chance = Random(3)  # noqa: S311 the same names in each run
    while True:
        *below, top = chance.choice(names).split(".")
        labels = [top]
        for _ in below:
            other = chance.choice(names).split(".")
            labels.append(other[-len(labels) - 1] if len(other) > len(labels) else other[0])
        yield ".".join(reversed(labels))


def popular(lists: Path) -> list[str]:
    found = (
        json.loads(one.read_text("utf-8"))["list"]
        for one in sorted(lists.glob("benign/*/list.json"))
    )
    sites = dict.fromkeys(site for one in found for site in one if canonical_host(site) == site)
    return Random(4).sample(list(sites), len(sites))  # noqa: S311 the same order in each run


def bring(data: Path, folder: Path, name: str, names: Sequence[str]) -> None:
    file = folder / "list.txt"
    file.write_text("\n".join(names), "utf-8")
    import_source(data, file, Format.DOMAINS, name, name, NOW)


def unpacked(file: Path) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return lines.read().split()


def subject(*words: object) -> Figures:
    """Run one thing in a process of its own: what it costs is its own alone."""
    command = [sys.executable, "-m", SUBJECT, *map(str, words)]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def table(head: Row, rows: Sequence[Row]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
