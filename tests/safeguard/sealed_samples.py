"""Synthetic feeds: hosts that nobody can own, and harmless words. No real list is ever used."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
WORDS = ("apple", "kettle", "lantern", "meadow", "otter", "pebble", "quilt", "thistle", "walnut")
FEED = (
    "\ufeff# a synthetic feed",
    "",
    "whole-host-entry.test",
    "https://carrier.example/forbidden-album/7?x=1",
    "*.wild-entry.test",
    "not a host",
)
TELLING = (b"whole-host", b"carrier", b"forbidden", b"album", b"wild-entry", b"synthetic")


def synthetic_feed(count: int, seed: int = 0) -> Iterator[str]:
    """Yield entries shaped as URL lists are: most are pages, several a host; some whole hosts."""
    chance = Random(seed)  # noqa: S311  a test's own numbers
    for number in range(count):
        site = f"{chance.choice(WORDS)}{number // 3}"
        host = f"{site}.{chance.choice(('example', 'test', 'co.test'))}"
        match chance.randrange(10):
            case 0:
                yield host
            case 1:
                yield f"https://img{number % 4}.{host}/{chance.choice(WORDS)}/{number}.jpg"
            case 2:
                yield f"http://{host}/show?id={number}"
            case _:
                yield f"http://www.{host}/{chance.choice(WORDS)}/{number}/"


def files_below(data: Path) -> Sequence[Path]:
    return [path for path in data.rglob("*") if path.is_file()]
