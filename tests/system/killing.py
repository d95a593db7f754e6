"""Kill parts of a running filter under load, and find everything it had acknowledged.

Acknowledged is a block page that showed its code, and the DNS answer of a name that is blocked
or flagged. Each question is asked once, by an address of its own, so that what the database
holds twice, or not at all, can be told.
"""

import http.client
import os
import random
import re
import signal
import socket
import struct
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

import msgspec
from sqlalchemy import func, select

from safeguard.core.events import Private
from safeguard.settings import Database, Settings, load
from safeguard.spool import FOLDER
from safeguard.spool_reader import DAMAGED
from safeguard.store.session import AwayError, Store, open_store
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.spools import RefusedRow
from tests.postgres import PostgresServer
from tests.system.filter import Filter, until

WORDS = "how to bypass the school filter"
NAMES = {"nordvpn.com": "flagged", "www.bet365.com": "counted"}
CODE = re.compile(rb'class="code">([2-9A-Z]{4}-[2-9A-Z]{4})<')
NUMBER = re.compile(r"attempt (\d+)")
PATIENCE = 2.0
PER_CONNECTION = 20
LOOPBACK_NETWORKS = 0x7F_01_00_00
QUIET = threading.Event()  # never set: to wait with


@dataclass
class Load:
    """Two clients, of the proxy and of the DNS filter, and what each was told."""

    proxy_port: int
    dns_port: int
    rate: float = 100.0  # a second, of each
    first: int = 0  # so that two loads ask as other addresses
    shown: dict[int, str] = field(default_factory=dict)  # number -> the code on its block page
    answered: dict[str, str] = field(default_factory=dict)  # address -> the name it asked for
    failed: int = 0
    took: list[tuple[float, float]] = field(default_factory=list)  # when (monotonic), how long
    looked: list[tuple[float, float]] = field(default_factory=list)  # likewise, of DNS
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return len(self.shown) + len(self.answered)

    def start(self) -> None:
        self._threads = [threading.Thread(target=one) for one in (self._browse, self._look_up)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def and_also(self, other: "Load") -> "Load":
        """Return what both were told."""
        return Load(
            0, 0, shown={**self.shown, **other.shown}, answered={**self.answered, **other.answered}
        )

    def page(self, url: str) -> bytes:
        """Fetch one page, whatever it says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy_port, timeout=10)
        try:
            connection.request("GET", url)
            return connection.getresponse().read()
        finally:
            connection.close()

    def _browse(self) -> None:
        connection: http.client.HTTPConnection | None = None
        number = self.first
        while not self._stop.wait(1 / self.rate):
            number += 1
            if connection is None or number % PER_CONNECTION == 0:
                if connection:
                    connection.close()
                source = (address_of(number), 0)
                connection = http.client.HTTPConnection(
                    "127.0.0.1", self.proxy_port, timeout=PATIENCE, source_address=source
                )
            try:
                self._search(connection, number)
            except (OSError, http.client.HTTPException):
                self.failed += 1
                connection.close()
                connection = None
        if connection:
            connection.close()

    def _search(self, connection: http.client.HTTPConnection, number: int) -> None:
        words = quote_plus(f"{WORDS} attempt {number}")
        began = time.monotonic()
        connection.request("GET", f"http://www.google.com/search?q={words}")
        page = connection.getresponse().read()
        self.took.append((began, time.monotonic() - began))
        if code := CODE.search(page):
            self.shown[number] = code[1].decode()
        else:
            self.failed += 1

    def _look_up(self) -> None:
        names = list(NAMES)
        number = self.first
        while not self._stop.wait(1 / self.rate):
            number += 1
            address, name = address_of((1 << 22) + number), names[number % len(names)]
            with socket.socket(type=socket.SOCK_DGRAM) as client:
                client.settimeout(PATIENCE)
                client.bind((address, 0))
                began = time.monotonic()
                try:
                    client.connect(("127.0.0.1", self.dns_port))
                    client.send(question(name, number & 0xFFFF))
                    reply = client.recv(4096)
                except OSError:
                    self.failed += 1
                else:
                    self.looked.append((began, time.monotonic() - began))
                    self._note(address, name, reply)

    def _note(self, address: str, name: str, reply: bytes) -> None:
        if reply[3] & 0x0F == 0 and reply.endswith(bytes(4)):  # 0.0.0.0: it is blocked
            self.answered[address] = name
        else:
            self.failed += 1


def address_of(number: int) -> str:
    """Return a loopback address that is nobody else's."""
    return socket.inet_ntoa(struct.pack("!I", LOOPBACK_NETWORKS + number))


def question(name: str, ident: int) -> bytes:
    labels = b"".join(bytes((len(one),)) + one.encode() for one in name.split("."))
    return struct.pack("!6H", ident, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


@dataclass(frozen=True)
class Found:
    """What the database holds of what clients were told, and of what nobody was told."""

    acknowledged: int
    missing: list[str]
    twice: list[str]
    more: int  # events of requests whose client was cut off: they may be there
    set_aside: int

    @property
    def is_exact(self) -> bool:
        return not (self.missing or self.twice or self.set_aside)


def compare(settings: Settings, load: Load) -> Found:
    """Hold what the clients were told against the database."""
    store = open_store(settings)
    try:
        codes, searches, lookups = _kept(store)
        with store.reading() as session:
            refused = session.scalar(select(func.count()).select_from(RefusedRow)) or 0
    finally:
        store.close()
    missing = [f"code {code} of {n}" for n, code in load.shown.items() if codes.get(code) != n]
    missing += [f"{a} {name}" for a, name in load.answered.items() if (a, name) not in lookups]
    twice = [f"search {n}" for n, count in searches.items() if count > 1]
    twice += [f"lookup {who}" for who, count in lookups.items() if count > 1]
    set_aside = refused + len(list((settings.data / FOLDER).rglob(f"*{DAMAGED}")))
    kept = sum(searches.values()) + sum(lookups.values())
    return Found(load.acknowledged, missing, twice, kept - load.acknowledged, set_aside)


def _kept(store: Store) -> tuple[dict[str, int], Counter[int], Counter[tuple[str, str]]]:
    """Return which search each code is of, and how often each search and lookup is there."""
    codes: dict[str, int] = {}
    searches: Counter[int] = Counter()
    lookups: Counter[tuple[str, str]] = Counter()
    query = select(
        EventRow.id,
        EventRow.reference,
        EventRow.channel,
        EventRow.address,
        EventRow.host,
        EventRow.sealed,
    )
    with store.reading() as session:
        for row in session.execute(query):
            if row.channel == "dns":
                lookups[row.address, row.host] += 1
                continue
            private = msgspec.msgpack.decode(store.vault.unseal(row.sealed), type=Private)
            number = int(NUMBER.search(private.words)[1])  # type: ignore[index]  # all have one
            codes[row.reference] = number
            searches[number] += 1
    return codes, searches, lookups


@dataclass
class School:
    """A filter that runs, its load, and the database server where it has one."""

    filter: Filter
    load: Load
    server: PostgresServer | None = None

    @property
    def url(self) -> str:
        return self.filter.more.get("SAFEGUARD_DATABASE__URL", "")

    @property
    def settings(self) -> Settings:
        return load(self.filter.data).model_copy(update={"database": Database(url=self.url)})

    def role(self, module: str) -> int:
        """Return the process of a role; 0 while there is none."""
        assert self.filter.process is not None
        return next((one for one in children(self.filter.process.pid) if runs(one, module)), 0)


def children(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def runs(pid: int, module: str) -> bool:
    try:
        return module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def kill(*pids: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    until(lambda: not any(_lives(pid) for pid in pids), what="the end of what was killed")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def worker(school: School, luck: random.Random) -> None:
    """A worker of the proxy or of the DNS filter."""
    workers = children(school.role(luck.choice(["proxy_addons", "dns_filter"])))
    kill(luck.choice(workers))


def drainer(school: School, _luck: random.Random) -> None:
    """The process that moves events from the spools to the database."""
    kill(*family(school.role("safeguard.jobs")))


def session_of_database(school: School, luck: random.Random) -> None:
    """One process of PostgreSQL: it ends all connections, and recovers by itself."""
    assert school.server is not None
    kill(luck.choice(children(school.server.pid)))


def database(school: School, _luck: random.Random) -> None:
    """All of PostgreSQL; it is started again a moment later."""
    assert school.server is not None
    school.server.kill(family(school.server.pid))
    school.server.start()


def everything(school: School, luck: random.Random) -> None:
    """Everything at once, the database too, as where a machine hangs."""
    assert school.filter.process is not None
    all_of_it = family(school.filter.process.pid)
    luck.shuffle(all_of_it)
    if school.server is not None:
        processes = family(school.server.pid)
        kill(*all_of_it)
        school.server.kill(processes)
        school.server.start()
    else:
        kill(*all_of_it)
    school.filter.stop()
    school.filter.start()


type Victim = Callable[[School, random.Random], None]

ON_SQLITE: tuple[Victim, ...] = (worker, drainer, everything)
ON_POSTGRESQL: tuple[Victim, ...] = (worker, drainer, database, session_of_database, everything)


@dataclass(frozen=True)
class Round:
    """What was killed, and how long until a client was answered and the drainer ran again."""

    victim: str
    seconds: float


def play(school: School, rounds: int, luck: random.Random) -> list[Round]:
    """Kill a part in each round, after a number of answers that only luck knows."""
    victims = ON_POSTGRESQL if school.server else ON_SQLITE
    played = []
    for number in range(rounds):
        _wait_for_answers(school.load, luck.randint(1, 60))
        QUIET.wait(luck.random() / school.load.rate)
        victim = victims[number % len(victims)]
        began = time.monotonic()
        victim(school, luck)
        until(lambda: _is_back(school), 60, f"what runs again after {victim.__name__}")
        _wait_for_answers(school.load, 1)
        played.append(Round(victim.__name__, time.monotonic() - began))
    return played


def _wait_for_answers(load: Load, more: int) -> None:
    wanted = load.acknowledged + more
    until(lambda: load.acknowledged >= wanted, 60, "an answer")


def _is_back(school: School) -> bool:
    roles = ("proxy_addons", "dns_filter", "safeguard.jobs")
    found = [school.role(one) for one in roles]
    return all(found) and all(children(one) for one in found[:2])


def settled(school: School, seconds: float = 60.0) -> Found:
    """Wait until the database has what clients were told, stop the filter, and look again.

    What would come twice could come late: only a filter that has stopped sends no more.
    """
    deadline = time.monotonic() + seconds
    while not _has_all(school) and time.monotonic() < deadline:
        QUIET.wait(0.5)
    school.filter.stop()
    return compare(school.settings, school.load)


def _has_all(school: School) -> bool:
    try:
        return compare(school.settings, school.load).is_exact
    except AwayError:
        return False


def p99(took: list[tuple[float, float]], since: float, until_: float) -> float:
    """Return how long all but one in a hundred of the answers took, of those begun in a spell."""
    found = sorted(seconds for began, seconds in took if since <= began < until_)
    return found[len(found) * 99 // 100]
