"""How quickly phrases are found: `python -m bench.detecting --pages FOLDER --phrases FOLDER`.

All themes that we ship are looked for, and beside them every phrase of the e2guardian lists in
a folder. Pages are real HTML pages, compressed; their text is what is searched. Next to each
time stands that of pyahocorasick alone over the same text in small letters with the same
phrases written out, which knows no word boundaries, no folding and no patterns.
"""

import argparse
import gzip
import re
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import ahocorasick

from filter_rules.anchors import anchored
from filter_rules.page_text import page_text
from filter_rules.phrase_index import PhraseIndex
from filter_rules.phrases import Pattern, Theme
from filter_rules.text import fold
from filter_rules.theme_files import parse_theme

THEMES = Path(__file__).parents[1] / "filter_rules" / "data" / "themes"
QUERIES = (
    "how to bake a chocolate cake",
    "why did the romans leave britain in 410 ad",
    "i want to kill myself tonight",
    "k1ll mys3lf",
    "ѕuісіdе notes by #sylviaplath",
)
PHRASE = re.compile(r"<([^<>]{3,60})>")
PAGE = 50_000
HOSTILE = {
    "one letter": "a",
    "a.a.a.": "a.",
    "letters apart": "k i l l ",
    "zero width": "k\u200bi\u200b",
    "marks": "a\u0301\u0301\u0301",
    "leet": "5u1c1d3 ",
    "escapes": "%25%36%62",
    "pictures": "🔪 ",
    "kill kill": "kill myself ",
    "new words": "",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.detecting", description=__doc__)
    parser.add_argument("--pages", type=Path, required=True, help="folder of *.html.gz")
    parser.add_argument("--phrases", type=Path, help="folder of e2guardian phrase lists")
    given = parser.parse_args(arguments)
    texts = [
        page_text(gzip.decompress(path.read_bytes()), "text/html").text
        for path in sorted(given.pages.glob("*.html.gz"))
    ]
    themes = [parse_theme(path.read_text(), path.name)[0] for path in sorted(THEMES.glob("*.toml"))]
    for called, imported in (("themes", []), ("themes + phrases", read_phrases(given.phrases))):
        print(f"\n## {called}: {len(imported)} phrases besides the themes\n")
        index, bare = built(themes, imported)
        pages(index, bare, texts)
        queries(index)
        growth(index, " ".join(texts))
        hostile(index)
    return 0


def read_phrases(folder: Path | None) -> list[Pattern]:
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    said = {
        folded
        for path in files
        for found in PHRASE.findall(path.read_text(encoding="latin-1"))
        if (folded := fold(found))
    }
    return [Pattern(one, tuple(frozenset((word,)) for word in one.split())) for one in sorted(said)]


def built(
    themes: list[Theme], imported: list[Pattern]
) -> tuple[PhraseIndex, ahocorasick.Automaton]:
    wanted = [one for theme in themes for phrase in theme.phrases for one in phrase.patterns]
    context = [
        one for theme in themes for phrase in theme.phrases for one in phrase.near + phrase.unless
    ]
    tracemalloc.start()
    began = perf_counter()
    index = PhraseIndex([*wanted, *imported], context)
    seconds = perf_counter() - began
    python = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    automata = sum(one._ends.get_stats()["total_size"] for one in (index._wanted, index._beside))  # noqa: SLF001 - no one else asks
    print(f"built in {seconds:.1f} s (traced); {python / 2**20:.1f} MB + {automata / 2**20:.1f} MB")
    bare = ahocorasick.Automaton(ahocorasick.STORE_LENGTH)
    for pattern in (*wanted, *imported):
        for way in anchored(pattern.slots)[0]:
            bare.add_word(way)
    bare.make_automaton()
    return index, bare


def took(act: Callable[[], object], times: int = 30) -> float:
    """Return the median time in microseconds."""
    act()
    spans = []
    for _ in range(times):
        began = perf_counter()
        act()
        spans.append(perf_counter() - began)
    return median(spans) * 1e6


def scanned(bare: ahocorasick.Automaton, text: str) -> list[object]:
    return list(bare.iter(text.lower()))


def pages(index: PhraseIndex, bare: ahocorasick.Automaton, texts: list[str]) -> None:
    rows = [
        (
            len(text),
            took(partial(index.find, text, typed=False)),
            took(partial(scanned, bare, text)),
            len(index.find(text, typed=False).seen),
        )
        for text in texts
    ]
    quiet = [row for row in rows if not row[3]]
    print("| pages | characters, median | find µs, median | worst | pyahocorasick alone µs |")
    print("|---|---|---|---|---|")
    for called, some in (("all", rows), ("nothing found", quiet)):
        if some:
            size, find, alone = (median(row[at] for row in some) for at in (0, 1, 2))
            worst = max(row[1] for row in some)
            print(f"| {len(some)} {called} | {size:.0f} | {find:.0f} | {worst:.0f} | {alone:.0f} |")
    parts = [" ".join(texts)[at : at + PAGE] for at in range(0, 10 * PAGE, PAGE)]
    find = median(took(partial(index.find, part, typed=False)) for part in parts)
    alone = median(took(partial(scanned, bare, part)) for part in parts)
    print(f"| 50 KB of text | {PAGE} | {find:.0f} |  | {alone:.0f} |")


def queries(index: PhraseIndex) -> None:
    print("\n| query | find µs |\n|---|---|")
    for query in QUERIES:
        print(f"| {query} | {took(partial(index.find, query), 200):.0f} |")


def growth(index: PhraseIndex, text: str) -> None:
    print("\n| characters | find ms | ns per character |\n|---|---|---|")
    for size in (20_000, 200_000, 2_000_000):
        whole = (text * (size // len(text) + 1))[:size]
        spent = took(partial(index.find, whole, typed=False), 3)
        print(f"| {size} | {spent / 1e3:.1f} | {spent * 1e3 / size:.0f} |")


def hostile(index: PhraseIndex) -> None:
    print("\n| hostile text | 100 KB ms | 1 MB ms | ratio, 10 is linear |\n|---|---|---|---|")
    for called, part in HOSTILE.items():
        texts = [
            (part * (size // len(part) + 1))[:size]
            if part
            else " ".join(map(hex, range(size // 8)))
            for size in (100_000, 1_000_000)
        ]
        small, large = (took(partial(index.find, text), 1) for text in texts)
        print(f"| {called} | {small / 1e3:.1f} | {large / 1e3:.1f} | {large / small:.1f} |")


if __name__ == "__main__":
    sys.exit(main())
