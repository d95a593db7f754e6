"""Answers of our own making: blocked as set, and what goes with them."""

import pytest

from dns_filter.answers import (
    Blocked,
    Ede,
    any_type,
    blocked,
    failed,
    loopback,
    no_such_name,
    refused,
)
from tests.dns_filter.packets import content, explained, parsed, question, rcode


@pytest.mark.parametrize(
    ("way", "qtype", "code", "answers"),
    [
        ("null", "A", "NOERROR", ["A 0.0.0.0"]),
        ("null", "AAAA", "NOERROR", ["AAAA ::"]),
        ("null", "HTTPS", "NOERROR", []),
        ("null", "TXT", "NOERROR", []),
        ("nxdomain", "A", "NXDOMAIN", []),
        ("nxdomain", "HTTPS", "NXDOMAIN", []),
        ("refused", "A", "REFUSED", []),
        ("refused", "SVCB", "REFUSED", []),
    ],
)
def test_a_blocked_name_is_answered_as_set_for_every_type(
    way: Blocked, qtype: str, code: str, answers: list[str]
) -> None:
    for edns in (False, True):
        reply = blocked(question("www.bad.test", qtype, edns=edns), way, 10)
        assert rcode(reply) == code
        assert content(reply) == answers
        assert explained(reply) == (Ede.BLOCKED if edns else None)
        read = parsed(reply)
        assert {one.ttl for one in (*read.rr, *read.auth)} <= {10}
        if way != "refused" and not answers:
            assert len(read.auth) == 1  # the SOA, so that the denial can be remembered


def test_a_denial_is_spoken_for_by_the_name_above() -> None:
    assert str(parsed(no_such_name(question("mask.icloud.com"))).auth[0].rname) == "icloud.com."
    assert str(parsed(no_such_name(question("onion"))).auth[0].rname) == "."
    assert str(parsed(blocked(question("."), "nxdomain", 5)).auth[0].rname) == "."


def test_localhost_is_this_machine() -> None:
    assert content(loopback(question("localhost"))) == ["A 127.0.0.1"]
    assert content(loopback(question("localhost", "AAAA"))) == ["AAAA ::1"]
    assert content(loopback(question("localhost", "MX"))) == []


def test_any_is_answered_with_next_to_nothing() -> None:
    reply = any_type(question("a.test", "ANY", edns=True))
    assert content(reply) == ['HINFO "RFC8482" ""'] or len(parsed(reply).rr) == 1
    assert len(reply) < 80


def test_failures_say_why() -> None:
    assert rcode(refused(question("a.test"))) == "REFUSED"
    for why in (Ede.OTHER, Ede.NETWORK_ERROR, Ede.NO_REACHABLE_AUTHORITY):
        reply = failed(question("a.test", edns=True), why)
        assert (rcode(reply), explained(reply)) == ("SERVFAIL", why)
    assert explained(failed(question("a.test"), Ede.OTHER)) is None
