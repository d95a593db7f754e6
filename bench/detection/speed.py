"""How long it takes: beside a plain loop over the same words in the same run.

The time of a machine says little elsewhere; how many times a loop that looks each word up in
a set says more.
"""

import gzip
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.detection.counting import Number, Numbers
from filter_rules.detector import Detector
from filter_rules.page_text import page_text
from filter_rules.types import Kind
from safeguard.problems import UnusableError

ROUNDS = 5
QUERIES = (
    "how to make a volcano for science", "weather manchester tomorrow", "macbeth act 2 summary",
    "photosynthesis gcse questions", "cheap trainers size 6", "what is 15 percent of 80",
    "when did world war 2 end", "minecraft how to tame a fox",
)  # fmt: skip


def measure(detector: Detector, data: Path) -> Numbers:
    """Time pages, from bytes to verdict, and queries. Median of some rounds."""
    words = frozenset(json.loads((data / "phrases/naughty-words/en.json").read_text("utf-8")))
    pages = _pages(data / "vectors" / "pages")
    texts = [page_text(page, "text/html").text for page in pages]
    page = _median(
        lambda: [detector.detect(page_text(one, "text/html").text, Kind.PAGE) for one in pages]
    )
    scan = _median(lambda: [detector.detect(one, Kind.PAGE) for one in texts])
    query = _median(lambda: [detector.detect(one, Kind.SEARCH) for one in QUERIES])
    loop_pages = _median(lambda: _plain_loop(texts, words))
    loop_queries = _median(lambda: _plain_loop(QUERIES, words))
    kilobytes = sum(map(len, pages)) / 50_000
    return {
        "speed.page_ms_per_50_kb": _number(1000 * page / kilobytes, len(pages)),
        "speed.scan_ms_per_50_kb": _number(1000 * scan / kilobytes, len(pages)),
        "speed.query_us": _number(1e6 * query / len(QUERIES), len(QUERIES)),
        "speed.scan_times_plain_loop": _number(scan / loop_pages, len(pages)),
        "speed.query_times_plain_loop": _number(query / loop_queries, len(QUERIES)),
    }


def _pages(folder: Path) -> list[bytes]:
    pages = [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.html.gz"))]
    if not pages:
        raise UnusableError(f"There are no pages in {folder}: give the folder of data with --data.")
    return pages


def _plain_loop(texts: Sequence[str], words: frozenset[str]) -> int:
    """What a filter in ten lines does."""
    return sum(word in words for text in texts for word in text.lower().split())


def _median(work: Callable[[], object]) -> float:
    work()  # what is remembered of pages is remembered now
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return median(took)


def _number(value: float, of: int) -> Number:
    return Number(value, value, value, of)
