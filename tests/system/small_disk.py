"""Run commands on a copy of a data folder that lies on a disk of its own, nearly full.

The disk is real (a tmpfs) and seen by this process alone: it is started in a mount namespace of
its own, by `unshare --mount`, so nothing outside is touched, and the disk is gone at its end.

python -m tests.system.small_disk DATA FREE_KIB COMMANDS    (COMMANDS: JSON, a list of arguments)

A command of JUDGE says how the rules in force judge a host, as a worker would; ROOM makes room.
Writes what each command did to standard output, as JSON: status, output, complaint.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import astuple, dataclass
from pathlib import Path

from safeguard.building import open_rules, rules_in_force

SAFEGUARD = str(Path(sys.executable).parent / "safeguard")
JUDGE, ROOM = "@judge", "@room"
HOST = "game7.example"
PAGE_KIB = 4
ROOM_MIB = 32
SECONDS = 60


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str


def on_a_small_disk(data: Path, free_kib: int, commands: list[list[str]]) -> list[Done]:
    """Run commands on a copy of a data folder, on a disk with so much room left."""
    asked = [sys.executable, "-m", "tests.system.small_disk", str(data), str(free_kib)]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", *asked, json.dumps(commands)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        timeout=SECONDS * len(commands),
    )
    assert done.returncode == 0, done.stderr
    return [Done(*one) for one in json.loads(done.stdout)]


def can_mount() -> bool:
    """Whether this user may have a disk of its own."""
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def _kib(folder: Path) -> int:
    """What a copy takes: whole pages for each file, and one for each folder."""
    sizes = [path.stat().st_size for path in folder.rglob("*")]
    return sum(-(-size // (PAGE_KIB << 10)) * PAGE_KIB for size in sizes) + PAGE_KIB * len(sizes)


def _mounted(data: Path, free_kib: int) -> Path:
    """Copy a data folder to a disk of its own that has so much room left; return the copy."""
    disk = data.parent / f"{data.name}-disk"
    disk.mkdir(exist_ok=True)
    size = _kib(data) + free_kib + 64
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", str(disk)]
    subprocess.run(mount, check=True)
    copied = Path(shutil.copytree(data, disk / "data"))
    room = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(bytes(max(0, room - (free_kib << 10))))
    return copied


def _judged(data: Path) -> Done:
    hits = open_rules(data).match(HOST)
    said = "block" if any(hit.category == "games" for hit in hits) else "allow"
    return Done(0, f"{rules_in_force(data)} {said}", "")


def _ran(data: Path, arguments: list[str]) -> Done:
    if arguments == [JUDGE]:
        return _judged(data)
    if arguments == [ROOM]:
        (data.parent / "filler").write_bytes(b"")
        size = _kib(data) + (ROOM_MIB << 10)
        subprocess.run(["mount", "-o", f"remount,size={size}k", str(data.parent)], check=True)
        return Done(0, "", "")
    done = subprocess.run(
        [SAFEGUARD, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SAFEGUARD_DATA": str(data)},
        timeout=SECONDS,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def main(data: Path, free_kib: int, commands: list[list[str]]) -> None:
    copied = _mounted(data, free_kib)
    results = [_ran(copied, arguments) for arguments in commands]
    sys.stdout.write(json.dumps([astuple(one) for one in results]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
