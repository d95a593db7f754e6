"""Bring subscribed lists up to date.

A download that fails, or that brings something else than the list, leaves the last good copy
in force and is kept as a problem, for people to see. Run as `python -m safeguard.updating
--data DIR [--config FILE]` it brings up to date what is due, and ends.
"""

import argparse
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from random import random
from zoneinfo import ZoneInfo

from safeguard import logs
from safeguard import settings as settings_file
from safeguard.building import build, is_stale
from safeguard.download_problems import DownloadError, no_list
from safeguard.downloads import Fetched, Limits, fetch
from safeguard.importing import import_source
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.subscriptions import (
    AFTER_A_PROBLEM,
    Subscription,
    Window,
    alone,
    due,
    subscriptions,
    write_subscription,
)
from safeguard.unpacking import ArchiveError, unpack

log = logs.logger("safeguard.updating")


class State(StrEnum):
    """What came of an attempt."""

    NEW = "new"
    SAME = "unchanged"
    KEPT = "failed: the last good copy stays"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say of downloads. `luck` gives a number from 0 to 1."""

    limits: Limits = field(default_factory=Limits)
    may_shrink: int = 30  # percent
    window: Window = field(default_factory=Window)
    luck: Callable[[], float] = random


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt to bring a list up to date."""

    subscription: Subscription
    state: State


def terms_of(settings: Settings) -> Terms:
    """Read the settings of subscriptions."""
    said = settings.subscriptions
    return Terms(
        Limits(
            said.largest_download_mib << 20,
            said.longest_seconds,
            most_unpacked=said.largest_unpacked_mib << 20,
            ca=said.ca,
        ),
        said.may_shrink_percent,
        Window(
            time.fromisoformat(said.update_at),
            timedelta(minutes=said.update_spread_minutes),
            ZoneInfo(settings.school.timezone),
        ),
    )


def update(
    data: Path,
    names: Sequence[str],
    now: datetime,
    progress: Callable[[str, int, int], None],
    *,
    accept_shrink: bool = False,
    terms: Terms | None = None,
) -> list[Outcome]:
    """Download lists (none named: all), then build once where anything has changed."""
    terms = terms or Terms()
    with alone(data, lambda: progress("Waiting for another update", 0, 0)) as work:
        known = {one.name: one for one in subscriptions(data)}
        if unknown := set(names) - known.keys():
            raise UnusableError(
                f"There is no subscription to “{min(unknown)}”: see `safeguard rules status`."
            )
        outcomes = []
        for name in names or known:
            one = known[name]
            if not one.address:  # it cannot be read, so it is not written over either
                outcomes.append(Outcome(one, State.KEPT))
                continue
            limit = 100 if accept_shrink else one.shrink_limit
            limit = terms.may_shrink if limit is None else limit
            attempt = _attempt(data, one, work, now, terms.limits, limit, progress)
            _clear(work)  # before its state is written: the disk may be full of it
            kept = replace(attempt.subscription, next_try=_next(attempt.subscription, now, terms))
            write_subscription(data, kept)
            outcomes.append(Outcome(kept, attempt.state))
    if is_stale(data):
        build(data, progress)
    return outcomes


def download(
    one: Subscription, work: Path, limits: Limits, progress: Callable[[str, int, int], None]
) -> Path:
    """Download a list to look at it, and leave all else as it is. Raises UnusableError."""
    try:
        fetch(one.address, work / one.name, None, limits, _told(one, progress))
        return _list_in(work / one.name, work / "unpacked", limits)
    except (DownloadError, ArchiveError) as error:
        raise UnusableError(f"{one.name}: {error}.") from error


def _attempt(
    data: Path,
    one: Subscription,
    work: Path,
    now: datetime,
    limits: Limits,
    may_shrink: int,
    progress: Callable[[str, int, int], None],
) -> Outcome:
    same = replace(one, last_tried=now, last_good=now, problem="")
    has_copy = (data / "sources" / one.name / "source.toml").is_file() and bool(one.sha256)
    whole = not has_copy or one.wants_whole(now)
    have = None if whole else Fetched(one.sha256, one.etag, one.modified)
    try:
        came = fetch(one.address, work / one.name, have, limits, _told(one, progress))
        if came is None:
            return Outcome(same, State.SAME)
        good = replace(
            same, etag=came.etag, modified=came.modified, sha256=came.sha256, last_whole=now
        )
        if has_copy and came.sha256 == one.sha256:
            return Outcome(good, State.SAME)
        found = _list_in(work / one.name, work / f"{one.name}-unpacked", limits)
        _take_in(data, one, found, may_shrink, now)
    except (DownloadError, ArchiveError, UnusableError) as error:
        return Outcome(replace(one, last_tried=now, problem=str(error)), State.KEPT)
    return Outcome(good, State.NEW)


def _clear(work: Path) -> None:
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _list_in(file: Path, folder: Path, limits: Limits) -> Path:
    found = unpack(file, folder, limits.most_unpacked)
    if found.is_file() and (why := no_list(found)):
        raise DownloadError(why)
    return found


def _take_in(data: Path, one: Subscription, found: Path, may_shrink: int, now: datetime) -> None:
    done = import_source(
        data, found, one.format, one.category, one.name, now,
        licence=one.licence, shrink_limit=may_shrink,
    )  # fmt: skip
    if not done.counts:
        first = next((f" (line {bad.line}: {bad.says})" for bad in done.problems), "")
        raise UnusableError(
            f"nothing in it could be used{first}: see its --format, and whether "
            f"{one.address} leads to a list"
        )
    if done.shrunk:
        raise UnusableError(
            f"{done.shrunk}; if that is right: safeguard rules update {one.name} --accept-shrink"
        )


def _next(one: Subscription, now: datetime, terms: Terms) -> datetime:
    luck = terms.luck()
    return now + AFTER_A_PROBLEM * (1 + luck / 8) if one.problem else terms.window.next(now, luck)


def _told(
    one: Subscription, progress: Callable[[str, int, int], None]
) -> Callable[[int, int], None]:
    return lambda done, of: progress(f"Downloading {one.name}, KiB", done >> 10, of >> 10)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m safeguard.updating", description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args(arguments)
    os.nice(10)
    now = datetime.now(UTC)
    try:
        settings = settings_file.load(given.data, given.config)
        names = due(settings.data, now)
        terms = terms_of(settings)
        outcomes = update(settings.data, names, now, lambda *_: None, terms=terms) if names else []
    except UnusableError as error:
        log.error("lists not updated", trouble=str(error))  # noqa: TRY400  # the sentence is all
        return 2
    for one in outcomes:
        log.info("list", name=one.subscription.name, state=str(one.state))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
