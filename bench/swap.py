"""Swap rules under load: `python -m bench.swap`. See bench/README.md.

Two artefacts of the UT1 tree are built, the second with one list more. Clients ask the real DNS
filter and fetch a page over https through the real proxy, on kept connections, while the rules
in force are swapped every second; and the same without swaps. Prints how long answers took, how
many did not come, and how soon a change was in force.
"""

import argparse
import http.client
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.swap_load import (
    Proxied,
    Timed,
    ask,
    dns_load,
    dns_sockets,
    https_load,
    in_process,
    question,
    world,
)
from safeguard.in_force import Pointer, read_pointer, write_pointer
from tests.proxy_addons.world import TestAuthority

SAFEGUARD = [sys.executable, "-m", "safeguard.cli.app"]
TREE = Path(__file__).parent.parent.parent / "shared" / "data" / "lists" / "ut1"
ONLY_IN_SECOND = "only-in-the-second.test"
HOSTS = tuple(f"school-{number}.test" for number in range(8))
NAMES = (*(f"www.name-{number}.test" for number in range(400)), *(["pokerstars.com"] * 40))
SWAP_SECONDS = 1.0
WARM_SECONDS = 2.0
START_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.swap", description=__doc__)
    parser.add_argument("--tree", type=Path, default=TREE, help="a UT1 tree")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of every measurement")
    parser.add_argument("--queries", type=float, default=500.0, help="DNS queries a second")
    parser.add_argument("--requests", type=float, default=80.0, help="https requests a second")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="safeguard-swap-") as folder:
        data = Path(folder) / "data"
        first, second = artefacts(data, asked.tree)
        swaps = partial(swapping, data, first, second)
        with started(Path(folder), data) as (dns, to, plain):
            print("| load | what | n | p50 ms | p99 ms | max ms | failed |")
            print("|---|---|---|---|---|---|---|")
            rates = (asked.queries, asked.requests)
            for paced, rate in (("paced", rates), ("free-running", (0.0, 0.0))):
                load = partial(under_load, dns, to, rate, asked.seconds)
                for what, timed in in_turn(load, swaps, asked.rounds).items():
                    print(f"| {paced} {what} {row(timed)} |", flush=True)
            print(f"\nIn force after, ms: {taken_up(data, first, second, dns, to, plain)}")
    return 0


def in_turn(
    load: Callable[[Callable[[float], None]], list[Timed]],
    swaps: Callable[[float], None],
    rounds: int,
) -> dict[str, Timed]:
    """Measure without and with swaps in turn, so that both meet the same machine."""
    measured: dict[str, Timed] = {}
    for _ in range(rounds):
        for doing, meanwhile in (("steady", time.sleep), ("swapping", swaps)):
            for what, timed in zip(("DNS", "https"), load(meanwhile), strict=True):
                row = f"{doing} | {what}"
                measured[row] = measured.get(row, Timed()).and_also(timed)
    return measured


def artefacts(data: Path, tree: Path) -> tuple[Pointer, Pointer]:
    """Build both; return a pointer to each that remembers the other, so that both are kept."""
    extra = data.parent / "extra.txt"
    safeguard("rules", "import", "--format", "ut1", "--name", "ut1", tree, "--data", data)
    safeguard("db", "upgrade", "--data", data)
    safeguard("rules", "build", "--data", data)
    extra.write_text(ONLY_IN_SECOND + "\n")
    given = ("--category", "malware", "--format", "domains", "--name", "extra")
    safeguard("rules", "import", *given, extra, "--data", data)
    safeguard("rules", "build", "--data", data)
    second = read_pointer(data)
    first = second.before[0]
    return Pointer(first, (second.fingerprint,)), Pointer(second.fingerprint, (first,))


def safeguard(*given: object) -> None:
    subprocess.run(
        [*SAFEGUARD, *(str(one) for one in given)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def started(folder: Path, data: Path) -> Iterator[tuple[int, Proxied, int]]:
    """Start the internet and the filter; give the ports of DNS, of the proxy and of the site."""
    authority = TestAuthority(folder)
    ours, theirs = multiprocessing.Pipe()
    internet = multiprocessing.Process(target=world, args=(authority, HOSTS, theirs), daemon=True)
    internet.start()
    resolver, site, plain = ours.recv()
    safeguard("ca", "export", folder / "ca.pem", "--data", data)
    dns, proxy = free_port(), free_port()
    environment = {
        "SAFEGUARD_DNS__PORT": str(dns),
        "SAFEGUARD_DNS__UPSTREAMS": f"udp://127.0.0.1:{resolver}",
        "SAFEGUARD_PROXY__PORT": str(proxy),
        "SAFEGUARD_PROXY__RESOLVER": f"udp://127.0.0.1:{resolver}",
        "SAFEGUARD_PROXY__UPSTREAM_CA": str(authority.pem),
        "SAFEGUARD_PROXY__ALLOW_NETWORKS": "127.0.0.0/8",
    }
    began = time.monotonic()
    running = subprocess.Popen(
        [*SAFEGUARD, "run", "--only", "dns,proxy", "--data", str(data)],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for port in (dns, proxy):
            wait_for(partial(listening, port), START_SECONDS)
        print(f"Serving {time.monotonic() - began:.1f} s after start.\n")
        yield dns, Proxied(proxy, site, str(folder / "ca.pem")), plain
    finally:
        running.terminate()
        running.wait(20)
        internet.terminate()


def under_load(
    dns: int,
    to: Proxied,
    rates: tuple[float, float],
    seconds: float,
    meanwhile: Callable[[float], None],
) -> list[Timed]:
    """Run both loads for so long, each in a process of its own."""
    until = time.monotonic() + WARM_SECONDS + seconds
    loads: tuple[tuple[Any, ...], ...] = (
        (dns_load, dns, NAMES, rates[0], until),
        (https_load, to, HOSTS, rates[1], until),
    )
    results = []
    for load in loads:
        ours, theirs = multiprocessing.Pipe()
        multiprocessing.Process(target=in_process, args=(theirs, *load), daemon=True).start()
        results.append(ours)
    time.sleep(WARM_SECONDS)
    began = time.monotonic()
    meanwhile(seconds)
    return [since(began, result.recv()) for result in results]


def since(began: float, timed: Timed) -> Timed:
    """Without what was measured while things were warming up; failures count at any time."""
    kept = [(at, took) for at, took in zip(timed.at, timed.took, strict=True) if at >= began]
    return Timed([at for at, _ in kept], [took for _, took in kept], timed.failed)


def swapping(data: Path, first: Pointer, second: Pointer, seconds: float) -> None:
    until = time.monotonic() + seconds
    pointers = (first, second)
    number = 0
    while time.monotonic() < until:
        write_pointer(data, pointers[number % 2])
        number += 1
        time.sleep(SWAP_SECONDS)


def row(timed: Timed) -> str:
    took = sorted(timed.took)
    at = [took[int(share * (len(took) - 1))] * 1000 for share in (0.5, 0.99, 1.0)]
    return f"| {len(took)} | {at[0]:.2f} | {at[1]:.2f} | {at[2]:.1f} | {timed.failed}"


def taken_up(
    data: Path, first: Pointer, second: Pointer, dns: int, to: Proxied, plain: int
) -> dict[str, list[int]]:
    """How long after the swap every worker of each edge judged by the new rules."""
    clients, packet = dns_sockets(dns), question(ONLY_IN_SECOND, 1)
    found: dict[str, list[int]] = {"DNS": [], "proxy": []}
    for _ in range(5):
        for pointer, blocked in ((first, False), (second, True)):
            write_pointer(data, pointer)
            began = time.monotonic()
            for client in clients:
                wait_for(partial(is_answered, client, packet, blocked=blocked), 5)
            found["DNS"].append(int((time.monotonic() - began) * 1000))
            for _ in clients:
                wait_for(partial(is_fetched, to.proxy, plain, blocked=blocked), 5)
            found["proxy"].append(int((time.monotonic() - began) * 1000))
    return found


def is_answered(client: socket.socket, packet: bytes, *, blocked: bool) -> bool:
    return ask(client, packet).endswith(bytes(4)) is blocked


def is_fetched(proxy: int, plain: int, *, blocked: bool) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=5)
    try:
        connection.request("GET", f"http://{ONLY_IN_SECOND}:{plain}/")
        return (connection.getresponse().status == http.client.FORBIDDEN) is blocked
    finally:
        connection.close()


def wait_for(holds: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError("the filter did not do in time what the benchmark waits for")
        time.sleep(0.005)


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
