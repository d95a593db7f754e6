"""Bring subscribed lists up to date.

A download that fails, or that brings something else than the list, leaves the last good copy
in force and is kept as a problem, for people to see. Run as `python -m safeguard.updating
--data DIR [--config FILE]` it brings up to date what is due, and ends.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import structlog

from safeguard import settings as settings_file
from safeguard.building import build, is_stale
from safeguard.downloads import DownloadError, Fetched, Limits, fetch
from safeguard.problems import UnusableError
from safeguard.sources import import_source
from safeguard.subscriptions import Subscription, alone, due, subscriptions, write_subscription
from safeguard.unpacking import ArchiveError, unpack

log = structlog.get_logger("safeguard.updating")


class State(StrEnum):
    """What came of an attempt."""

    NEW = "new"
    SAME = "unchanged"
    KEPT = "failed: the last good copy stays"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt to bring a list up to date."""

    subscription: Subscription
    state: State


def update(
    data: Path,
    names: Sequence[str],
    now: datetime,
    progress: Callable[[str, int, int], None],
    *,
    accept_shrink: bool = False,
    limits: Limits | None = None,
) -> list[Outcome]:
    """Download lists (none named: all), then build once where anything has changed."""
    with alone(data) as work:
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
            asked = replace(one, shrink_limit=100) if accept_shrink else one
            attempt = _attempt(data, asked, work, now, limits or Limits(), progress)
            kept = replace(attempt.subscription, shrink_limit=one.shrink_limit)
            write_subscription(data, kept)
            outcomes.append(Outcome(kept, attempt.state))
    if is_stale(data):
        build(data, progress)
    return outcomes


def download(one: Subscription, work: Path, progress: Callable[[str, int, int], None]) -> Path:
    """Download a list to look at it, and leave all else as it is. Raises UnusableError."""
    try:
        fetch(one.address, work / one.name, None, Limits(), _told(one, progress))
        return unpack(work / one.name, work / "unpacked")
    except (DownloadError, ArchiveError) as error:
        raise UnusableError(f"{one.name}: {error}.") from error


def _attempt(
    data: Path,
    one: Subscription,
    work: Path,
    now: datetime,
    limits: Limits,
    progress: Callable[[str, int, int], None],
) -> Outcome:
    same = replace(one, last_tried=now, last_good=now, problem="")
    has_copy = (data / "sources" / one.name / "source.toml").is_file()
    have = Fetched(one.sha256, one.etag, one.modified) if has_copy and one.sha256 else None
    try:
        came = fetch(one.address, work / one.name, have, limits, _told(one, progress))
        if came is None:
            return Outcome(same, State.SAME)
        good = replace(same, etag=came.etag, modified=came.modified, sha256=came.sha256)
        if have and came.sha256 == have.sha256:
            return Outcome(good, State.SAME)
        _take_in(data, one, unpack(work / one.name, work / f"{one.name}-unpacked"), now)
    except (DownloadError, ArchiveError, UnusableError) as error:
        return Outcome(replace(one, last_tried=now, problem=str(error)), State.KEPT)
    return Outcome(good, State.NEW)


def _take_in(data: Path, one: Subscription, found: Path, now: datetime) -> None:
    done = import_source(
        data, found, one.format, one.category, one.name, now,
        licence=one.licence, shrink_limit=one.shrink_limit,
    )  # fmt: skip
    if not done.counts:
        raise UnusableError("nothing in it could be used")
    if done.shrunk:
        raise UnusableError(
            f"{done.shrunk}; if that is right: safeguard rules update {one.name} --accept-shrink"
        )


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
        data = settings_file.load(given.data, given.config).data
        names = due(data, now)
        outcomes = update(data, names, now, lambda *_: None) if names else []
    except UnusableError as error:
        log.error("lists not updated", trouble=str(error))  # noqa: TRY400  # the sentence is all
        return 2
    for one in outcomes:
        log.info("list", name=one.subscription.name, state=str(one.state))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
