"""Lists never fail open: what this machine may do wrong, and what holds then.

Disks that are full at any moment, commands that are killed at any moment, files that cannot be
read, lists made to fill the memory, and clocks that jump. The last good copy stays in force.
"""

import gzip
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from filter_rules.formats.format import Format
from safeguard.building import open_rules, rules_in_force
from safeguard.importing import import_source
from safeguard.reading import FOLDER
from safeguard.sources import imported_sources
from safeguard.subscriptions import Subscription, due, subscribe, subscriptions
from safeguard.updating import update
from tests.conftest import absent
from tests.safeguard.list_server import Answer, ListServer, list_server
from tests.system.small_disk import JUDGE, ROOM, SAFEGUARD, Done, can_mount, on_a_small_disk
from tests.system.test_list_faults import two_gigabytes

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
GAMES = "".join(f"game{number}.example\n" for number in range(100))
MORE = "".join(f"game{number}.example\n" for number in range(20_000))
ROUNDS = 6
SEED = 20260901
ROOMY_MIB = 64


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def server() -> Iterator[ListServer]:
    with list_server() as made:
        yield made


@pytest.fixture
def in_force(server: ListServer, school: Path) -> str:
    address = server.serve("/games", GAMES)
    subscribe(school, Subscription("mine", address, Format.DOMAINS, "games"))
    update(school, [], NOW, quiet)
    assert is_blocked(school)
    return rules_in_force(school)


def is_blocked(data: Path, host: str = "game7.example") -> bool:
    return any(hit.category == "games" for hit in open_rules(data).match(host))


# --- the disk is full -------------------------------------------------------------------------

CHECK = ["check", "game7.example", "--group", "primary"]
UPDATE, BUILD = ["rules", "update"], ["rules", "build"]
PACKED = gzip.compress(MORE.encode())
# what happens -> what comes, in the middle of what, with how many KiB free, and what people read
FULL: dict[str, tuple[str | bytes, list[str], int, str]] = {
    "downloading": (MORE, UPDATE, 160, r"could not be kept \(No space left on device\): make room"),
    "unpacking": (PACKED, UPDATE, 240, r"cannot be kept, unpacked \(.*No space .*make room"),
    "compiling": (MORE, BUILD, 160, r"not be built in .*make room.*rules of before stay in force"),
    "nearly done": (MORE, BUILD, 400, r"not be built in .*make room.*rules of before stay in for"),
}


@pytest.mark.parametrize("happens", FULL)
def test_a_disk_that_is_full_loses_nothing(
    server: ListServer, school: Path, in_force: str, happens: str
) -> None:
    comes, command, free_kib, says = FULL[happens]
    if not can_mount():
        absent("no disk of its own can be mounted: run as root")
    server.serve("/games", comes)
    if command is BUILD:
        changed(school, MORE)
    commands = [[JUDGE], command, [JUDGE], CHECK, [ROOM], command, CHECK]
    judged, failed, after, checked, _, mended, healed = on_a_small_disk(school, free_kib, commands)
    assert judged == after == Done(0, f"{in_force} block", "")  # as every worker judges
    assert failed.status in {1, 2}
    assert_says(says, failed.err)
    assert_never_allowed(checked)
    assert (mended.status, healed.status, healed.out[:5]) == (0, 1, "block")


def assert_says(pattern: str, text: str) -> None:
    assert re.search(pattern, text), text


def assert_never_allowed(checked: Done) -> None:
    """It says “block”, from the rules of before; without a byte left it may say that it cannot."""
    assert (checked.status, checked.out[:5]) in {(1, "block"), (2, "")}, checked
    assert checked.status == 1 or "make room" in checked.err or "disk" in checked.err


# --- killed -----------------------------------------------------------------------------------

DRIVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from safeguard.building import build
from safeguard.updating import update
data = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
if sys.argv[2] == "build":
    build(data, lambda *_: None)
else:
    update(data, [], datetime.now(UTC), lambda *_: None)
"""


def killed_after(data: Path, what: str, seconds: float | None) -> float:
    """Build or update in a process, killed by force after so long; return how long it took."""
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(data), what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        started = time.monotonic()
        process.stdin.write("\n")
        process.stdin.flush()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        return time.monotonic() - started


@pytest.mark.parametrize("what", ["build", "update"])
def test_whatever_is_killed_at_any_moment_leaves_rules_in_force(
    server: ListServer, school: Path, in_force: str, what: str
) -> None:
    luck = random.Random(f"{SEED} {what}")  # noqa: S311  # to be the same each time
    versions = [MORE, MORE + "one.example\n", MORE + "two.example\n"]
    known = {in_force}
    server.serve("/games", versions[0])
    longest = killed_after(school, "update", None)
    known.add(rules_in_force(school))
    for number in range(1, ROUNDS + 1):
        server.serve("/games", versions[number % 3])
        if what == "build":
            changed(school, versions[number % 3])
        killed_after(school, what, luck.uniform(0, longest))
        assert is_blocked(school)
        assert is_blocked(school, "game19999.example")
        (source,) = imported_sources(school)
        assert source.counts["games"] >= 20_000
        assert sum(1 for _ in source.entries(source.files[0])) == source.counts["games"]
    server.serve("/games", MORE + "last.example\n")
    killed_after(school, "update", None)
    assert is_blocked(school, "last.example")
    assert rules_in_force(school) not in known
    assert not (school / "rules-building").exists()
    assert not (school / "subscriptions" / "incoming").exists()
    assert len(list((school / "sources" / "mine").iterdir())) == 2  # what it is, and its files


def changed(data: Path, text: str) -> None:
    (data / "mine.txt").write_text(text, encoding="utf-8")
    import_source(data, data / "mine.txt", Format.DOMAINS, "games", "mine", NOW)


# --- what cannot be read ----------------------------------------------------------------------


def as_nobody_special(*arguments: str, data: Path) -> Done:
    """Run a command that obeys permissions: for root, without the right to pass over them."""
    drop = "-dac_override,-dac_read_search"
    rights = ["setpriv", "--bounding-set", drop, "--inh-caps", drop]
    done = subprocess.run(
        [*(rights if os.geteuid() == 0 else []), SAFEGUARD, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SAFEGUARD_DATA": str(data)},
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("unreadable", "command", "says"),
    [
        (
            "new.txt",
            ["rules", "import", "new.txt", "--category", "games"],
            r"new\.txt cannot be read: see who may read it",
        ),
        ("subscriptions/mine.toml", ["rules", "update"], r"mine\.toml cannot be read .*subscribe"),
        (
            "sources/mine/source.toml",
            ["rules", "build"],
            r"source\.toml.*rules of before stay in force",
        ),
        ("sources/mine/*/*.gz", ["rules", "build"], r"rules of before stay in force"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    school: Path, in_force: str, unreadable: str, command: list[str], says: str
) -> None:
    (school / "new.txt").write_text("new.example\n", encoding="utf-8")
    shutil.rmtree(school / FOLDER)  # what was read before would be taken from there
    (file,) = school.glob(unreadable)
    file.chmod(0)
    try:
        done = as_nobody_special(
            *[str(file) if one == "new.txt" else one for one in command], data=school
        )
    finally:
        file.chmod(0o600)
    assert done.status in {1, 2}
    assert "Traceback" not in done.err
    assert_says(says, done.err)
    assert is_blocked(school)
    assert rules_in_force(school) == in_force


# --- too much ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What a command cost."""

    status: int
    err: str
    mib: int


def measured(data: Path, folder: Path, *arguments: str) -> Cost:
    with (folder / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            [SAFEGUARD, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, "SAFEGUARD_DATA": str(data)},
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Cost(process.returncode, said.read(), used.ru_maxrss // 1024)


def disk_use(data: Path) -> int:
    return sum(path.stat().st_size for path in data.rglob("*") if path.is_file())


def test_two_gigabytes_fill_neither_the_memory_nor_the_disk(
    server: ListServer, school: Path, tmp_path: Path, in_force: str
) -> None:
    usual = measured(school, tmp_path, "rules", "update")
    used = disk_use(school)
    server.answers["/games"] = Answer(writes=two_gigabytes)
    done = measured(school, tmp_path, "rules", "update")
    assert done.status == 1
    assert_says(r"larger than 256 MiB: .*largest_download_mib", done.err)
    assert done.mib < usual.mib + ROOMY_MIB
    assert disk_use(school) < used + (1 << 20)
    assert is_blocked(school)
    assert rules_in_force(school) == in_force


def test_a_file_that_is_one_endless_line_does_not_fill_the_memory(
    school: Path, tmp_path: Path, in_force: str
) -> None:
    """2 GiB of it took 83 MiB and 26 seconds; the tests make do with less."""
    usual = measured(
        school, tmp_path, "rules", "import", "--category", "games", str(games(tmp_path))
    )
    with (tmp_path / "endless.txt").open("wb") as stream:
        for _ in range(128):
            stream.write(b"x" * (1 << 20))
    endless = str(tmp_path / "endless.txt")
    done = measured(school, tmp_path, "rules", "import", "--category", "games", endless)
    assert done.status == 1
    assert "so nothing has changed" in done.err
    assert done.mib < usual.mib + ROOMY_MIB
    assert is_blocked(school)
    assert rules_in_force(school) == in_force


def games(folder: Path) -> Path:
    (folder / "games.txt").write_text(GAMES, encoding="utf-8")
    return folder / "games.txt"


# --- the clock ----------------------------------------------------------------------------------


def test_a_clock_that_jumps_a_year_forwards_and_back_neither_stops_nor_hastens_updates(
    server: ListServer, school: Path, in_force: str
) -> None:
    """Hour by hour, as the jobs process looks: some days, a year ahead, some days, and back."""
    del in_force
    days, year = 4, timedelta(days=365)
    begun = len(server.asked)
    for jump in (timedelta(), year, timedelta()):
        for hour in range(days * 24):
            now = NOW + jump + timedelta(hours=hour + 1)
            if names := due(school, now):
                update(school, names, now, quiet)
        ended = NOW + jump + timedelta(days=days)
        (mine,) = subscriptions(school)
        assert mine.last_good is not None
        assert timedelta() <= ended - mine.last_good <= timedelta(hours=26)
        assert mine.trouble(ended) == ""
    asked = len(server.asked) - begun
    assert 3 * (days - 1) <= asked <= 3 * (days + 1)
    assert is_blocked(school)


def test_a_server_that_is_away_is_asked_a_few_times_a_day(
    server: ListServer, school: Path, in_force: str
) -> None:
    server.answers["/games"] = Answer(b"", 503)
    begun = len(server.asked)
    for minute in range(0, 2 * 24 * 60, 5):
        now = NOW + timedelta(days=1, minutes=minute)
        if names := due(school, now):
            update(school, names, now, quiet)
    assert 9 <= len(server.asked) - begun <= 13
    assert is_blocked(school)
    assert rules_in_force(school) == in_force
