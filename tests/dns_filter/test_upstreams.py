"""Asking upstream, against real resolvers on loopback: slow, silent, lying, cut short, gone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_filter.answers import Ede
from dns_filter.received import Answer
from dns_filter.upstreams import (
    ASKS_PER_SOCKET,
    SOCKETS,
    Upstream,
    Upstreams,
    mixed,
    open_line,
    query,
    this_machines_resolvers,
    upstreams_of,
)
from dns_filter.wire import CD, Question
from dns_filter.worker import new_loop
from safeguard.problems import UnusableError
from tests.conftest import pick_port
from tests.dns_filter.packets import content, parsed, question, run
from tests.dns_filter.resolver import Resolver

OURS = Upstream("127.0.0.1", 53)


@asynccontextmanager
async def resolvers(*wanted: Resolver, tcp: bool = False) -> AsyncIterator[Upstreams]:
    for one in wanted:
        await one.start()
    upstreams = Upstreams([Upstream("127.0.0.1", one.port, tcp) for one in wanted], time.monotonic)
    try:
        yield upstreams
    finally:
        upstreams.close()
        for one in wanted:
            await one.stop()


def addresses(answer: object, asked: Question) -> list[str]:
    assert isinstance(answer, Answer)
    return content(answer.reply(asked, answer.at, 65_535))


A_TEST = question("a.test")


@pytest.mark.parametrize("tcp", [False, True])
def test_a_resolver_is_asked(*, tcp: bool) -> None:
    async def walk() -> None:
        there = Resolver()
        async with resolvers(there, tcp=tcp) as upstreams:
            assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
        assert there.over_tcp == tcp

    run(walk())


def test_ids_and_source_ports_cannot_be_guessed() -> None:
    async def walk() -> None:
        there = Resolver()
        async with resolvers(there) as upstreams:
            await asyncio.gather(*(upstreams.ask(question(f"{n}.test")) for n in range(64)))
        assert len({message[:2] for message in there.received}) > 32
        assert len(there.ports) > 3

    run(walk())


def test_a_cut_answer_is_asked_for_again_over_tcp() -> None:
    async def walk() -> None:
        there = Resolver(cut=True)
        async with resolvers(there) as upstreams:
            assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
        assert there.over_tcp == 1

    run(walk())


def test_another_is_asked_where_one_is_silent_and_the_silent_one_comes_last_then() -> None:
    async def walk() -> None:
        silent, there = Resolver(silent=True), Resolver()
        async with resolvers(silent, there) as upstreams:
            assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
            before = time.monotonic()
            assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
            assert time.monotonic() - before < 0.4

    run(walk())


@pytest.mark.parametrize("loop", [new_loop, asyncio.new_event_loop])
def test_a_refusal_makes_no_line_deaf(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def all_lines(upstreams: Upstreams) -> list[Answer | Ede]:
        return [await upstreams.ask(A_TEST) for _ in range(SOCKETS * 4)]

    async def walk() -> None:
        there, again = Resolver(), Resolver()
        async with resolvers(there) as upstreams:
            assert Ede not in map(type, await all_lines(upstreams))
            there.pause()
            assert set(await all_lines(upstreams)) == {Ede.NETWORK_ERROR}
            await again.start(there.port)
            assert Ede not in map(type, await all_lines(upstreams))
            await again.stop()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(walk())


@pytest.mark.parametrize("tcp", [False, True])
def test_where_nobody_listens_the_next_is_asked_at_once(*, tcp: bool) -> None:
    async def walk() -> None:
        async with resolvers(Resolver()) as upstreams:
            gone = Upstream("127.0.0.1", pick_port(), tcp)
            both = Upstreams([gone, *upstreams._upstreams], time.monotonic)
            before = time.monotonic()
            assert addresses(await both.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
            assert time.monotonic() - before < 0.4
            both.close()
            alone = Upstreams([gone], time.monotonic)
            assert await alone.ask(A_TEST) is Ede.NETWORK_ERROR
            alone.close()

    run(walk())


def test_with_all_silent_there_is_an_end_and_a_reason() -> None:
    async def walk() -> None:
        async with resolvers(Resolver(silent=True)) as upstreams:
            before = time.monotonic()
            assert await upstreams.ask(A_TEST) is Ede.NO_REACHABLE_AUTHORITY
            assert time.monotonic() - before < 3.0
        assert await Upstreams([], time.monotonic).ask(A_TEST) is Ede.NO_REACHABLE_AUTHORITY

    run(walk())


def test_a_resolver_that_comes_back_is_heard_again() -> None:
    async def walk() -> None:
        port = pick_port()
        upstreams = Upstreams([Upstream("127.0.0.1", port)], time.monotonic)
        assert await upstreams.ask(A_TEST) is Ede.NETWORK_ERROR
        there = Resolver()
        await there.start(port)
        assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
        upstreams.close()
        await there.stop()

    run(walk())


def test_a_poor_answer_stands_only_where_no_other_resolver_has_a_better_one() -> None:
    async def walk() -> None:
        poor, there = Resolver(rcode=2), Resolver()
        async with resolvers(poor, there) as upstreams:
            assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
        poor = Resolver(rcode=2)
        async with resolvers(poor) as upstreams:
            answer = await upstreams.ask(A_TEST)
            assert isinstance(answer, Answer)
            assert (answer.rcode, answer.lifetime) == (2, 0)
        assert poor.count("a.test") == 1

    run(walk())


def other_id(message: bytes) -> bytes:
    return bytes((message[0] ^ 1,)) + message[1:]


def other_name(message: bytes) -> bytes:
    return message[:13] + b"b" + message[14:]


def broken(message: bytes) -> bytes:
    return message[:-1]


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("forge", [other_id, other_name, broken])
def test_what_is_no_answer_to_our_question_is_not_believed(
    forge: Callable[[bytes], bytes], *, tcp: bool
) -> None:
    async def walk() -> None:
        liar, there = Resolver(forge=forge), Resolver()
        async with resolvers(liar, there, tcp=tcp) as upstreams:
            assert addresses(await upstreams.ask(A_TEST), A_TEST) == ["A 192.0.2.10"]
        assert there.count("a.test") == 1

    run(walk())


def test_the_question_goes_out_in_our_own_spelling_with_the_askers_dnssec_wish() -> None:
    async def walk() -> None:
        there = Resolver()
        asked = question("WWW.Test", edns=True, flags="do")._replace(flags=CD)
        async with resolvers(there) as upstreams:
            await upstreams.ask(asked)
        sent = parsed(there.received[0])
        assert b"\3www\4test" in there.received[0].lower()
        assert sent.header.rd
        assert sent.header.cd
        assert sent.ar[0].get_do()
        assert not parsed(b"\0\0" + query(A_TEST)).ar[0].get_do()

    run(walk())


def test_a_line_is_given_up_after_a_while_and_leaves_no_socket_open() -> None:
    async def walk() -> None:
        there = Resolver()
        async with resolvers(there):
            line = await open_line(Upstream("127.0.0.1", there.port))
            for _ in range(ASKS_PER_SOCKET - 1):
                await line.ask(query(A_TEST), 1)
            assert not line.spent
            await line.ask(query(A_TEST), 1)
            with pytest.raises(ConnectionError):
                await line.ask(query(A_TEST), 1)

    run(walk())


def test_a_line_that_cannot_be_had_is_an_error_of_the_network() -> None:
    async def walk() -> None:
        upstreams = Upstreams([Upstream("255.255.255.255", 53)], time.monotonic)
        assert await upstreams.ask(A_TEST) is Ede.NETWORK_ERROR

    run(walk())


@pytest.mark.parametrize(
    ("written", "upstream"),
    [
        ("udp://192.0.2.1", Upstream("192.0.2.1", 53)),
        ("tcp://192.0.2.1:5300", Upstream("192.0.2.1", 5300, tcp=True)),
        ("udp://[2001:db8::1]:53", Upstream("2001:db8::1", 53)),
    ],
)
def test_an_upstream_as_it_is_written(written: str, upstream: Upstream) -> None:
    assert upstreams_of([written], "nameserver 192.0.2.9", OURS) == (upstream,)


@pytest.mark.parametrize("written", ["udp://dns.school.test", "udp://192.0.2.1:70000"])
def test_an_upstream_that_cannot_be_asked_is_named(written: str) -> None:
    with pytest.raises(UnusableError, match=r"dns\.upstreams"):
        upstreams_of([written], "", OURS)


RESOLV = """# by hand
nameserver 127.0.0.1
nameserver 192.0.2.1
nameserver 192.0.2.1
nameserver fe80::1%eth0
nameserver oops
nameserver
search school.test
"""


def test_this_machines_resolvers_are_asked_but_never_ourselves() -> None:
    others = (Upstream("192.0.2.1", 53), Upstream("fe80::1%eth0", 53))
    local = Upstream("127.0.0.1", 53)
    assert upstreams_of((), RESOLV, Upstream("127.0.0.1", 53)) == others
    assert upstreams_of((), RESOLV, Upstream("0.0.0.0", 53)) == others
    assert upstreams_of((), RESOLV, Upstream("127.0.0.1", 5353)) == (local, *others)
    assert upstreams_of((), "", OURS) == ()


def test_a_machine_without_resolvers_has_none(tmp_path: Path) -> None:
    assert this_machines_resolvers(tmp_path / "nothing") == ""
    (tmp_path / "resolv.conf").write_text(RESOLV)
    assert this_machines_resolvers(tmp_path / "resolv.conf") == RESOLV


@given(st.binary(min_size=14, max_size=14))
def test_a_name_is_spelt_by_chance_and_is_the_same_name(chance: bytes) -> None:
    plain = query(question("a-1.bc.test"))
    spelt = mixed(plain, chance)
    assert spelt.lower() == plain.lower()
    assert spelt[:10] == plain[:10]
    assert spelt[-15:] == plain[-15:]
    assert mixed(plain, b"\xff" * 14)[10:-15] == b"\3A-1\2BC\4TEST\0"
    assert mixed(plain, bytes(14)) == plain


def test_an_answer_in_other_letters_is_asked_for_again_over_tcp() -> None:
    async def walk() -> None:
        resolver = Resolver()
        await resolver.start()
        resolver.forge = lambda reply: reply[:2] + reply[2:].lower()
        upstreams = Upstreams([Upstream("127.0.0.1", resolver.port)], time.monotonic)
        try:
            name = "a-long-enough-name-to-be-spelt-in-mixed-letters.test"
            assert isinstance(await upstreams.ask(question(name)), Answer)
            assert resolver.over_tcp == 1
        finally:
            upstreams.close()
            await resolver.stop()

    run(walk())
