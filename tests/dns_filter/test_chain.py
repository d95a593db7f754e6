"""From query to answer, with real rules, a real resolver upstream, and clients of three groups."""

import asyncio
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dnslib import AAAA, HTTPS, QTYPE, RR, A
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dns_filter import chain
from dns_filter import desk as desk_module
from dns_filter.answers import Ede
from dns_filter.chain import Query, at_once, from_upstream, ready
from filter_rules.formats.format import Format
from filter_rules.types import Hit, Part
from safeguard.building import build
from safeguard.core.identifying import Claim, Method
from safeguard.core.rules import PolicyRule
from safeguard.core.types import Action, Manner, Reason, Subject, Target, Verdict
from safeguard.engine import Engine, open_engine
from safeguard.importing import import_source
from safeguard.sealed_imports import import_sealed
from safeguard.settings import Settings
from safeguard.store import overlay, sessions
from safeguard.store.session import Store
from tests.dns_filter.conftest import GUEST, NOW, PUPIL, TEACHER, Office, open_office
from tests.dns_filter.packets import content, explained, packet, parsed, rcode, run
from tests.dns_filter.resolver import alias

HERE = ["A 192.0.2.10"]
NOWHERE = ["A 0.0.0.0"]


async def answer(
    office: Office, name: str, qtype: str = "A", client: str = PUPIL, **more: Any
) -> bytes:
    asked = packet(name, qtype, **more)
    reply = ready(office.desk, asked, client) or at_once(office.desk, asked, client, over_udp=True)
    if isinstance(reply, Query):
        reply = await from_upstream(office.desk, reply)
    assert reply is not None
    return reply


def test_each_answer_is_noted_in_the_access_log_but_a_guests(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            for _ in range(2):  # the second time from what is kept ready
                for client in (PUPIL, GUEST):
                    await answer(office, "www.good.test", client=client)
                    await answer(office, "www.bets.test", client=client)
            visits = [("www.good.test", False), ("www.bets.test", True)]
            assert [(host, blocked) for _, host, blocked in office.kept.visits] == visits * 2
            assert len({group for group, _, _ in office.kept.visits}) == 1

    run(walk())


def test_allowed_names_are_forwarded_and_blocked_ones_answered_as_the_group_has_it(
    engine: Engine,
) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            for _ in range(2):  # the second time from what is kept ready
                for client, name, expected in (
                    (PUPIL, "www.good.test", HERE),
                    (TEACHER, "www.good.test", HERE),
                    (PUPIL, "www.bets.test", NOWHERE),
                    (TEACHER, "www.bets.test", NOWHERE),
                    (PUPIL, "social.test", NOWHERE),
                    (GUEST, "social.test", NOWHERE),
                    (TEACHER, "social.test", HERE),
                    ("192.0.2.77", "social.test", NOWHERE),
                ):
                    assert content(await answer(office, name, client=client)) == expected
            assert office.resolver.count("www.bets.test") == 0
            assert office.resolver.count("www.good.test") == 1

    run(walk())


@pytest.mark.parametrize("qtype", ["A", "AAAA", "HTTPS", "SVCB", "MX", "TXT", "CNAME"])
def test_no_type_leads_round_a_block(engine: Engine, qtype: str) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            reply = await answer(office, "bets.test", qtype, edns=True)
            assert explained(reply) == Ede.BLOCKED
            assert not set(content(reply)) - {"A 0.0.0.0", "AAAA ::"}
            assert not office.resolver.received

    run(walk())


def test_what_is_blocked_is_kept_once_for_all_the_lookups_of_one_act(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            for qtype in ("A", "AAAA", "HTTPS", "A"):
                await answer(office, "bets.test", qtype)
            await answer(office, "bets.test", client=TEACHER)
            await answer(office, "www.good.test")
            assert office.kept.hosts == [("primary", "bets.test"), ("staff", "bets.test")]
            office.time.ahead = 11
            await answer(office, "bets.test")
            assert len(office.kept.told) == 3
            subject, target, verdict = office.kept.told[0]
            assert (subject.address, target.channel.value, verdict.blocked) == (PUPIL, "dns", True)

    run(walk())


def test_what_is_monitored_is_answered_and_kept(engine: Engine) -> None:
    rule = PolicyRule("watched", Action.ALLOW, frozenset({"site:good.test"}), manner=Manner.MONITOR)
    before = engine.snapshot
    policy = replace(before.policy, rules=(*before.policy.rules, rule))

    async def walk() -> None:
        async with open_office(engine) as office:
            engine.snapshot = replace(before, policy=policy)
            assert content(await answer(office, "www.good.test")) == HERE
            assert office.kept.hosts == [("primary", "www.good.test")]

    run(walk())


def test_a_block_stands_where_it_cannot_be_recorded(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.kept.broken = True
            for _ in range(2):
                assert content(await answer(office, "vpn.test")) == NOWHERE
            assert sum(office.desk.faults.values()) == 2
            office.kept.broken = False
            await answer(office, "vpn.test")
            assert office.kept.hosts == [("primary", "vpn.test")]

    run(walk())


def test_special_names_are_answered_whatever_the_rules_say(
    own_engine: Engine, store: Store
) -> None:
    overlay.add(store, "mask.icloud.com", Action.ALLOW, (), "by mistake", "someone", NOW)
    assert own_engine.refresh()

    async def walk() -> None:
        async with open_office(own_engine) as office:
            for qtype in ("A", "AAAA", "HTTPS"):
                for name in ("mask.icloud.com", "use-application-dns.net", "x.onion"):
                    assert rcode(await answer(office, name, qtype)) == "NXDOMAIN"
            assert content(await answer(office, "localhost")) == ["A 127.0.0.1"]
            assert not office.resolver.received

    run(walk())


def test_what_is_not_served_is_refused_or_nearly_empty(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            for qtype in ("AXFR", "IXFR", "TKEY"):
                assert rcode(await answer(office, "good.test", qtype)) == "REFUSED"
            assert "HINFO" in content(await answer(office, "good.test", "ANY"))[0]
            chaos = packet("version.bind", "TXT")[:-1] + b"\3"
            assert rcode(at_once(office.desk, chaos, PUPIL, over_udp=True)) == "REFUSED"
            assert at_once(office.desk, b"\0", PUPIL, over_udp=True) is None
            notify = b"\0\7\x20\0" + bytes(8)
            assert rcode(at_once(office.desk, notify, PUPIL, over_udp=True)) == "NOTIMP"
            assert rcode(await answer(office, ".", "NS")) == "NOERROR"
            assert not office.desk.faults

    run(walk())


def test_an_alias_to_a_blocked_name_is_blocked_for_those_it_is_blocked_for(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.resolver.zone["club.test", "A"] = alias("club.test", "cdn.social.test")
            for _ in range(2):
                assert content(await answer(office, "club.test")) == NOWHERE
                assert "A 192.0.2.20" in content(await answer(office, "club.test", client=TEACHER))
            assert office.resolver.count("club.test") == 1
            assert office.kept.hosts == [("primary", "club.test")]

    run(walk())


def test_a_service_record_that_leads_to_a_blocked_name_is_blocked(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            record = RR("club.test", QTYPE.HTTPS, ttl=60, rdata=HTTPS(0, [b"bets", b"test"], []))
            office.resolver.zone["club.test", "HTTPS"] = [record]
            assert content(await answer(office, "club.test", "HTTPS")) == []
            assert office.kept.hosts == [("primary", "club.test")]

    run(walk())


def leading_to(name: str, *addresses: str) -> list[RR]:
    return [
        RR(name, QTYPE.AAAA, ttl=300, rdata=AAAA(one))
        if ":" in one
        else RR(name, QTYPE.A, ttl=300, rdata=A(one))
        for one in addresses
    ]


def test_a_name_that_leads_to_a_blocked_network_is_blocked_for_those_it_is_blocked_for(
    engine: Engine,
) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            zone = office.resolver.zone
            zone["one.test", "A"] = leading_to("one.test", "192.0.2.7", "198.51.100.9")
            zone["two.test", "A"] = leading_to("two.test", "203.0.113.9")
            zone["three.test", "AAAA"] = leading_to("three.test", "2001:db8:bad::9")
            zone["four.test", "A"] = leading_to("four.test", "192.0.2.9")
            repeated: tuple[dict[str, Any], ...] = ({}, {}, {"edns": True})
            for asked in repeated:  # the second time from what is kept ready
                for client in (PUPIL, TEACHER):
                    assert content(await answer(office, "one.test", client=client, **asked)) == (
                        NOWHERE
                    )
                    assert content(await answer(office, "three.test", "AAAA", client, **asked)) == [
                        "AAAA ::"
                    ]
                    assert content(await answer(office, "four.test", client=client, **asked)) == [
                        "A 192.0.2.9"
                    ]
                assert content(await answer(office, "two.test", **asked)) == NOWHERE
                assert content(await answer(office, "two.test", client=TEACHER, **asked)) == [
                    "A 203.0.113.9"
                ]
            assert office.resolver.count("one.test") == 1
            assert office.kept.hosts == [
                ("primary", "one.test"),
                ("primary", "three.test"),
                ("staff", "one.test"),
                ("staff", "three.test"),
                ("primary", "two.test"),
            ]
            told = office.kept.told[0][2].considered[0].about
            assert told == Hit("malware", "malware-networks", "198.51.100.0/24", Part.NETWORK)

    run(walk())


def test_an_alias_or_a_hint_that_leads_to_a_blocked_network_is_blocked(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            led = [alias("club.test", "cdn.test")[0], *leading_to("cdn.test", "198.51.100.9")]
            office.resolver.zone["club.test", "A"] = led
            hint = HTTPS(1, [], [("ipv4hint", bytes((198, 51, 100, 9)))])
            service = RR("club.test", QTYPE.HTTPS, ttl=60, rdata=hint)
            office.resolver.zone["club.test", "HTTPS"] = [service]
            assert content(await answer(office, "club.test")) == NOWHERE
            assert content(await answer(office, "club.test", "HTTPS")) == []

    run(walk())


@pytest.fixture
def club_engine(own_engine: Engine, store: Store) -> Engine:
    """Staff allow club.test by name."""
    overlay.add(store, "club.test", Action.ALLOW, (), "the chess club", "someone", NOW)
    assert own_engine.refresh()
    return own_engine


def test_help_and_what_staff_allow_by_name_may_lead_to_a_blocked_network(
    club_engine: Engine,
) -> None:
    async def walk() -> None:
        async with open_office(club_engine) as office:
            for name in ("club.test", "www.helpline.test"):
                office.resolver.zone[name, "A"] = leading_to(name, "198.51.100.9")
                assert content(await answer(office, name)) == ["A 198.51.100.9"]

    run(walk())


def test_networks_that_come_into_force_reach_what_was_kept_ready(
    own_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "more").write_text("192.0.2.0/24\n")

    async def walk() -> None:
        async with open_office(own_engine) as office:
            for _ in range(2):
                assert content(await answer(office, "www.good.test")) == HERE
            import_source(settings.data, tmp_path / "more", Format.NETWORKS, "malware", "more", NOW)
            build(settings.data, lambda _doing, _done, _of: None)
            assert own_engine.refresh()
            assert content(await answer(office, "www.good.test")) == NOWHERE
            assert office.resolver.count("www.good.test") == 1

    run(walk())


def test_the_names_of_delivery_networks_on_lists_of_ways_round_block_only_those_who_ask_for_them(
    own_engine: Engine, store: Store
) -> None:
    overlay.add(store, "own.doh.test", Action.BLOCK, (), "", "someone", NOW)
    assert own_engine.refresh()

    async def walk() -> None:
        async with open_office(own_engine) as office:
            for name, target, reached in (
                ("one.test", "cdn.doh.test", True),
                ("two.test", "cdn.vpn.test", True),
                ("three.test", "own.doh.test", False),
                ("four.test", "x.sealed.test", False),
                ("five.test", "cdn.bets.test", False),
            ):
                office.resolver.zone[name, "A"] = alias(name, target)
                for _ in range(2):
                    assert (content(await answer(office, name)) != NOWHERE) == reached
            for name in ("doh.test", "cdn.doh.test", "cdn.vpn.test"):
                assert content(await answer(office, name)) == NOWHERE

    run(walk())


def test_help_and_what_staff_allow_by_name_work_whatever_they_lead_to_if_lawful(
    club_engine: Engine,
) -> None:
    async def walk() -> None:
        async with open_office(club_engine) as office:
            for name in ("www.helpline.test", "club.test"):
                office.resolver.zone[name, "A"] = alias(name, "cdn.social.test")
                assert "A 192.0.2.20" in content(await answer(office, name))
            office.resolver.zone["two.club.test", "A"] = alias("two.club.test", "x.sealed.test")
            assert content(await answer(office, "two.club.test")) == NOWHERE
            assert office.kept.told[-1][2].reason is Reason.SEALED

    run(walk())


def test_a_change_of_the_rules_reaches_what_was_kept_ready(
    own_engine: Engine, store: Store
) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            office.resolver.zone["club.test", "A"] = alias("club.test", "cdn.test")
            for name in ("www.good.test", "club.test"):
                for _ in range(2):
                    assert content(await answer(office, name)) != NOWHERE
            for address in ("good.test", "cdn.test"):
                overlay.add(store, address, Action.BLOCK, ("primary",), "", "someone", NOW)
            assert own_engine.refresh()
            for name in ("www.good.test", "club.test"):
                assert content(await answer(office, name)) == NOWHERE
                assert content(await answer(office, name, client=TEACHER)) != NOWHERE

    run(walk())


def test_what_was_judged_as_new_rules_came_into_force_is_not_kept_ready(
    own_engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = own_engine.judge

    def overtaken(subject: Subject, target: Target) -> Verdict:
        verdict = judge(subject, target)
        if target.addresses:  # the last thing that is judged
            overlay.add(store, "good.test", Action.BLOCK, (), "", "someone", NOW)
            own_engine.refresh()  # as the thread that refreshes may, at any moment
        return verdict

    async def walk() -> None:
        async with open_office(own_engine) as office:
            with monkeypatch.context() as patched:
                patched.setattr(own_engine, "judge", overtaken)
                assert content(await answer(office, "www.good.test")) == HERE
            assert (
                content(await answer(office, "www.other.test")) == HERE
            )  # who asks is known again
            assert content(await answer(office, "www.good.test")) == NOWHERE

    run(walk())


def test_a_name_that_is_blocked_while_upstream_is_asked_is_blocked(
    own_engine: Engine, store: Store
) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            office.resolver.delay = 0.2
            asking = asyncio.create_task(answer(office, "www.good.test"))
            await office.resolver.heard.wait()
            overlay.add(store, "good.test", Action.BLOCK, (), "", "someone", NOW)
            assert own_engine.refresh()
            assert content(await asking) == NOWHERE

    run(walk())


def test_answers_age_and_are_asked_for_again_when_they_die(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            ttls = []
            for ahead in (0, 100, 299, 301):
                office.time.ahead = ahead
                ttls.append(parsed(await answer(office, "www.good.test")).rr[0].ttl)
            assert ttls[0] == ttls[3] == 300
            assert 199 <= ttls[1] <= 200
            assert 0 <= ttls[2] <= 1
            assert office.resolver.count("www.good.test") == 2

    run(walk())


def test_a_name_that_does_not_exist_is_remembered_too(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.resolver.missing.add("gone.test")
            for client in (PUPIL, TEACHER):
                assert rcode(await answer(office, "gone.test", client=client)) == "NXDOMAIN"
            assert office.resolver.count("gone.test") == 1

    run(walk())


def test_the_same_question_of_many_goes_upstream_once(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.resolver.delay = 0.05
            clients = [PUPIL, TEACHER, GUEST] * 10
            replies = await asyncio.gather(
                *(answer(office, "www.good.test", client=client) for client in clients)
            )
            assert all(content(reply) == HERE for reply in replies)
            assert office.resolver.count("www.good.test") == 1

    run(walk())


def test_the_reply_has_the_askers_own_id_spelling_and_edns(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office, "www.good.test")
            for more in ({}, {"edns": True}, {"edns": True, "flags": "do"}):
                for ident in (1, 2):
                    reply = await answer(office, "WWW.gOOd.test", ident=ident, **more)
                    assert parsed(reply).header.id == ident
                    assert b"\3WWW\4gOOd" in reply
                    assert len(parsed(reply).ar) == bool(more)

    run(walk())


def test_without_an_answer_from_upstream_there_is_servfail_with_the_reason(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.resolver.silent = True
            reply = await answer(office, "www.good.test", edns=True)
            assert (rcode(reply), explained(reply)) == ("SERVFAIL", Ede.NO_REACHABLE_AUTHORITY)
            assert content(await answer(office, "bets.test")) == NOWHERE

    run(walk())


def test_an_error_in_judging_never_passes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError

    async def walk() -> None:
        async with open_office(engine) as office:
            monkeypatch.setattr(engine, "judge", defect)
            assert rcode(await answer(office, "www.good.test")) == "SERVFAIL"
            assert office.desk.faults == {"judging: ZeroDivisionError": 1}
            monkeypatch.undo()
            monkeypatch.setattr(chain, "_checked", defect)
            assert rcode(await answer(office, "www.good.test")) == "SERVFAIL"
            monkeypatch.setattr(office.desk._upstreams, "ask", defect)
            assert rcode(await answer(office, "www.better.test")) == "SERVFAIL"
            assert sum(office.desk.faults.values()) == 3

    run(walk())


def test_a_blocked_name_is_answered_as_the_settings_say(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine, "nxdomain") as office:
            assert rcode(await answer(office, "bets.test")) == "NXDOMAIN"
        async with open_office(engine, "refused") as office:
            assert rcode(await answer(office, "bets.test")) == "REFUSED"

    run(walk())


def test_without_rules_all_but_help_is_blocked(settings: Settings) -> None:
    shutil.rmtree(settings.data / "rules")
    stance = settings.rules.model_copy(update={"without_rules": "allow-list"})
    engine = open_engine(settings.model_copy(update={"rules": stance}))

    async def walk() -> None:
        async with open_office(engine) as office:
            assert content(await answer(office, "www.good.test")) == NOWHERE
            assert content(await answer(office, "childline.org.uk")) == HERE

    run(walk())


NAMES = ["www.good.test", "bets.test", "social.test", "club.test", "helpline.test", "a.vpn.test"]


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.sampled_from(["A", "AAAA"]),
            st.sampled_from([PUPIL, TEACHER, GUEST, "192.0.2.9"]),
            st.booleans(),
        ),
        min_size=12,
        max_size=40,
    )
)
def test_in_whatever_order_they_ask_no_group_gets_anothers_answer(
    engine: Engine, asked: list[tuple[str, str, str, bool]]
) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            office.resolver.zone["club.test", "A"] = alias("club.test", "cdn.social.test")
            for name, qtype, client, edns in asked:
                found = content(await answer(office, name, qtype, client, edns=edns))
                social = name == "social.test" or (name, qtype) == ("club.test", "A")
                barred = name in {"bets.test", "a.vpn.test"} or (social and client != TEACHER)
                assert (found in (NOWHERE, ["AAAA ::"])) == barred

    run(walk())


@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=200), over_udp=st.booleans())
def test_no_packet_gets_an_exception_out(engine: Engine, noise: bytes, *, over_udp: bool) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            for bytes_ in (noise, packet("a.test")[:12] + noise):
                reply = at_once(office.desk, bytes_, PUPIL, over_udp=over_udp)
                assert reply is None or isinstance(reply, Query) or reply[:2] == bytes_[:2]
            assert not office.desk.faults

    run(walk())


def test_a_sealed_host_is_blocked_from_the_next_refresh_and_a_sealed_page_is_not_for_dns(
    own_engine: Engine, settings: Settings
) -> None:
    feed = ["good.test", "helpline.test", "other.test/page"]

    async def walk() -> None:
        async with open_office(own_engine) as office:
            for name in ("www.good.test", "other.test"):
                assert content(await answer(office, name)) == HERE
            import_sealed(settings.data, "test-list", feed, NOW)
            assert own_engine.refresh()
            for client in (PUPIL, TEACHER, GUEST):
                for name in ("www.good.test", "helpline.test"):
                    assert content(await answer(office, name, client=client)) == NOWHERE
                    assert office.kept.told[-1][2].reason is Reason.SEALED
                assert content(await answer(office, "other.test", client=client)) == HERE

    run(walk())


def test_who_signs_in_gets_their_own_answers_at_once_from_what_is_ready(
    own_engine: Engine, store: Store
) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            for _ in range(2):
                assert content(await answer(office, "social.test", client=TEACHER)) == HERE
            now = datetime.now(UTC)
            claim = Claim(TEACHER, Method.PORTAL, now, now + timedelta(hours=1), group="primary")
            sessions.put(store, claim, "portal", "s1", now)
            assert not own_engine.refresh()
            assert content(await answer(office, "social.test", client=TEACHER)) == NOWHERE

    run(walk())


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([*NAMES, "www.bing.com", "WwW.Google.de", "x.onion", "localhost"]),
    qtype=st.sampled_from(["A", "AAAA", "HTTPS", "TXT", "ANY"]),
    client=st.sampled_from([PUPIL, TEACHER, GUEST]),
    more=st.sampled_from([{}, {"edns": True}, {"edns": True, "flags": "do", "size": 512}]),
)
def test_what_is_kept_ready_is_what_the_long_way_says(
    engine: Engine, name: str, qtype: str, client: str, more: dict[str, Any]
) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answer(office, name, qtype, client, **more)
            asked = packet(name, qtype, ident=99, **more)
            short = ready(office.desk, asked, client)
            long = at_once(office.desk, asked, client, over_udp=True)
            assert isinstance(long, bytes)
            if short is not None:
                assert parsed(short) == parsed(long)

    run(walk())


# Where no resolver answers, what it said before is given for a while; rules hold as ever.

GOOD_IS = ["A 192.0.2.10"]
NAME = "www.good.test"


async def answered_or_stale(office: Office, name: str = NAME) -> bytes:
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
            assert explained(await answered_or_stale(office)) is None
            office.time.ahead = 400
            office.resolver.silent, office.resolver.rcode = how == "silent", 2
            began = time.monotonic()
            reply = await answered_or_stale(office)
            assert time.monotonic() - began < 1.5
            assert content(reply) == GOOD_IS
            assert explained(reply) == Ede.STALE
            assert parsed(reply).rr[0].ttl == 30
            assert rcode(await answered_or_stale(office, "new.good.test")) == "SERVFAIL"

    run(walk())


def test_within_two_seconds_of_its_return_the_resolver_is_heard_again(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answered_or_stale(office)
            office.time.ahead = 400
            office.resolver.rcode = 2
            assert explained(await answered_or_stale(office)) == Ede.STALE
            office.resolver.rcode = 0
            office.time.ahead = 402
            reply = await answered_or_stale(office)
            assert explained(reply) is None
            assert parsed(reply).rr[0].ttl == 300

    run(walk())


def test_what_is_older_than_a_day_is_no_answer(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answered_or_stale(office)
            office.resolver.rcode = 2
            office.time.ahead = 300 + desk_module.STALE_SECONDS + 1
            assert rcode(await answered_or_stale(office)) == "SERVFAIL"

    run(walk())


def test_a_name_that_was_blocked_meanwhile_is_blocked(own_engine: Engine, store: Store) -> None:
    async def walk() -> None:
        async with open_office(own_engine) as office:
            await answered_or_stale(office)
            office.time.ahead = 400
            office.resolver.rcode = 2
            assert content(await answered_or_stale(office)) == GOOD_IS
            overlay.add(store, NAME, Action.BLOCK, (), "", "someone", NOW)
            assert own_engine.refresh()
            assert content(await answered_or_stale(office)) == ["A 0.0.0.0"]

    run(walk())


def test_what_is_still_asked_for_is_renewed_before_it_dies(engine: Engine) -> None:
    async def walk() -> None:
        async with open_office(engine) as office:
            await answered_or_stale(office)
            office.time.ahead = 200
            await answered_or_stale(office)
            assert office.resolver.count(NAME) == 1
            office.time.ahead = 280
            assert parsed(await answered_or_stale(office)).rr[0].ttl <= 20  # nobody waits for it
            async with asyncio.timeout(5):
                await asyncio.gather(*office.desk._flights.values())
            assert office.resolver.count(NAME) == 2
            office.time.ahead = 310
            assert parsed(await answered_or_stale(office)).rr[0].ttl >= 260
            assert office.resolver.count(NAME) == 2

    run(walk())
