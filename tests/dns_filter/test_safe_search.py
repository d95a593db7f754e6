"""Search engines are answered with their harmless twins, for those whose modes say so."""

import asyncio

import pytest
from dnslib import HTTPS, QTYPE, RR

from dns_filter.chain import Query, at_once, from_upstream, ready
from dns_filter.safe_search import safely, twin_of
from safeguard.core.modes import Modes, SafeSearch, YouTube
from safeguard.engine import Engine
from tests.dns_filter.conftest import PUPIL, TEACHER, Office, open_office
from tests.dns_filter.packets import content, packet, parsed, question, rcode, run

STRICT = Modes()
LAX = Modes(SafeSearch.OFF, YouTube.OFF)


@pytest.mark.parametrize(
    ("host", "twin"),
    [
        ("www.google.com", "forcesafesearch.google.com"),
        ("google.co.uk", "forcesafesearch.google.com"),
        ("www.google.com.au", "forcesafesearch.google.com"),
        ("mail.google.com", ""),
        ("www.google.com.evil.test", ""),
        ("notgoogle.com", ""),
        ("forcesafesearch.google.com", ""),
        ("www.bing.com", "strict.bing.com"),
        ("duckduckgo.com", "safe.duckduckgo.com"),
        ("search.brave.com", "forcesafe.search.brave.com"),
        ("imgs.search.brave.com", ""),
        ("yandex.com.tr", "familysearch.yandex.ru"),
        ("ya.ru", "familysearch.yandex.ru"),
        ("mail.yandex.ru", ""),
        ("www.youtube.com", "restrict.youtube.com"),
        ("youtube.com", ""),
    ],
)
def test_each_engine_has_its_twin_and_no_other_name_has(host: str, twin: str) -> None:
    assert twin_of(host, STRICT) == twin
    assert not twin_of(host, LAX)
    assert not twin_of(twin, STRICT)


def test_the_modes_of_the_group_decide() -> None:
    moderate = Modes(SafeSearch.ON, YouTube.MODERATE)
    assert twin_of("m.youtube.com", moderate) == "restrictmoderate.youtube.com"
    assert not twin_of("www.bing.com", moderate)


@pytest.mark.parametrize("qtype", ["MX", "TXT", "NS"])
def test_types_that_lead_no_browser_anywhere_are_as_they_are(qtype: str) -> None:
    asked = question("google.com", qtype)
    assert safely(asked, STRICT) is asked


async def answer(office: Office, name: str, qtype: str = "A", client: str = PUPIL) -> bytes:
    asked = packet(name, qtype)
    reply = ready(office.desk, asked, client) or at_once(office.desk, asked, client, over_udp=True)
    if isinstance(reply, Query):
        reply = await from_upstream(office.desk, reply)
    assert reply is not None
    return reply


def test_the_twin_is_given_with_its_addresses_in_the_askers_own_words(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            for _ in range(2):  # the second time from what is kept ready
                for qtype, found in (("A", "192.0.2.10"), ("AAAA", "2001:db8::10")):
                    reply = await answer(office, "www.BING.com", qtype)
                    assert b"\3www\4BING\3com" in reply
                    alias, address = content(reply)
                    assert alias.lower() == "cname strict.bing.com."
                    assert address == f"{qtype} {found}"
            assert office.resolver.count("www.bing.com") == 0
            assert office.resolver.count("strict.bing.com") == 2

    run(walk())


def test_a_service_record_leads_to_the_twins_alone(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            mine = RR("www.bing.com", QTYPE.HTTPS, ttl=60, rdata=HTTPS(1, [b"away", b"test"], []))
            office.resolver.zone["www.bing.com", "HTTPS"] = [mine]
            assert content(await answer(office, "www.bing.com", "HTTPS")) == [
                "CNAME strict.bing.com."
            ]

    run(walk())


def test_no_group_gets_what_another_is_given(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            lax = engine.modes_of(office.desk.client(TEACHER).subject)
            assert lax.safe_search is not SafeSearch.STRICT
            for client in (PUPIL, TEACHER, PUPIL, TEACHER):
                found = content(await answer(office, "www.google.com", client=client))
                assert found[:-1] == (
                    ["CNAME forcesafesearch.google.com."] if client == PUPIL else []
                )

    run(walk())


def test_without_the_twin_there_is_no_answer(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office, "www.google.com", client=TEACHER)
            office.resolver.silent = True
            assert rcode(await answer(office, "www.google.com")) == "SERVFAIL"

    run(walk())


def test_the_twins_times_to_live_run_down(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office, "www.bing.com")
            office.time.ahead = 100
            ttls = {one.ttl for one in parsed(await answer(office, "www.bing.com")).rr}
            assert ttls <= {199, 200}
            office.time.ahead = 280  # about to die, and asked for: asked again before it does
            await answer(office, "www.bing.com")
            async with asyncio.timeout(5):
                await asyncio.gather(*office.desk._flights.values())
            assert office.resolver.count("strict.bing.com") == 2

    run(walk())
