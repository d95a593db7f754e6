"""What upstream resolvers send: read by us, read back by dnslib."""

from typing import Any

import pytest
from dnslib import (
    AAAA,
    CNAME,
    EDNS0,
    HTTPS,
    MX,
    NS,
    QTYPE,
    RD,
    RR,
    SOA,
    A,
    DNSHeader,
    DNSQuestion,
    DNSRecord,
)
from hypothesis import given
from hypothesis import strategies as st

from dns_filter.received import Answer, is_for, read_answer, stripped
from dns_filter.wire import MalformedError
from tests.dns_filter.packets import packet, parsed, question


def sent(name: str, *found: RR, qtype: str = "A", rcode: int = 0, **more: list[RR]) -> bytes:
    header = DNSHeader(id=1, qr=1, ra=1, rcode=rcode)
    asked = DNSQuestion(name, getattr(QTYPE, qtype))
    record = DNSRecord(header, q=asked, rr=list(found), **more)
    return bytes(record.pack())


def address(name: str, ttl: int = 300) -> RR:
    return RR(name, QTYPE.A, ttl=ttl, rdata=A("192.0.2.1"))


def denial(ttl: int = 900, minimum: int = 60) -> list[RR]:
    soa = SOA("ns.test", "hostmaster.test", (1, 2, 3, 4, minimum))
    return [RR("test", QTYPE.SOA, ttl=ttl, rdata=soa)]


def kept(message: bytes, now: float = 1000.0) -> Answer:
    return read_answer(message, now)


def test_an_answer_is_given_as_it_came_with_the_askers_own_id_and_spelling() -> None:
    answer = kept(sent("www.test", address("www.test"), address("www.test", 60)))
    reply = answer.reply(question("WwW.test", ident=9), 1000.0, 512)
    read = parsed(reply)
    assert read.header.id == 9
    assert b"\3WwW\4test" in reply
    assert [(one.ttl, str(one.rdata)) for one in read.rr] == [(300, "192.0.2.1"), (60, "192.0.2.1")]
    assert not read.ar


def test_times_to_live_run_down_and_never_below_zero() -> None:
    answer = kept(sent("a.test", address("a.test", 300), address("a.test", 60)))
    assert answer.lifetime == 60
    assert answer.dies == 1060.0
    for now, left in (
        (1000.9, [300, 60]),
        (1010.2, [290, 50]),
        (1010.9, [290, 50]),
        (1100.0, [200, 0]),
    ):
        assert [one.ttl for one in parsed(answer.reply(question("a.test"), now, 512)).rr] == left


@pytest.mark.parametrize(
    ("message", "lifetime"),
    [
        (sent("a.test", rcode=3, auth=denial(900, 60)), 60),
        (sent("a.test", rcode=3, auth=denial(30, 60)), 30),
        (sent("a.test", auth=denial(90_000, 90_000)), 3600),
        (sent("a.test", rcode=3), 0),
        (sent("a.test", rcode=2), 0),
        (sent("a.test", address("a.test", 0)), 0),
        (sent("a.test", address("a.test", 1 << 31)), 0),
        (sent("a.test", address("a.test", 999_999)), 86_400),
        (sent("a.test", address("a.test", 300), ar=[EDNS0(udp_len=1232)]), 300),
    ],
)
def test_how_long_an_answer_is_kept(message: bytes, lifetime: int) -> None:
    assert kept(message).lifetime == lifetime


def test_the_upstreams_opt_goes_and_ours_comes_for_those_who_ask() -> None:
    last = sent("a.test", address("a.test"), ar=[EDNS0(udp_len=4096)])
    amid = sent("a.test", address("a.test"), ar=[EDNS0(udp_len=4096), address("ns.test")])
    for message, others in ((last, 0), (amid, 1)):
        answer = kept(message)
        assert len(parsed(answer.reply(question("a.test"), 1000.0, 512)).ar) == others
        assert (
            len(parsed(answer.reply(question("a.test", edns=True), 1000.0, 512)).ar) == others + 1
        )


def test_an_answer_too_long_for_the_asker_is_cut_and_over_tcp_is_whole() -> None:
    answer = kept(sent("a.test", *(address("a.test") for _ in range(60))))
    cut = parsed(answer.reply(question("a.test"), 1000.0, 512))
    assert cut.header.tc
    assert not cut.rr
    assert len(parsed(answer.reply(question("a.test"), 1000.0, 65_535)).rr) == 60


def test_the_names_an_answer_leads_to_are_known() -> None:
    service = HTTPS(1, [b"svc", b"test"], [])
    answer = kept(
        sent(
            "a.test",
            RR("a.test", QTYPE.CNAME, rdata=CNAME("B.test"), ttl=9),
            RR("b.test", QTYPE.CNAME, rdata=CNAME("c.b.test"), ttl=9),
            RR("c.b.test", QTYPE.HTTPS, rdata=service, ttl=9),
            RR("c.b.test", QTYPE.HTTPS, rdata=HTTPS(1, [], []), ttl=9),
            RR("c.b.test", QTYPE.MX, rdata=MX("mail.test"), ttl=9),
            auth=[RR("test", QTYPE.NS, rdata=NS("ns.test"), ttl=9)],
        )
    )
    assert answer.targets == ("b.test", "c.b.test", "svc.test")


def serving(*content: bytes, **more: Any) -> bytes:
    found = (RR("a.test", QTYPE.HTTPS, rdata=RD(b"\0\1\0" + one), ttl=9) for one in content)
    return sent("a.test", *found, qtype="HTTPS", **more)


HINT_4 = b"\0\4\0\x08\xc0\0\2\5\xc0\0\2\6"
HINT_6 = b"\0\6\0\x10" + bytes.fromhex("20010db8") + bytes(11) + b"\7"
GLUE = [RR("ns.test", QTYPE.NS, rdata=NS("ns.test"), ttl=9), address("ns.test")]


@pytest.mark.parametrize(
    ("message", "addresses"),
    [
        (sent("a.test", address("a.test"), address("a.test", 60)), ("192.0.2.1",)),
        (
            sent(
                "a.test",
                RR("a.test", QTYPE.CNAME, rdata=CNAME("b.test"), ttl=9),
                RR("b.test", QTYPE.AAAA, rdata=AAAA("2001:db8::1"), ttl=9),
                RR("b.test", QTYPE.AAAA, rdata=AAAA("::ffff:c000:203"), ttl=9),
            ),
            ("2001:db8::1", "::ffff:192.0.2.3"),
        ),
        (sent("a.test", auth=GLUE[:1], ar=GLUE[1:]), ()),
        (serving(HINT_4 + HINT_6), ("192.0.2.5", "192.0.2.6", "2001:db8::7")),
        (serving(HINT_4 + b"\0\5\0\2\0\1"), ("192.0.2.5", "192.0.2.6")),
        (serving(b"", HINT_6, ar=[address("a.test")]), ("2001:db8::7", "192.0.2.1")),
    ],
)
def test_the_addresses_an_answer_leads_to_are_known(
    message: bytes, addresses: tuple[str, ...]
) -> None:
    assert kept(message).addresses == addresses


@pytest.mark.parametrize(
    "message",
    [
        serving(b"\0\4\0\3\xc0\0\2"),
        serving(b"\0\4\0\0"),
        sent("a.test", RR("a.test", QTYPE.A, rdata=RD(b"\xc0\0\2"), ttl=9)),
        sent(
            "a.test",
            *(
                RR("a.test", QTYPE.A, rdata=A(f"192.0.{n >> 8}.{n & 255}"), ttl=9)
                for n in range(257)
            ),
        ),
    ],
)
def test_addresses_that_cannot_be_read_or_are_too_many_are_no_answer(message: bytes) -> None:
    with pytest.raises(MalformedError):
        kept(message)


ALPN = b"\0\1\0\3\2h2"
HINT = b"\0\4\0\4\xc0\0\2\1"
ECH = b"\0\5\0\4\xde\xad\xbe\xef"


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"\0\1\0" + ALPN + ECH, b"\0\1\0" + ALPN),
        (b"\0\1\3svc\0" + ALPN + HINT + ECH, b"\0\1\3svc\0" + ALPN + HINT),
        (b"\0\1\0" + b"\0\0\0\2\0\5" + ECH, b"\0\1\0"),
        (b"\0\1\0" + b"\0\0\0\4\0\1\0\5" + ALPN + ECH, b"\0\1\0" + b"\0\0\0\2\0\1" + ALPN),
        (b"\0\1\0" + b"\0\0\0\2\0\1" + ALPN, b"\0\1\0" + b"\0\0\0\2\0\1" + ALPN),
        (b"\0\0\3svc\0", b"\0\0\3svc\0"),
    ],
)
def test_ech_is_taken_out_and_nothing_else(content: bytes, left: bytes) -> None:
    assert stripped(content) == left


@pytest.mark.parametrize(
    "content", [b"", b"\0\1", b"\0\1\3sv", b"\0\1\0\0\5\0", b"\0\1\0\0\5\0\4\1"]
)
def test_broken_service_parameters_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        stripped(content)


@pytest.mark.parametrize("qtype", ["HTTPS", "SVCB"])
def test_no_ech_reaches_an_asker(qtype: str) -> None:
    kind = getattr(QTYPE, qtype)
    message = sent(
        "a.test",
        RR("a.test", kind, rdata=RD(b"\0\1\0" + ALPN + ECH), ttl=60),
        RR("b.a.test", kind, rdata=RD(b"\0\1\0" + ALPN), ttl=60),
        address("c.b.a.test"),
        qtype=qtype,
        ar=[EDNS0(udp_len=1232)],
    )
    reply = kept(message).reply(question("a.test", qtype), 1000.0, 1232)
    assert b"\xde\xad\xbe\xef" not in reply
    read = parsed(reply)
    assert [str(one.rname) for one in read.rr] == ["a.test.", "b.a.test.", "c.b.a.test."]
    assert str(read.rr[2].rdata) == "192.0.2.1"


def test_only_an_answer_to_the_very_question_is_heard() -> None:
    message = sent("A.test", address("a.test"))
    asked = question("a.test").raw
    assert is_for(message, asked)
    assert not is_for(message, question("b.test").raw)
    assert not is_for(message, question("a.test", "AAAA").raw)
    assert not is_for(packet("a.test"), asked)
    assert not is_for(message[:20], asked)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        packet("a.test"),  # a question
        sent("a.test", address("a.test"))[:-1],
        sent("a.test", RR("a.test", QTYPE.HTTPS, rdata=RD(b"\0\1\0\0\5\0\4\1"), ttl=60)),
        sent("a.test", RR("a.test", QTYPE.CNAME, rdata=RD(b"\xc0\xff"), ttl=60)),
        sent("a.test", RR("a.test", QTYPE.MX, rdata=RD(b"\xff"), ttl=60),
             RR("a.test", QTYPE.HTTPS, rdata=RD(b"\0\1\0" + ECH), ttl=60)),
        sent("a.test", rcode=3, auth=[RR("test", QTYPE.SOA, rdata=RD(b"\0"), ttl=60)]),
    ],
)  # fmt: skip
def test_a_broken_answer_is_refused_and_not_passed_on(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        kept(bad)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(noise: bytes) -> None:
    head = sent("a.test", address("a.test"))[:12]
    for message in (noise, head + noise, head + question("a.test").raw + noise):
        try:
            answer = kept(message)
        except MalformedError:
            continue
        answer.reply(question("a.test"), 1500.0, 512)
