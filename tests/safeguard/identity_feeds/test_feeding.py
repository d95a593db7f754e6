"""The feeds as a whole: a real client speaks, files change, the database goes away and comes back."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import override
from zoneinfo import ZoneInfo

import pytest
from pyrad.packet import AcctPacket

from safeguard.feed_settings import Feeds as FeedSettings
from safeguard.identity.roster import Roster
from safeguard.identity_feeds import status
from safeguard.identity_feeds.accounting import Kind
from safeguard.identity_feeds.book import Written
from safeguard.identity_feeds.feeding import Feeds, Pace, lease_file
from safeguard.identity_feeds.joining import Change, End, Put, Unknown
from safeguard.identity_feeds.lease_formats import LeaseFormat
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import people, schema, sessions
from safeguard.store.people import Device, Person
from safeguard.store.session import AwayError
from tests.conftest import absent, pick_port
from tests.safeguard.identity_feeds.radius_samples import SECRET, packet

DEADLINE = 20.0
FAST = Pace(write=0.02, look=0.02, tell=0.02, sweep=0.05)
MAC = "02:00:00:00:00:07"
JO = Person("p1", "Jo", "y7", login="jo")
PC = Device("d1", "10.0.0.7", "pc-7", person="p1", mac=MAC)
START = 'Acct-Status-Type=Start,Acct-Session-Id="a1",User-Name="SCHOOL\\\\jo",'
START += 'Framed-IP-Address=10.1.2.3,Calling-Station-Id="02-00-00-00-00-07",NAS-Identifier="ap"'


class Notes:
    """A book in memory, which may be away."""

    def __init__(self) -> None:
        self.away = False
        self.said: dict[tuple[str, str], str] = {}
        self.unknown: list[Unknown] = []
        self.kept = 0
        self._roster: Roster | None = Roster([JO], [PC])

    def roster(self) -> Roster | None:
        self._check()
        found, self._roster = self._roster, None
        return found

    def written(self, now: datetime) -> Iterable[Written]:
        del now
        self._check()
        return ()

    def keep(self, changes: Sequence[Change], now: datetime) -> None:
        del now
        self._check()
        self.kept += 1
        for one in changes:
            if isinstance(one, Put):
                claim = one.claim
                self.said[one.source, claim.address] = claim.person or claim.device or claim.group
            elif isinstance(one, End):
                self.said.pop((one.source, one.key.rpartition(" ")[2]), None)

    def meet(self, unknown: Sequence[Unknown], now: datetime) -> None:
        del now
        self._check()
        self.unknown.extend(unknown)

    def _check(self) -> None:
        if self.away:
            raise AwayError("the database went away")


class World:
    """Feeds that run, and what to speak to them with."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        self.secrets = folder / "secrets"
        self.leases = folder / "leases"
        self.book = Notes()
        self.port = 0
        self.says("127.0.0.1", SECRET)

    def says(self, network: str, secret: bytes) -> None:
        self.secrets.write_text(f"{network} {secret.decode()}\n")
        self.secrets.chmod(0o600)

    @asynccontextmanager
    async def running(self, *leases: str) -> AsyncIterator[None]:
        of = FeedSettings(
            radius_listen="127.0.0.1",
            radius_port=pick_port(),
            radius_secrets=self.secrets,
            realms=("SCHOOL",),
            leases=leases,
        )
        feeds = Feeds(
            Settings(data=self.data, feeds=of), self.book, lambda: datetime.now(UTC), FAST
        )
        stop, ready = asyncio.Event(), asyncio.Event()

        def opened(port: int) -> None:
            self.port = port
            ready.set()

        running = asyncio.create_task(feeds.run(stop, opened))
        await asyncio.wait_for(ready.wait(), DEADLINE)
        yield
        stop.set()
        await asyncio.wait_for(running, DEADLINE)

    async def radclient(
        self,
        attributes: str,
        command: str = "acct",
        secret: bytes = SECRET,
        patience: float = 10,
    ) -> bool:
        """Speak as FreeRADIUS's client does; say whether it took the answer for genuine."""
        program = shutil.which("radclient")
        if program is None:
            absent("radclient (Debian: freeradius-utils) is not installed")
        arguments = [
            "-r",
            "1",
            "-t",
            str(patience),
            f"127.0.0.1:{self.port}",
            command,
            secret.decode(),
        ]
        client = await asyncio.create_subprocess_exec(
            str(program),
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await client.communicate(attributes.encode())
        return client.returncode == 0

    async def sends(self, *packets: AcctPacket) -> None:
        """Send packets and wait for no answer."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=("127.0.0.1", self.port)
        )
        for one in packets:
            transport.sendto(one.RequestPacket())
        transport.close()

    async def eventually(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < deadline, self.book.said
            await asyncio.sleep(0.01)

    @property
    def status(self) -> status.Status:
        return status.kept(self.data) or status.Status(datetime.now(UTC))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def run(world: World, story: Callable[[], Awaitable[None]], *leases: str) -> None:
    async def told() -> None:
        async with world.running(*leases):
            await story()

    asyncio.run(told())


def test_a_real_client_signs_in_and_out_and_takes_our_answers(world: World) -> None:
    async def story() -> None:
        assert await world.radclient(START)
        await world.eventually(lambda: world.book.said == {("radius", "10.1.2.3"): "p1"})
        assert await world.radclient("Message-Authenticator=0x00", "status")
        assert await world.radclient(START.replace("=Start", "=Stop"))
        await world.eventually(lambda: world.book.said == {})

    run(world, story)


def test_a_real_client_with_another_secret_gets_no_answer_and_is_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story() -> None:
        for _ in range(2):
            assert not await world.radclient(START, secret=b"another-secret", patience=0.2)
        await world.eventually(lambda: world.status.heard == 2)
        world.says("192.0.2.1", SECRET)
        while await world.radclient(START.replace("a1", "a2"), patience=0.2):
            """It is looked at the file now and then."""

    run(world, story)
    assert dict(world.status.refused) == {
        "another secret, or altered on the way": 2,
        "nobody whose secret is known": 1,
    }
    said = capsys.readouterr().err
    assert said.count("another secret") == 1
    assert "10.1.2.3" not in said
    assert "jo" not in said
    assert "10.1.2.3" not in "".join(file.read_text() for file in world.data.iterdir())


def test_an_access_point_that_starts_ends_its_sessions(world: World) -> None:
    async def story() -> None:
        assert await world.radclient(START)
        await world.eventually(lambda: bool(world.book.said))
        assert await world.radclient('Acct-Status-Type=Accounting-On,NAS-Identifier="ap"')
        await world.eventually(lambda: world.book.said == {})

    run(world, story)


def test_a_packet_sent_again_is_answered_and_changes_nothing(world: World) -> None:
    start = packet(user_name="jo", framed_ip_address=bytes([10, 1, 2, 3]))
    stop = packet(Kind.STOP)

    async def story() -> None:
        await world.sends(start, stop)
        await world.sends(start)
        await world.eventually(lambda: world.status.heard == 3)

    run(world, story)
    assert world.book.said == {}


def test_while_the_database_is_away_answers_go_on_and_the_newest_is_written_after(
    world: World,
) -> None:
    async def story() -> None:
        world.book.away = True
        assert await world.radclient(START)
        assert await world.radclient(START.replace("a1", "a2").replace("10.1.2.3", "10.1.2.4"))
        assert await world.radclient(START.replace("=Start", "=Stop"))
        await world.eventually(lambda: "away" in world.status.trouble and world.status.waiting == 2)
        world.book.away = False
        await world.eventually(lambda: world.book.said == {("radius", "10.1.2.4"): "p1"})
        await world.eventually(lambda: world.status.trouble == "")

    run(world, story)


def test_while_the_database_is_slow_answers_go_on(world: World) -> None:
    go_on = threading.Event()

    class Slow(Notes):
        @override
        def keep(self, changes: Sequence[Change], now: datetime) -> None:
            assert go_on.wait(DEADLINE)
            super().keep(changes, now)

    async def story() -> None:
        assert await world.radclient(START)
        await asyncio.sleep(0.1)  # it is being written down, and that takes its time
        assert await world.radclient(START.replace("a1", "a2").replace("10.1.2.3", "10.1.2.4"))
        assert world.book.said == {}
        go_on.set()
        await world.eventually(lambda: len(world.book.said) == 2)

    world.book = Slow()
    run(world, story)


def test_a_flood_is_answered_and_written_in_few_transactions(world: World) -> None:
    def sign_in(one: int) -> AcctPacket:
        where = bytes([10, 2, one >> 8, one & 255])
        return packet(session=f"s{one}", user_name="jo", framed_ip_address=where)

    async def story() -> None:
        for start in range(0, 2000, 50):
            await world.sends(*(sign_in(one + 256) for one in range(start, start + 50)))
            await asyncio.sleep(0)  # a switch sends over a wire, and not all at once
        await world.eventually(lambda: len(world.book.said) > 1500)

    run(world, story)
    assert world.book.kept < 200
    assert world.status.sessions == len(world.book.said)


def test_a_lease_file_that_changes_says_which_device_is_where(world: World) -> None:
    async def story() -> None:
        later = int(time.time()) + 3600
        stranger = f"{later} 02:00:00:00:00:99 10.1.2.4 tablet *\n"
        world.leases.write_text(f"{later} {MAC} 10.1.2.3 pc-7 *\n{stranger}")
        await world.eventually(lambda: world.book.said == {("dhcp", "10.1.2.3"): "d1"})
        await world.eventually(lambda: len(world.book.unknown) == 1)
        world.leases.write_text(stranger)
        await world.eventually(lambda: world.book.said == {})
        [file] = world.status.files
        assert (file.format, file.bad, file.trouble) == ("dnsmasq", 0, "")

    run(world, story, str(world.leases))


def test_a_secrets_file_that_breaks_is_told_and_those_of_before_stay(world: World) -> None:
    async def story() -> None:
        world.secrets.write_text("nonsense\n")
        await world.eventually(lambda: "write a network" in world.status.trouble)
        assert await world.radclient(START)

    run(world, story)


def test_a_port_in_use_is_a_sentence(world: World) -> None:
    async def story() -> None:
        of = FeedSettings(
            radius_listen="127.0.0.1", radius_port=world.port, radius_secrets=world.secrets
        )
        other = Feeds(Settings(data=world.data, feeds=of), Notes(), lambda: datetime.now(UTC), FAST)
        with pytest.raises(UnusableError, match="cannot listen on"):
            await other.run(asyncio.Event())

    run(world, story)


def test_a_failure_that_nobody_foresaw_ends_all_so_that_it_is_started_anew(world: World) -> None:
    class Broken(Notes):
        @override
        def roster(self) -> Roster | None:
            raise RuntimeError

    world.book = Broken()
    with pytest.raises(RuntimeError):
        run(world, lambda: asyncio.sleep(0.1))


def test_a_file_may_be_named_with_its_format() -> None:
    zone = ZoneInfo("Europe/London")
    assert lease_file("kea:/a.csv", zone).kind is LeaseFormat.KEA
    assert lease_file("/a:b.csv", zone).path == Path("/a:b.csv")


def test_the_process_writes_to_the_database_and_ends_in_good_order(
    world: World,
) -> None:
    port = pick_port()
    config = world.data / "safeguard.toml"
    config.write_text(
        f'[feeds]\nradius_listen = "127.0.0.1"\n'
        f'radius_port = {port}\nradius_secrets = "{world.secrets}"\n'
    )
    store = schema.prepare(Settings(data=world.data))
    jo = people.add_person(store, "Jo", "y7")
    command = [sys.executable, "-m", "safeguard.identity_feeds.feeding", "--config", str(config)]
    process = subprocess.Popen([*command, "--data", str(world.data)], env=os.environ)

    async def story() -> None:
        world.port = port
        deadline = time.monotonic() + DEADLINE
        while not await world.radclient(START, patience=0.5):
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGTERM)

    try:
        asyncio.run(story())
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()
    [found] = sessions.live(store, datetime.now(UTC)).sessions
    assert (found.claim.address, found.claim.person, jo.login) == ("10.1.2.3", "", "")
    store.close()


def test_the_process_says_why_it_cannot_start(tmp_path: Path) -> None:
    from safeguard.identity_feeds.feeding import main

    config = tmp_path / "safeguard.toml"
    config.write_text("nonsense")
    assert main(["--config", str(config)]) == 2
    config.write_text('[feeds]\nradius_listen = "127.0.0.1"\nradius_secrets = "/nowhere"\n')
    data = tmp_path / "data"
    schema.prepare(Settings(data=data)).close()
    assert main(["--config", str(config), "--data", str(data)]) == 2
    found = status.kept(data)
    assert found is not None
    assert "/nowhere cannot be read" in found.trouble
