"""How the feeds are, written down for the Health page: numbers and sentences, never who.

DATA/identity-feeds.json, written anew every few seconds while they run.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

FILE = "identity-feeds.json"
SILENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How a lease file is."""

    path: str
    format: str
    leases: int
    bad: int
    first_bad: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How all feeds are. `refused`: packets by why. `waiting`: what is not written down yet."""

    at: datetime
    heard: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    sessions: int = 0
    waiting: int = 0
    trouble: str = ""
    files: tuple[FileStatus, ...] = ()


class Notice:
    """Where the feeds write how they are: one at a time, so that the last one said is what is read."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._one_at_a_time = Lock()  # who ends the feeds does not wait for what is being written

    def put(self, status: Status) -> None:
        told = {**asdict(status), "at": status.at.isoformat()}
        draft = self._data / f".{FILE}.new"
        with self._one_at_a_time:
            draft.write_text(json.dumps(told), "utf-8")
            draft.chmod(0o600)
            draft.replace(self._data / FILE)


def kept(data: Path) -> Status | None:
    """Return what was last written; None where nothing was, or nothing readable."""
    try:
        told = json.loads((data / FILE).read_text("utf-8"))
        return Status(
            datetime.fromisoformat(told["at"]),
            told["heard"],
            tuple((str(why), int(count)) for why, count in told["refused"]),
            told["sessions"],
            told["waiting"],
            told["trouble"],
            tuple(FileStatus(**one) for one in told["files"]),
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None


def troubles(found: Status | None, now: datetime) -> Iterator[str]:
    """Yield a sentence for each thing that a person should look into."""
    if found is None or now - found.at > SILENT:
        yield (
            "What tells who is where (RADIUS, DHCP) does not run: who signed in since is "
            "unidentified. Is `jobs` running? Its lines on stderr say more."
        )
        return
    if found.trouble:
        yield found.trouble
    for why, count in found.refused:
        yield f"{count} RADIUS packets were not answered, the last of them a moment ago: {why}."
    yield from (one for file in found.files for one in _of_file(file))


def _of_file(file: FileStatus) -> Sequence[str]:
    says = [f"The lease file {file.path} {file.trouble}."] if file.trouble else []
    if file.bad:
        says.append(
            f"The lease file {file.path} has {file.bad} lines that cannot be read: "
            f"{file.first_bad}."
        )
    return says
