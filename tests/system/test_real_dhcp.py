"""Real DHCP servers lease to a real client, in a network of their own: their files are read as they are."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from safeguard.identity_feeds.lease_files import LeaseFile
from safeguard.identity_feeds.lease_formats import LeaseFormat
from safeguard.identity_feeds.leases import Lease
from tests.conftest import absent

DEADLINE = 20.0
MAC = "02:00:00:00:00:07"
ZONE = ZoneInfo("Europe/London")

# A wire with a server at one end and a device at the other, seen by nobody else. The device
# gives its lease back when it is told to end; the wire goes with the script.
WIRE = f"""
set -e
ip link set lo up
unshare -n sleep 60 & device=$!
until [ "$(readlink /proc/$device/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.01; done
ip link add lan0 type veth peer name lan1
ip link set lan1 address {MAC}
ip link set lan1 netns $device
ip addr add 10.77.0.1/24 dev lan0
ip link set lan0 up
nsenter -t $device -n ip link set lan1 up
"$@" & server=$!
nsenter -t $device -n udhcpc -f -n -R -i lan1 -x hostname:tablet -s $TAKE -t 30 -T 1 & client=$!
trap 'kill -9 $server $client $device' EXIT
read -r _
kill -TERM $client
read -r _
"""

# What the client runs when it is given an address: without it, it cannot give it back.
TAKE = """#!/bin/sh
[ "$1" != bound ] || { ip addr add "$ip/24" dev "$interface"; touch "$0.bound"; }
"""


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def needs(*programs: str) -> None:
    for program in (*programs, "udhcpc", "unshare", "nsenter", "ip"):
        if shutil.which(program) is None:
            absent(f"{program} is not installed (Debian: dnsmasq-base, kea-dhcp4-server, udhcpc)")
    own = ["unshare", "-rnm", "ip", "link", "add", "lan0", "type", "veth", "peer", "name", "lan1"]
    if subprocess.run(own, check=False, capture_output=True).returncode:
        absent("no network of our own can be made here")


@contextmanager
def leasing(folder: Path, *server: str) -> Iterator[Callable[[], None]]:
    """Run a server and a device on a wire of their own; the function lets the device go on."""
    take = folder / "take"
    take.write_text(TAKE)
    take.chmod(0o755)
    kea = {"KEA_PIDFILE_DIR": str(folder), "KEA_LOCKFILE_DIR": "none"}
    process = subprocess.Popen(
        [
            "unshare",
            "-rnm",
            "--kill-child",
            "-fp",
            "--mount-proc",
            "bash",
            "-c",
            WIRE,
            "-",
            *server,
        ],
        stdin=subprocess.PIPE,
        stdout=sys.stderr,
        env={**os.environ, **kea, "TAKE": str(take)},
        process_group=0,
    )
    assert process.stdin is not None
    stdin = process.stdin

    def go_on() -> None:
        eventually(Path(f"{take}.bound").exists)
        stdin.write(b"\n")
        stdin.flush()

    try:
        yield go_on
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        stdin.close()


def leases_of(file: LeaseFile) -> tuple[Lease, ...]:
    file.look()
    now = datetime.now(UTC)
    return tuple(one for one in file.reading.leases if one.lives(now))


def holds_one(file: LeaseFile, kind: LeaseFormat) -> bool:
    found = leases_of(file)
    if not found:
        return False
    [lease] = found
    assert (lease.mac, lease.name, file.kind) == (MAC, "tablet", kind)
    assert lease.address.startswith("10.77.0.")
    assert timedelta(minutes=50) < lease.until - datetime.now(UTC) <= timedelta(minutes=61)
    assert not file.reading.bad
    return True


def test_dnsmasq_leases_and_takes_back(tmp_path: Path) -> None:
    needs("dnsmasq")
    leases = tmp_path / "leases"
    file = LeaseFile(leases, ZONE)
    server = ["dnsmasq", "--conf-file=/dev/null", "--no-daemon", "--no-ping", "--port=0"]
    server += ["--interface=lan0", "--bind-interfaces", "--pid-file=", f"--dhcp-leasefile={leases}"]
    with leasing(tmp_path, *server, "--dhcp-range=10.77.0.10,10.77.0.20,1h") as go_on:
        eventually(lambda: holds_one(file, LeaseFormat.DNSMASQ))
        go_on()
        eventually(lambda: not leases_of(file))


def test_kea_leases_and_takes_back(tmp_path: Path) -> None:
    needs("kea-dhcp4")
    leases = tmp_path / "leases4.csv"
    config = tmp_path / "kea.json"
    database = {"type": "memfile", "persist": True, "name": str(leases), "lfc-interval": 0}
    subnet = {"subnet": "10.77.0.0/24", "pools": [{"pool": "10.77.0.10-10.77.0.20"}], "id": 1}
    says = {
        "interfaces-config": {"interfaces": ["lan0"]},
        "lease-database": database,
        "valid-lifetime": 3600,
        "subnet4": [subnet],
    }
    config.write_text(json.dumps({"Dhcp4": says}))
    file = LeaseFile(leases, ZONE)
    with leasing(tmp_path, "kea-dhcp4", "-c", str(config)) as go_on:
        eventually(lambda: holds_one(file, LeaseFormat.KEA))
        go_on()
        eventually(lambda: not leases_of(file))
    assert file.trouble == ""
