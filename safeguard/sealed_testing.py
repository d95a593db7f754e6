"""The provider's test entries, asked of the judge in force, and the evidence that they were.

    DATA/sealed/tests.jsonl    one line a test: when, what came of it, for whom; no address

A provider such as the IWF lists an address of its own, so that members can show that the list
is in force. Each must be blocked by a sealed list for every group.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from safeguard.core.types import Channel, Reason, Subject
from safeguard.engine import Engine
from safeguard.list_settings import Sealed
from safeguard.problems import UnusableError
from safeguard.sealed_files import FOLDER, write

EVIDENCE = "tests.jsonl"
MOST_KEPT = 1000
QUARTER = timedelta(days=92)  # members of the IWF declare each quarter that they tested


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one test. `open_to`: the groups that an entry was not withheld from."""

    at: datetime
    entries: int
    open_to: tuple[tuple[int, tuple[str, ...]], ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.entries > 0 and not self.open_to

    def says(self) -> str:
        if self.passed:
            return f"all {self.entries} test entries are blocked for every group"
        failed = ", ".join(f"entry {number}" for number, _ in self.open_to)
        return f"a test entry is not blocked by a sealed list for every group ({failed})"


def run_test(engine: Engine, now: datetime) -> Trial:
    """Ask about each test entry of the settings for every group, and keep what came of it."""
    settings = engine.settings
    entries = settings.sealed.test_entries
    if not entries:
        raise UnusableError(
            "The settings name no test entry. Give the address that your provider lists for "
            "testing as test_entries in [sealed]."
        )
    lists: dict[str, None] = {}
    open_to: list[tuple[int, tuple[str, ...]]] = []
    for number, address in enumerate(entries, 1):
        groups = _open_to(engine, address, lists)
        open_to += [(number, groups)] if groups else []
    tested = Trial(now, len(entries), tuple(open_to), tuple(lists))
    _keep(settings.data, tested, settings.sealed)
    return tested


def last_test(data: Path) -> Trial | None:
    """Return the newest test that was kept, where there is one that can be read."""
    for line in reversed(_lines(data)):
        try:
            found = json.loads(line)
            failed = tuple((number, tuple(groups)) for number, groups in found["open_to"])
            at = datetime.fromisoformat(found["at"])
            return Trial(at, found["entries"], failed, tuple(found["lists"]))
        except (ValueError, KeyError, TypeError):
            continue
    return None


def complaint_about_test(last: Trial | None, now: datetime, sealed: Sealed) -> str:
    """Why the test is not as it must be; empty where it is, or where none is set up."""
    if not sealed.test_entries:
        return ""
    if last is None:
        return "the provider’s test entries have not been asked yet"
    if not last.passed or last.entries != len(sealed.test_entries):
        return f"at the last test {last.says()}"
    return "the last test is older than a quarter of a year" if now - last.at > QUARTER else ""


def _open_to(engine: Engine, address: str, lists: dict[str, None]) -> tuple[str, ...]:
    """Return the groups that the address is not withheld from, and note which lists named it."""
    target = engine.target_of(address, Channel.TESTER)
    groups = engine.snapshot.policy.groups.in_order
    if target is None:
        return groups
    verdicts = {group: engine.judge(Subject(group), target) for group in groups}
    for verdict in verdicts.values():
        if verdict.reason is Reason.SEALED:
            lists.update(dict.fromkeys(hit.list for hit in verdict.hits))
    return tuple(group for group, one in verdicts.items() if one.reason is not Reason.SEALED)


def _keep(data: Path, tested: Trial, sealed: Sealed) -> None:
    told = {
        "at": tested.at.isoformat(),
        "passed": tested.passed,
        "entries": tested.entries,
        "open_to": tested.open_to,
        "lists": tested.lists,
        "organisation": sealed.organisation,
        "membership": sealed.membership,
    }
    lines = [*_lines(data), json.dumps(told)][-MOST_KEPT:]
    write(data / FOLDER / EVIDENCE, ("\n".join(lines) + "\n").encode())


def _lines(data: Path) -> Sequence[str]:
    try:
        return (data / FOLDER / EVIDENCE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
