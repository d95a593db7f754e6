"""Measure the proxy and the DNS filter beside their peers with the harness, and print ratios.

The harness is a folder with `proxy_peers.py` and `dns_peers.py`; its place is SAFEGUARD_BENCH,
else `../shared/bench` beside the project. See bench/README.md.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SAFEGUARD = BIN / "safeguard"
DEFAULT_HARNESS = PROJECT.parent / "shared" / "bench"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["proxy", "dns", "all"], default="all")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of every measurement")
    parser.add_argument("--duration", type=int, default=5, help="seconds of one measurement")
    parser.add_argument("--full", action="store_true", help="every scenario, not the quick ones")
    parser.add_argument("-n", type=int, default=1_000_000, help="names on the DNS block list")
    asked = parser.parse_args(arguments)
    harness = Path(os.environ.get("SAFEGUARD_BENCH", DEFAULT_HARNESS))
    if not (harness / "proxy_peers.py").is_file():
        sys.stderr.write(f"No benchmark harness in {harness}: set SAFEGUARD_BENCH to its folder.\n")
        return 2
    common = ["--rounds", str(asked.rounds), "--duration", str(asked.duration)]
    status = 0
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as folder:
        if asked.what in {"proxy", "all"}:
            status |= proxy(harness, Path(folder), [*common, *([] if asked.full else ["--quick"])])
        if asked.what in {"dns", "all"}:
            status |= dns(harness, Path(folder), [*common, "-n", str(asked.n)])
    return status


def proxy(harness: Path, folder: Path, options: list[str]) -> int:
    """The proxy with filtering on and every page read, as an unidentified pupil gets it."""
    data = folder / "proxy"
    run([SAFEGUARD, "rules", "build", "--data", data])
    run([SAFEGUARD, "ca", "export", folder / "ca.pem", "--data", data])
    start = (
        f"env SAFEGUARD_PROXY__PORT={{port}} SAFEGUARD_PROXY__UPSTREAM_CA={{origin_ca}} "
        f"SAFEGUARD_PROXY__ALLOW_NETWORKS=127.0.0.0/8 {SAFEGUARD} run --only proxy --data {data}"
    )
    command = [
        sys.executable, harness / "proxy_peers.py", "--mitmdump", BIN / "mitmdump",
        "--proxy-cmd", start, "--ca", folder / "ca.pem", *options,
    ]  # fmt: skip
    return run(command, check=False)


def dns(harness: Path, folder: Path, options: list[str]) -> int:
    """The DNS filter with the harness's list imported as one category that is blocked."""
    start = f"{sys.executable} -m bench.dns_subject {folder / 'dns'} {{port}} {{list}} {{upstream}}"
    command = [sys.executable, harness / "dns_peers.py", "--dns-cmd", start, *options]
    return run(command, check=False)


def run(command: Sequence[object], *, check: bool = True) -> int:
    result = subprocess.run([str(part) for part in command], cwd=PROJECT, check=check)
    return result.returncode


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        sys.stderr.write(
            "Some load generators are missing; bench/README.md says what to install.\n"
        )
    sys.exit(main(sys.argv[1:]))
