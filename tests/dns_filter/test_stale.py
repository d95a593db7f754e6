"""Where no resolver answers, what it said before is given for a while; rules hold as ever."""

import asyncio
import time

import pytest

from dns_filter import desk as desk_module
from dns_filter.answers import Ede
from dns_filter.chain import Query, at_once, from_upstream, ready
from safeguard.core.types import Action
from safeguard.engine import Engine
from safeguard.store import overlay
from safeguard.store.session import Store
from tests.dns_filter.conftest import NOW, PUPIL, Office, open_office
from tests.dns_filter.packets import content, explained, packet, parsed, rcode, run

HERE = ["A 192.0.2.10"]
NAME = "www.good.test"


async def answer(office: Office, name: str = NAME) -> bytes:
    asked = packet(name, edns=True)
    reply = ready(office.desk, asked, PUPIL) or at_once(office.desk, asked, PUPIL, over_udp=True)
    if isinstance(reply, Query):
        reply = await from_upstream(office.desk, reply)
    assert reply is not None
    return reply


@pytest.mark.parametrize("how", ["silent", "failing"])
def test_a_dead_answer_is_given_when_nobody_answers_and_says_so(engine: Engine, how: str) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            assert explained(await answer(office)) is None
            office.time.ahead = 400
            office.resolver.silent, office.resolver.rcode = how == "silent", 2
            began = time.monotonic()
            reply = await answer(office)
            assert time.monotonic() - began < 1.5
            assert content(reply) == HERE
            assert explained(reply) == Ede.STALE
            assert parsed(reply).rr[0].ttl == 30
            assert rcode(await answer(office, "new.good.test")) == "SERVFAIL"

    run(walk())


def test_within_two_seconds_of_its_return_the_resolver_is_heard_again(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office)
            office.time.ahead = 400
            office.resolver.rcode = 2
            assert explained(await answer(office)) == Ede.STALE
            office.resolver.rcode = 0
            office.time.ahead = 402
            reply = await answer(office)
            assert explained(reply) is None
            assert parsed(reply).rr[0].ttl == 300

    run(walk())


def test_what_is_older_than_a_day_is_no_answer(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office)
            office.resolver.rcode = 2
            office.time.ahead = 300 + desk_module.STALE_SECONDS + 1
            assert rcode(await answer(office)) == "SERVFAIL"

    run(walk())


def test_a_name_that_was_blocked_meanwhile_is_blocked(own_engine: Engine, store: Store) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            await answer(office)
            office.time.ahead = 400
            office.resolver.rcode = 2
            assert content(await answer(office)) == HERE
            overlay.add(store, NAME, Action.BLOCK, (), "", "someone", NOW)
            assert own_engine.refresh()
            assert content(await answer(office)) == ["A 0.0.0.0"]

    run(walk())


def test_what_is_still_asked_for_is_renewed_before_it_dies(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office)
            office.time.ahead = 200
            await answer(office)
            assert office.resolver.count(NAME) == 1
            office.time.ahead = 280
            assert parsed(await answer(office)).rr[0].ttl <= 20  # nobody waits for it
            async with asyncio.timeout(5):
                await asyncio.gather(*office.desk._flights.values())
            assert office.resolver.count(NAME) == 2
            office.time.ahead = 310
            assert parsed(await answer(office)).rr[0].ttl >= 260
            assert office.resolver.count(NAME) == 2

    run(walk())
