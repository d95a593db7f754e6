"""How long a worker takes from its fork to its first answer: `python -m bench.cold DATA…`.

Each role is started over the data folder with one worker. Then the worker is killed, again and
again: its parent forks another, and the time until that one answers is what is printed.
"""

import argparse
import http.client
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.swap import free_port, wait_for
from bench.swap_load import ask, dns_sockets, question

LISTED = "pokerstars.com"
TIMES = 7
LIVED_SECONDS = 1.2  # a worker that dies younger is forked again only after a pause


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.cold", description=__doc__)
    parser.add_argument("data", type=Path, nargs="+", help="data folders with rules in force")
    print("| data | role | start to first answer s | fork to first answer ms, median | worst |")
    print("|---|---|---|---|---|")
    for data in parser.parse_args(arguments).data:
        for role, module, answers in (
            ("DNS", "dns_filter", named),
            ("proxy", "proxy_addons", fetched),
        ):
            began, again = measured(data, module, answers)
            middle = statistics.median(again)
            print(
                f"| {data} | {role} | {began:.2f} | {middle:.0f} | {max(again):.0f} |", flush=True
            )
    return 0


def measured(data: Path, module: str, answers: Callable[[int], bool]) -> tuple[float, list[float]]:
    port = free_port()
    name = "DNS" if module == "dns_filter" else "PROXY"
    given = {f"SAFEGUARD_{name}__PORT": str(port), f"SAFEGUARD_{name}__WORKERS": "1"}
    began = time.monotonic()
    parent = subprocess.Popen(
        [sys.executable, "-m", module, "--data", str(data)],
        env=os.environ | given,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(partial(answers, port), 60)
        first = time.monotonic() - began
        return first, [_reborn(parent.pid, partial(answers, port)) for _ in range(TIMES)]
    finally:
        parent.terminate()
        parent.wait(20)


def _reborn(parent: int, answers: Callable[[], bool]) -> float:
    """Kill the worker; return the milliseconds until another answers."""
    time.sleep(LIVED_SECONDS)
    (worker,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    killed = time.monotonic()
    wait_for(answers, 30)
    return (time.monotonic() - killed) * 1000


def named(port: int) -> bool:
    """Whether a listed name is answered as blocked."""
    client, *others = dns_sockets(port)
    for other in others:
        other.close()
    with client:
        client.settimeout(0.02)
        try:
            return ask(client, question(LISTED, 1)).endswith(bytes(4))
        except OSError:
            return False


def fetched(port: int) -> bool:
    """Whether a listed site gets the block page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", f"http://{LISTED}/")
        return connection.getresponse().status == http.client.FORBIDDEN
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
