"""Where hosts lead is judged before anything is dialled, and nothing else is dialled."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from filter_rules.types import Hit
from proxy_addons import leads
from proxy_addons.destinations import Destinations
from proxy_addons.leads import Leads
from proxy_addons.loop import Dialler
from proxy_addons.resolving import Lookup
from proxy_addons.visits import Led, Visit
from safeguard.core.types import Subject
from tests.proxy_addons.world import BAD, SOCIAL, WORRYING, Page, Proxy, Site, Start, ask, rules

GOOD = "127.0.0.1"


def leading(**hosts: Sequence[str]) -> Lookup:
    """A resolver: `school` leads to what it is told, and everything else to where the sites are."""
    return lambda host: hosts.get(host.partition(".")[0], [GOOD])


def get(proxy: Proxy, url: str, host: str) -> tuple[int, str]:
    with proxy.http() as client:
        client.request("GET", url, headers={"Host": host})
        answer = client.getresponse()
        return answer.status, answer.read().decode()


def test_a_site_that_leads_to_a_blocked_network_is_never_contacted_and_a_page_says_why(
    start: Start, site: Site
) -> None:
    proxy = start(lookup=leading(school=[GOOD, BAD]))
    status, body, _ = ask(proxy, "school.test", site.port, "/x")
    page = body.decode()
    assert status == 403
    assert "Malware" in page
    assert "K7-REF" in page
    assert site.connections == 0
    ((_, target, verdict),) = proxy.notebook.kept
    assert (target.host, target.addresses) == ("school.test", (GOOD, BAD))
    about = verdict.considered[0].about
    assert isinstance(about, Hit)
    assert about.entry == "127.66.0.0/16"


def test_plain_http_is_judged_by_where_it_leads_too(start: Start, plain_site: Site) -> None:
    proxy = start(lookup=leading(school=[BAD]))
    for host, expected in (("school.test", 403), ("other.test", 200)):
        status, body = get(proxy, f"http://{host}:{plain_site.port}/", host)
        assert status == expected
        assert ("Malware" in body) is (expected == 403)
    assert plain_site.connections == 1


def test_it_is_blocked_for_those_it_is_blocked_for(start: Start, site: Site) -> None:
    assert ask(start(lookup=leading(school=[SOCIAL])), "school.test", site.port)[0] == 403
    staff = start("staff", lookup=leading(school=[SOCIAL]))
    with staff.https("school.test", site.port) as client:
        client.request("GET", "/")
        assert client.getresponse().status == 502  # dialled: nobody listens at this address
    assert staff.notebook.kept == []


def test_a_literal_address_is_judged(start: Start, plain_site: Site) -> None:
    proxy = start()
    status, body = get(proxy, f"http://{BAD}:{plain_site.port}/", BAD)
    assert (status, "Malware" in body) == (403, True)
    status, body = get(proxy, f"http://127.0.0.1:{plain_site.port}/", "127.0.0.1")
    assert (status, body) == (200, Page().body.decode())


def test_help_is_reachable_whatever_it_leads_to(start: Start, site: Site, tmp_path: Path) -> None:
    theirs = ssl.create_default_context(cafile=str(tmp_path / "origin-ca.pem"))
    proxy = start(lookup=leading(help=[GOOD]))
    proxy.engine.snapshot = replace(proxy.engine.snapshot, rules=rules(malware="127.0.0.0/8"))
    with proxy.https("help.test", site.port, trusting=theirs) as client:
        client.request("GET", "/worrying")
        assert client.getresponse().read() == WORRYING
    assert ask(proxy, "school.test", site.port)[0] == 403


def test_a_guest_is_refused_by_an_alert(start: Start, site: Site) -> None:
    proxy = start("guest", lookup=leading(school=[BAD]))
    with (
        proxy.https("school.test", site.port) as client,
        pytest.raises(ssl.SSLError, match=r"(?i)access.denied"),
    ):
        client.request("GET", "/")
    assert site.connections == 0
    assert len(proxy.notebook.kept) == 1


def test_a_blocked_name_is_not_looked_up(start: Start, site: Site, plain_site: Site) -> None:
    asked: list[str] = []

    def lookup(host: str) -> Sequence[str]:
        asked.append(host)
        return [GOOD]

    proxy = start(lookup=lookup)
    assert ask(proxy, "bets.test", site.port)[0] == 403
    assert get(proxy, f"http://bets.test:{plain_site.port}/", "bets.test")[0] == 403
    assert asked == []
    with proxy.https("school.test", site.port) as client:
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == Page().body
    assert asked == ["school.test"]


def test_a_name_that_cannot_be_found_is_said_not_to_load(start: Start, plain_site: Site) -> None:
    def lookup(_host: str) -> Sequence[str]:
        raise OSError("no such name")

    status, body = get(start(lookup=lookup), f"http://gone.test:{plain_site.port}/", "gone.test")
    assert status == 502
    assert "could not be loaded" in body


def test_networks_that_come_into_force_block_a_connection_that_is_open(
    proxy: Proxy, site: Site
) -> None:
    with proxy.https("school.test", site.port) as client:
        for listed, expected in (("127.99.0.0/16", 200), ("127.0.0.0/8", 403)):
            proxy.engine.snapshot = replace(proxy.engine.snapshot, rules=rules(malware=listed))
            client.request("GET", "/")
            answer = client.getresponse()
            answer.read()
            assert answer.status == expected
    assert len(site.requests) == 1


def test_nothing_is_dialled_that_no_gate_has_cleared(
    proxy: Proxy, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Visit, "cleared", lambda _visit: {})
    assert ask(proxy, "school.test", site.port)[0] == 502
    assert site.connections == 0


class Turned:
    """A clock that tests turn."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_was_found_is_fresh_for_a_while_and_longer_where_it_is_connected() -> None:
    clock, visit = Turned(), Visit(Subject("staff"))
    mine = Leads(Dialler(Destinations(), lambda _host: ["192.0.2.1"]), clock)
    assert mine.known(visit, "a.test") is None
    led = asyncio.run(mine.find(visit, "a.test"))
    assert led == Led(("192.0.2.1",), 0.0)
    clock.now = leads.FRESH_SECONDS - 1
    assert mine.known(visit, "a.test") is led
    clock.now = leads.FRESH_SECONDS
    assert mine.known(visit, "a.test") is None
    assert mine.known(visit, "a.test", connected=True) is led


def test_a_visit_remembers_few_hosts_and_few_addresses_of_each() -> None:
    visit = Visit(Subject("staff"))
    mine = Leads(Dialler(Destinations(), lambda _host: ["192.0.2.1"] * 1000), Turned())

    async def find_many() -> None:
        for number in range(3 * leads.MOST_HOSTS):
            await mine.find(visit, f"{number}.test")
            await mine.find(visit, "0.test")

    asyncio.run(find_many())
    assert len(visit.led) == leads.MOST_HOSTS
    assert "0.test" in visit.led
    assert len(visit.led["0.test"].addresses) == leads.MOST_JUDGED
    assert visit.cleared() == {}
