"""Questions and answers as bytes: what arrives is read, whatever it is."""

from contextlib import suppress

import pytest
from dnslib import QTYPE, DNSRecord
from hypothesis import example, given
from hypothesis import strategies as st

from dns_filter.wire import (
    MalformedError,
    Question,
    Rcode,
    opt,
    option,
    put_together,
    question_end,
    read_name,
    read_question,
    records,
    refusal,
    truncated,
)
from tests.dns_filter.packets import packet, parsed, question

HEAD = b"\0\7\1\0\0\1\0\0\0\0\0\0"
labels = st.lists(st.binary(min_size=1, max_size=63), min_size=1, max_size=8).filter(
    lambda found: sum(len(one) + 1 for one in found) < 255
)


def named(parts: list[bytes]) -> bytes:
    return b"".join(bytes((len(one),)) + one for one in parts) + b"\0"


def test_a_question_is_read_as_asked_and_judged_in_lower_case() -> None:
    asked = question("WWW.Example.COM", "AAAA")
    assert asked.host == "www.example.com"
    assert asked.raw.startswith(b"\3WWW\7Example\3COM\0")
    assert asked.name == b"\3www\7example\3com\0"
    assert (asked.qtype, asked.qclass, asked.id) == (28, 1, b"\0\7")


@pytest.mark.parametrize(
    ("name", "host"),
    [
        (b"\4a.bc\3com\0", "a\\046bc.com"),
        (b"\2\xc3\xa9\4test\0", "\\195\\169.test"),
        (b"\4_dns\4test\0", "_dns.test"),
        (b"\3a b\4TEST\0", "a\\032b.test"),
        (b"\0", ""),
    ],
)
def test_odd_bytes_cannot_pose_as_another_name(name: bytes, host: str) -> None:
    read = read_question(HEAD + name + b"\0\1\0\1")
    assert isinstance(read, Question)
    assert read.host == host


def test_what_the_asker_can_take_is_read_from_edns() -> None:
    asked = question("a.test", edns=True, size=4096, flags="do")
    assert asked.edns is not None
    assert (asked.edns.size, asked.edns.dnssec, asked.size) == (4096, True, 1232)
    assert question("a.test", edns=True, size=100).size == 512
    assert question("a.test").size == 512


def test_dnssec_and_checking_disabled_are_answers_of_their_own() -> None:
    plain = question("a.test", edns=True)
    assert plain.key == question("A.test").key
    assert plain.key != question("a.test", edns=True, flags="do").key
    asked = packet("a.test")
    unchecked = read_question(asked[:3] + b"\x10" + asked[4:])
    assert isinstance(unchecked, Question)
    assert unchecked.key != plain.key


EDNS_1 = b"\0\0\x29\4\xd0\0\1\0\0\0\0"
OPT = b"\0\0\x29\4\xd0\0\0\0\0\0\0"
NAME = b"\4test\0\0\1\0\1"


@pytest.mark.parametrize(
    ("bad", "verdict"),
    [
        (b"", None),
        (HEAD[:11], None),
        (b"\0\7\x81\0" + HEAD[4:] + NAME, None),  # an answer
        (b"\0\7\x20\0" + HEAD[4:] + NAME, Rcode.NOTIMP),  # NOTIFY
        (b"\0\7\x28\0" + HEAD[4:] + NAME, Rcode.NOTIMP),  # UPDATE
        (HEAD, Rcode.FORMERR),  # no question after all
        (b"\0\7\1\0" + bytes(8), Rcode.FORMERR),  # no question
        (b"\0\7\1\0\0\2" + bytes(6) + NAME + NAME, Rcode.FORMERR),
        (HEAD + b"\xc0\x0c\0\1\0\1", Rcode.FORMERR),  # a pointer
        (HEAD + b"\x40" + bytes(70), Rcode.FORMERR),  # a label of 64
        (HEAD + b"\x3f" + bytes(10), Rcode.FORMERR),  # cut
        (HEAD + (b"\x3f" + b"a" * 63) * 4 + b"\0\0\1\0\1", Rcode.FORMERR),  # 257 bytes
        (HEAD + b"\4test\0\0\1", Rcode.FORMERR),
        (HEAD + NAME + b"x", Rcode.FORMERR),  # more than it says
        (HEAD[:11] + b"\1" + NAME, Rcode.FORMERR),  # less than it says
        (HEAD[:11] + b"\2" + NAME + OPT + OPT, Rcode.FORMERR),
        (HEAD[:11] + b"\1" + NAME + b"\1a" + OPT, Rcode.FORMERR),  # OPT of a name
        (HEAD[:11] + b"\1" + NAME + OPT[:-1] + b"\1", Rcode.FORMERR),
        (HEAD[:11] + b"\1" + NAME + EDNS_1, Rcode.BADVERS),
    ],
)
def test_a_packet_that_is_no_question_gets_its_code_or_silence(
    bad: bytes, verdict: Rcode | None
) -> None:
    assert read_question(bad) == verdict


@given(st.binary(max_size=600))
@example(HEAD + b"\xc0\x0c")
@example(HEAD[:10] + b"\xff\xff" + NAME)
def test_no_bytes_raise(noise: bytes) -> None:
    read_question(noise)
    read_question(HEAD + noise)
    for message in (noise, HEAD + noise):
        with suppress(MalformedError):
            list(records(message))
    with suppress(MalformedError):
        read_name(noise, 0)


@given(labels)
def test_every_name_is_repeated_as_it_was_asked(parts: list[bytes]) -> None:
    asked = read_question(HEAD + named(parts) + b"\0\1\0\1")
    assert isinstance(asked, Question)
    reply = put_together(asked, Rcode.NOERROR, (0, 0, 0), b"")
    assert reply[12:] == named(parts) + b"\0\1\0\1"
    assert asked.host.count(".") == len(parts) - 1
    assert read_name(HEAD + named(parts), 12) == asked.host


def test_a_compressed_name_is_read_through_its_pointers() -> None:
    message = HEAD + b"\4test\0" + b"\3www\xc0\x0c" + b"\1a\xc0\x12"
    assert read_name(message, 24) == "a.www.test"


@pytest.mark.parametrize(
    "loop", [b"\xc0\x00", b"\xc0\x02\1a\xc0\x00", b"\1a\xc0\x00", b"\xc0\x05", b"\xc0", b"\x41a"]
)
def test_a_name_that_goes_round_or_nowhere_is_refused(loop: bytes) -> None:
    with pytest.raises(MalformedError):
        read_name(loop, 0)


def test_a_name_longer_than_names_may_be_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_name((b"\x3f" + b"a" * 63) * 4 + b"\0", 0)


def test_a_question_that_is_cut_has_no_end() -> None:
    with pytest.raises(MalformedError):
        question_end(HEAD + b"\4test\0\0\1")
    with pytest.raises(MalformedError):
        list(records(HEAD[:5] + b"\2" + HEAD[6:] + NAME))
    with pytest.raises(MalformedError):
        list(records(HEAD[:6] + b"\xff\xff" + HEAD[8:] + NAME))


def test_our_opt_is_for_those_who_sent_one_alone() -> None:
    assert opt(None) == b""
    asked = question("a.test", edns=True, flags="do")
    reply = put_together(asked, 0, (0, 0, 0), b"", opt(asked.edns, 0, option(15, b"\0\x0f")))
    (record,) = parsed(reply).ar
    assert QTYPE[record.rtype] == "OPT"
    assert record.get_do()
    assert record.edns_len == 1232


def test_a_reply_that_is_too_long_says_so() -> None:
    cut = parsed(truncated(question("a.test", edns=True), Rcode.NOERROR))
    assert cut.header.tc
    assert not cut.rr


def test_a_refusal_repeats_id_and_opcode() -> None:
    refused = DNSRecord.parse(refusal(b"\xab\xcd\x28\0" + bytes(8), Rcode.NOTIMP))
    assert (refused.header.id, refused.header.opcode, refused.header.rcode) == (0xABCD, 5, 4)
    bad_version = DNSRecord.parse(refusal(packet("a.test"), Rcode.BADVERS))
    assert bad_version.header.rcode == 0
    assert bad_version.ar[0].edns_rcode == 1
