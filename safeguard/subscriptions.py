"""Lists that are downloaded again and again, each with how its last downloads went.

    DATA/subscriptions/<name>.toml    what is subscribed to, and its state

What downloads them is updating.py.
"""

import fcntl
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from importlib import resources
from pathlib import Path
from typing import Any

from filter_rules.formats.format import Format
from filter_rules.formats.trees import slug
from safeguard.list_files import write_whole
from safeguard.problems import UnusableError
from safeguard.sources import RESERVED, remove_source, toml_of

EVERY = timedelta(hours=24)
AFTER_A_PROBLEM = timedelta(hours=4)
OLD = timedelta(days=7)
WHOLE = timedelta(days=7)  # so often a list is asked for whole, whatever its server says
SKEW = timedelta(minutes=5)  # clocks of a network differ by so much

_FOLDER = "subscriptions"
BRINGS_CATEGORIES = frozenset({Format.UT1, Format.CSV})  # each line says what it is about


@dataclass(frozen=True, slots=True)
class Window:
    """When lists are downloaded: a time of day, somewhere, and how far they are spread after it."""

    at: time = time(3)
    spread: timedelta = timedelta(hours=2)
    zone: tzinfo = UTC

    def next(self, now: datetime, luck: float) -> datetime:
        """Return the next time after `now`; `luck` (from 0 to 1) is its place in the window."""
        day = now.astimezone(self.zone).date()
        for later in range(3):
            start = datetime.combine(day + timedelta(days=later), self.at, self.zone)
            if start.astimezone(UTC) > now:
                return start.astimezone(UTC) + self.spread * luck
        raise AssertionError("no day is longer than two")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A list that is downloaded, and how that went.

    `sha256` is of the last good download, `last_whole` when it last came whole, and not only
    as word that nothing has changed. Without a `shrink_limit` the settings decide.
    """

    name: str
    address: str = ""
    format: Format = Format.AUTO
    category: str = ""
    licence: str = ""
    shrink_limit: int | None = None
    etag: str = ""
    modified: str = ""
    sha256: str = ""
    last_tried: datetime | None = None
    last_good: datetime | None = None
    last_whole: datetime | None = None
    next_try: datetime | None = None
    problem: str = ""

    def trouble(self, now: datetime) -> str:
        """Say what is wrong with it; empty where it is well."""
        if self.problem:
            return self.problem
        if self.last_good is None:
            return "it has not been downloaded yet"
        if self.last_good > now + SKEW:
            return "it was downloaded at a time that is yet to come: see this machine’s clock"
        if now - self.last_good > OLD:
            return f"it is {(now - self.last_good).days} days old: see that `safeguard run` runs"
        return ""

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be downloaded now.

        A wrong clock, then or now, neither stops that for long nor makes it happen often: what
        was tried in the future is tried, and nothing waits for longer than two days.
        """
        if self.last_tried is None or self.last_tried > now + SKEW:
            return True
        wait = AFTER_A_PROBLEM if self.problem else EVERY
        at = self.next_try or self.last_tried + wait
        return now >= min(at, self.last_tried + 2 * EVERY)

    def wants_whole(self, now: datetime) -> bool:
        """Whether to ask for it whole: a cache on the way may say for ever that it is the same."""
        return self.last_whole is None or not timedelta() <= now - self.last_whole <= WHOLE


def catalogue() -> dict[str, dict[str, Any]]:
    """The public lists that this project knows of, by name."""
    text = resources.files("filter_rules").joinpath("data/subscriptions.toml").read_text("utf-8")
    return {one["name"]: one for one in tomllib.loads(text)["list"]}


def subscriptions(data: Path) -> list[Subscription]:
    return [_read(file) for file in sorted((data / _FOLDER).glob("*.toml"))]


def due(data: Path, now: datetime) -> list[str]:
    """Name those that are to be downloaded now."""
    return [one.name for one in subscriptions(data) if one.address and one.is_due(now)]


def subscribe(data: Path, wanted: Subscription) -> Subscription:
    """Take a list on; what it leaves open stays as it was, or is taken from the catalogue."""
    file = data / _FOLDER / f"{slug(wanted.name)}.toml"
    before = _read(file) if file.is_file() else Subscription(wanted.name)
    if before.address and not wanted.address:
        wanted = replace(
            wanted,
            address=before.address,
            format=before.format if wanted.format is Format.AUTO else wanted.format,
            category=wanted.category or before.category,
            licence=before.licence,
        )
    made = replace(
        completed(wanted),
        last_good=before.last_good,
        shrink_limit=before.shrink_limit if wanted.shrink_limit is None else wanted.shrink_limit,
    )
    _check(made)
    with alone(data):
        write_subscription(data, made)
    return made


def unsubscribe(data: Path, name: str) -> None:
    """Let a list go; it is out of force from the next build."""
    with alone(data):
        file = data / _FOLDER / f"{slug(name)}.toml"
        if not file.is_file():
            raise UnusableError(
                f"There is no subscription to “{name}”: see `safeguard rules status`."
            )
        remove_source(data, slug(name))
        file.unlink()


def completed(wanted: Subscription) -> Subscription:
    """Fill in what the catalogue knows of a list; one with an address is left as it is."""
    if wanted.address:
        return wanted
    known = catalogue().get(wanted.name)
    if known is None:
        raise UnusableError(
            f"No public list is known as “{wanted.name}”: see the catalogue, "
            "docs/how-to/import-a-list.md, or give its --address."
        )
    fmt = Format(known["format"])
    categories = [] if fmt in BRINGS_CATEGORIES else known["categories"]
    return replace(
        wanted,
        address=known["address"],
        format=fmt if wanted.format is Format.AUTO else wanted.format,
        category=wanted.category or next(iter(categories), ""),
        licence=known["licence"],
    )


def _check(one: Subscription) -> None:
    if slug(one.name) != one.name or not one.name or one.name in RESERVED:
        raise UnusableError(f"“{one.name}” cannot name a list: use small letters, digits, hyphens.")
    if not one.address.startswith(("https://", "http://")):
        raise UnusableError(f"“{one.address}” is no address of a list: give https://….")
    if slug(one.category) != one.category or not (one.category or one.format in BRINGS_CATEGORIES):
        raise UnusableError(f"What is {one.name} about? Give its category with --category.")


def _read(file: Path) -> Subscription:
    """Read a subscription; one that cannot be read is there too, with that for its problem."""
    try:
        table = tomllib.loads(file.read_text("utf-8"))
        made = Subscription(**{**table, "format": Format(table["format"]), "name": file.stem})
        _check(made)
    except (OSError, ValueError, KeyError, TypeError, UnusableError) as error:
        return Subscription(file.stem, problem=f"{file} cannot be read ({error}): subscribe again")
    return made


def write_subscription(data: Path, one: Subscription) -> None:
    said = ((field.name, getattr(one, field.name)) for field in fields(one))
    lines = [f"{key} = {toml_of(value)}" for key, value in said if value is not None]
    write_whole(data / _FOLDER / f"{one.name}.toml", "\n".join(lines) + "\n")


@contextmanager
def alone(data: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[Path]:
    """Let one at a time change subscriptions, with a work folder; a killed one's is cleared.

    `waiting` is told once where another one is at it.
    """
    folder = data / _FOLDER
    work = folder / "incoming"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise UnusableError(
            f"Subscriptions cannot be kept in {folder} ({error.strerror}): make room, or see who "
            "may write there. The lists of before stay in force."
        ) from error
