"""The listeners, through real sockets on loopback."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dns_filter import server as server_module
from dns_filter.server import Server
from safeguard.engine import Engine
from safeguard.workers import shared_port
from tests.conftest import absent, pick_port
from tests.dns_filter.conftest import PUPIL, TEACHER, Office, open_office
from tests.dns_filter.packets import ask, ask_over_tcp, content, packet, parsed, rcode, run


@asynccontextmanager
async def serving(engine: Engine) -> AsyncIterator[tuple[Office, int]]:
    port = pick_port()
    udp = shared_port("127.0.0.1", port, socket.SOCK_DGRAM)
    tcp = shared_port("127.0.0.1", port)
    async with open_office(engine) as office:
        server = Server(office.desk, udp, tcp)
        await server.start()
        try:
            yield office, port
        finally:
            await server.stop()
            udp.close()
            tcp.close()
            assert not office.desk.faults


def test_udp_and_tcp_give_the_same_answers(engine: Engine) -> None:
    async def walk() -> None:
        async with serving(engine) as (_, port):
            for name, qtype in (("www.good.test", "A"), ("bets.test", "A"), ("x.onion", "AAAA")):
                asked = packet(name, qtype)
                (over_tcp,) = await ask_over_tcp(port, asked)
                assert over_tcp == await ask(port, asked)

    run(walk())


def test_an_answer_too_long_for_udp_comes_whole_over_tcp(engine: Engine) -> None:
    async def walk() -> None:
        async with serving(engine) as (office, port):
            one = parsed(await ask(port, packet("www.good.test"))).rr[0]
            office.resolver.zone["long.good.test", "A"] = [one] * 100
            office.resolver.cut = True
            cut = parsed(await ask(port, packet("long.good.test", edns=True)))
            assert cut.header.tc
            (whole,) = await ask_over_tcp(port, packet("long.good.test", edns=True))
            assert len(parsed(whole).rr) == 100

    run(walk())


def test_many_questions_on_one_connection_are_all_answered(engine: Engine) -> None:
    async def walk() -> None:
        async with serving(engine) as (office, port):
            office.resolver.delay = 0.01
            asked = [packet(f"{n}.good.test", ident=n) for n in range(1, 60)]
            replies = await ask_over_tcp(port, *asked)
            assert {parsed(reply).header.id for reply in replies} == set(range(1, 60))

    run(walk())


def test_a_burst_is_answered_whole(engine: Engine) -> None:
    async def walk() -> None:
        async with serving(engine) as (office, port):
            replies = await asyncio.gather(
                *(ask(port, packet(f"{n % 9}.good.test", ident=n)) for n in range(150))
            )
            assert [parsed(reply).header.id for reply in replies] == list(range(150))
            assert len(office.resolver.asked) == 9

    run(walk())


def test_broken_packets_get_their_code_or_silence_and_the_next_is_answered(engine: Engine) -> None:
    async def walk() -> None:
        async with serving(engine) as (_, port):
            assert rcode(await ask(port, packet("a.test")[:-1])) == "FORMERR"
            with pytest.raises(TimeoutError):
                await ask(port, b"x", seconds=0.05)
            assert rcode(await ask(port, packet("www.good.test"))) == "NOERROR"
            with pytest.raises(EOFError):
                await ask_over_tcp(port, b"")
            (reply,) = await ask_over_tcp(port, packet("a.test")[:-1])
            assert rcode(reply) == "FORMERR"

    run(walk())


def test_a_connection_that_says_nothing_is_closed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "IDLE_SECONDS", 0.05)

    async def walk() -> None:
        async with serving(engine) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\0")  # half a length
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

    run(walk())


def test_connections_are_bounded_in_all_and_from_one_client(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_FROM_ONE", 2)
    monkeypatch.setattr(server_module, "MOST_CONNECTIONS", 3)

    async def hoard(port: int, source: str) -> bool:
        """Open a connection and ask; whether it is served."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        held.append(writer)
        asked = packet("bets.test")
        writer.write(len(asked).to_bytes(2) + asked)
        async with asyncio.timeout(5):
            try:
                return bool(await reader.read(1))
            except ConnectionError:
                return False

    held: list[asyncio.StreamWriter] = []

    async def walk() -> None:
        async with serving(engine) as (_, port):
            served = [await hoard(port, PUPIL) for _ in range(3)]
            assert served == [True, True, False]
            assert [await hoard(port, TEACHER) for _ in range(2)] == [True, False]
            assert rcode(await ask(port, packet("www.good.test"))) == "NOERROR"
            for writer in held:
                writer.close()

    run(walk())


def test_a_client_that_is_gone_takes_nobody_with_it(engine: Engine) -> None:
    async def walk() -> None:
        async with serving(engine) as (office, port):
            office.resolver.delay = 0.1
            with pytest.raises(TimeoutError):
                await ask(port, packet("slow.good.test"), seconds=0.02)
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            asked = packet("slower.good.test")
            writer.write(len(asked).to_bytes(2) + asked)
            await writer.drain()
            writer.transport.abort()
            assert content(await ask(port, packet("www.good.test")))

    run(walk())


def test_queries_that_wait_for_upstream_are_bounded(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_WAITING", 2)

    async def walk() -> None:
        async with serving(engine) as (office, port):
            office.resolver.silent = True
            waiting = [asyncio.create_task(ask(port, packet(f"{n}.good.test"))) for n in range(2)]
            await office.resolver.heard.wait()
            await asyncio.sleep(0)
            with pytest.raises(TimeoutError):
                await ask(port, packet("3.good.test"), seconds=0.2)
            assert content(await ask(port, packet("bets.test"))) == ["A 0.0.0.0"]
            assert [rcode(await one) for one in waiting] == ["SERVFAIL"] * 2

    run(walk())


def test_an_error_of_ours_ends_one_query_and_not_the_listening(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    async def walk() -> None:
        async with serving(engine) as (office, port):
            with monkeypatch.context() as patch:
                patch.setattr(server_module, "at_once", defect)
                with pytest.raises(TimeoutError):
                    await ask(port, packet("www.good.test"), seconds=0.1)
                with pytest.raises(EOFError):
                    await ask_over_tcp(port, packet("www.good.test"))
            assert office.desk.faults == {
                "answering: ZeroDivisionError": 1,
                "serving TCP: ZeroDivisionError": 1,
            }
            office.desk.faults.clear()
            assert content(await ask(port, packet("www.good.test")))

    run(walk())


async def dig(port: int, *words: str) -> str:
    program = await asyncio.create_subprocess_exec(
        "dig", "@127.0.0.1", "-p", str(port), "+tries=1", "+time=3", *words, stdout=-1
    )
    return (await program.communicate())[0].decode()


def test_dig_gets_each_groups_own_answer(engine: Engine) -> None:
    if shutil.which("dig") is None:
        absent("dig")

    async def walk() -> None:
        async with serving(engine) as (_, port):
            for more in ([], ["+tcp"], ["+noedns"]):
                assert (await dig(port, "+short", "social.test", "-b", PUPIL, *more)) == "0.0.0.0\n"
                found = await dig(port, "+short", "social.test", "-b", TEACHER, *more)
                assert found == "192.0.2.10\n"
            whole = await dig(port, "bets.test", "HTTPS")
            assert "status: NOERROR" in whole
            assert "EDE: 15 (Blocked)" in whole
            assert "WARNING" not in whole + await dig(port, "www.good.test")
            assert "status: REFUSED" in await dig(port, "good.test", "CH", "TXT")
            assert "status: BADVERS" in await dig(port, "+edns=7", "+noednsneg", "good.test")

    run(walk())
