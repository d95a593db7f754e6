"""Measure the verdict about a URL: taken apart, and asked of the rules. See bench/README.md.

python -m bench.urls                      # with the UT1 tree of ../shared/data/lists
python -m bench.urls --tree DIR --patterns 30000
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from filter_rules.formats.format import Format
from filter_rules.ruleset import RuleSet
from filter_rules.urls import split
from safeguard.building import build, open_rules
from safeguard.importing import import_source

PROJECT = Path(__file__).parent.parent
TREE = PROJECT.parent / "shared" / "data" / "lists" / "ut1"
WORDS = [
    "a", "about", "api", "app", "article", "assets", "banner", "class", "css", "font", "games",
    "history", "id", "images", "index", "js", "lesson", "library", "list", "main", "maths",
    "media", "news", "page", "photo", "play", "search", "school", "science", "shop", "static",
    "story", "style", "topic", "user", "v2", "video", "view", "watch", "week", "work",
]  # fmt: skip
EVERY = 50  # of the listed names and addresses, one in so many is asked for
HOSTS = 40_000
WARM_HOSTS = 2000
ROUNDS = 5


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.urls", description=__doc__)
    parser.add_argument("--tree", type=Path, default=TREE, help="a UT1 tree")
    parser.add_argument("--patterns", type=int, default=30_000, help="patterns of a second run")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.measure:
        measure(asked.measure, asked.tree)
        return 0
    if not asked.tree.is_dir():
        sys.stderr.write(f"No UT1 tree in {asked.tree}: give its folder with --tree.\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as folder:
        data = Path(folder) / "data"
        bring(data, asked.tree, Format.UT1, "")
        report("UT1 tree", data, asked.tree)
        rules = Path(folder) / "patterns.txt"
        rules.write_text("\n".join(patterns(asked.patterns)), encoding="utf-8")
        bring(data, rules, Format.ADBLOCK, "adverts")
        report(f"UT1 tree and {asked.patterns} patterns", data, asked.tree)
    return 0


def bring(data: Path, path: Path, fmt: Format, category: str) -> None:
    import_source(data, path, fmt, category, path.stem, datetime.now(UTC))
    build(data, lambda _step, _done, _total: None)


def report(what: str, data: Path, tree: Path) -> None:
    """Measure in a process of its own: the one that builds has warm caches and a full memory."""
    print(f"\n{what}", flush=True)
    command = [sys.executable, "-m", "bench.urls", "--measure", str(data), "--tree", str(tree)]
    subprocess.run(command, cwd=PROJECT, check=True)


def measure(data: Path, tree: Path) -> None:
    before = time.perf_counter()
    rules = open_rules(data)
    opened = time.perf_counter() - before
    before = time.perf_counter()
    verdict(rules, "https://first.example/")
    print(f"  opened in {opened * 1e3:.1f} ms, first verdict {_since(before) * 1e3:.1f} ms later")
    chance = random.Random(1)  # noqa: S311 the same addresses in each run
    hosts = [*listed(tree), *invented(HOSTS, chance)]
    chance.shuffle(hosts)
    show("uncached", rules, [address(host, chance) for host in hosts])
    warm = hosts[:WARM_HOSTS]
    for host in warm:
        verdict(rules, address(host, chance))
    show("warm", rules, [address(host, chance) for _ in range(20) for host in warm])


def verdict(rules: RuleSet, text: str) -> bool:
    url = split(text)
    return url is not None and bool(rules.match(url.host, url))


def show(what: str, rules: RuleSet, addresses: Sequence[str]) -> None:
    """Print the best of some rounds on one core, and how long single verdicts took in one more."""
    rates, hits = [], 0
    for _ in range(ROUNDS):
        before = time.process_time()  # what other programs take is not counted
        hits = sum(verdict(rules, one) for one in addresses)
        rates.append(len(addresses) / (time.process_time() - before))
    took = []
    for one in addresses:
        before = time.perf_counter()
        verdict(rules, one)
        took.append(_since(before))
    cuts = statistics.quantiles(took, n=100)
    print(
        f"  {what:9} {max(rates):9,.0f} verdicts/s (median round {statistics.median(rates):,.0f})"
        f"  p50 {cuts[49] * 1e6:.1f} us  p99 {cuts[98] * 1e6:.1f} us"
        f"  of {len(addresses)} addresses {hits} are listed"
    )


def listed(tree: Path) -> list[str]:
    files = sorted(path for name in ("domains", "urls") for path in tree.glob(f"*/{name}"))
    lines = [line for file in files for line in file.read_text("utf-8", "replace").split()]
    return [line for line in lines if line.isascii()][::EVERY]


def invented(count: int, chance: random.Random) -> list[str]:
    front = ("", "", "www.", "www.", "cdn.", "a.b.")
    ends = ("com", "co.uk", "org", "example", "net", "sch.uk")
    return [
        f"{chance.choice(front)}{chance.choice(WORDS)}-{number}.{chance.choice(ends)}"
        for number in range(count)
    ]


def address(host: str, chance: random.Random) -> str:
    """An address as browsers send it: some segments, and a query in two of five."""
    path = "/".join([host, *chance.choices(WORDS, k=chance.randint(1, 5))])
    number = chance.randint(1, 99_999)
    query = f"?id={number}&q={chance.choice(WORDS)}%20x" if chance.random() < 0.4 else ""
    return f"https://{path}{chance.choice(['', '.html', '.js', f'-{number}'])}{query}"


def patterns(count: int) -> list[str]:
    """A list as large as the public lists of adverts, with their kinds of rules."""
    chance = random.Random(2)  # noqa: S311 the same list in each run
    kinds = ("||{}-{}.com/{}/*", "/{}-{}/{}.", "-{}{}-{}^", "||{}.example^*/{}/{}", "&{}{}={}.")
    return [
        chance.choice(kinds).format(chance.choice(WORDS), number, chance.choice(WORDS))
        for number in range(count)
    ]


def _since(before: float) -> float:
    return time.perf_counter() - before


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
