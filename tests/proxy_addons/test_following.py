"""A stream is let go part by part, each judged with what was said just before it."""

import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.decoding import CannotDecodeError
from proxy_addons.following import MOST_HELD, NOTHING, Following, Said, decoder_of

NOTICE = b"data: stopped\n\n"


def words_of(events: bytes) -> str:
    return events.decode("utf-8", "replace").replace("data: ", "").replace("\n\n", "")


class Stream:
    """A stream in which nothing may be shown after "bad thing"."""

    def __init__(self, coding: str = "", notice: bytes = NOTICE) -> None:
        self.judged: list[str] = []
        self.cuts = 0
        self.follow = Following(decoder_of(coding), words_of, self._may, notice, self._cut)

    def send(self, *parts: bytes) -> bytes:
        return b"".join(self._one(part) for part in parts)

    def _one(self, part: bytes) -> bytes:
        left = self.follow(part)
        return left if isinstance(left, bytes) else b"".join(left)

    def _may(self, words: str) -> bool:
        self.judged.append(words)
        return "bad thing" not in words

    def _cut(self) -> None:
        self.cuts += 1


def test_what_may_be_shown_leaves_as_it_comes() -> None:
    stream = Stream()
    assert stream.send(b"data: one\n\n") == b"data: one\n\n"
    assert stream.send(b"data: two\n\n", b"") == b"data: two\n\n"
    assert stream.judged == ["one", "onetwo"]


def test_bits_of_a_word_are_judged_together_and_the_last_never_leaves() -> None:
    stream = Stream()
    events = [f"data: {bit}\n\n".encode() for bit in ("a ba", "d th", "ing", " more")]
    assert stream.send(*events) == events[0] + events[1] + NOTICE
    assert stream.cuts == 1


def test_of_an_event_that_is_not_whole_nothing_leaves() -> None:
    stream = Stream()
    assert stream.send(b"data: one\n\ndata: t") == b"data: one\n\n"
    assert stream.send(b"wo\n", b"\n") == b"data: two\n\n"
    assert stream.send(b"data: end") == b""
    assert stream.send(b"") == b"data: end"


def test_an_event_that_is_too_long_is_judged_as_far_as_it_is_there() -> None:
    stream = Stream()
    assert stream.send(b"x" * (MOST_HELD + 1)) == b"x" * (MOST_HELD + 1)
    assert stream.judged


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
    ],
)
def test_what_is_packed_is_read_and_ends_without_a_word(coding: str, pack: object) -> None:
    assert callable(pack)
    calm, stream = pack(b"data: one\n\n"), Stream(coding)
    assert stream.send(calm) == calm
    stream = Stream(coding)
    assert stream.send(pack(b"data: a bad thing\n\n")) == b""
    assert stream.cuts == 1


def test_what_cannot_be_unpacked_is_not_shown() -> None:
    stream = Stream("gzip")
    assert stream.send(b"no gzip", b"more") == b""
    assert stream.cuts == 2
    with pytest.raises(CannotDecodeError):
        decoder_of("rot13")
    with pytest.raises(CannotDecodeError):
        decoder_of("zstd")


def test_the_beginning_of_a_long_event_is_judged_too() -> None:
    stream = Stream()
    assert stream.send(b"data: a bad thing " + b"calm " * 400 + b"\n\n") == NOTICE


def test_every_member_of_what_is_packed_is_read() -> None:
    stream = Stream("gzip")
    both = gzip.compress(b"data: one\n\n") + gzip.compress(b"data: a bad thing\n\n")
    assert stream.send(both) == b""
    assert stream.cuts == 1


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_a_part_that_unpacks_to_more_than_is_read_does_not_leave(coding: str, pack: object) -> None:
    assert callable(pack)
    stream = Stream(coding)
    assert stream.send(pack(b"calm " * 400_000 + b"a bad thing\n\n")) == b""
    assert stream.cuts == 1


def test_lines_are_followed_too_and_end_without_a_word() -> None:
    stream = Stream(notice=b"")
    assert stream.send(b'{"a": "one"}\n{"a"') == b'{"a": "one"}\n'
    assert stream.send(b': "bad thing"}\n') == b""
    assert stream.cuts == 1


def test_only_what_was_said_of_late_is_kept() -> None:
    said = Said()
    for number in range(1000):
        said.add(f" bit {number}")
    assert len(said.text) == 1000
    assert said.add("a sentence that is long enough to stand alone").count("\n") == 1


@given(st.lists(st.binary(max_size=40)))
def test_whatever_comes_leaves_in_its_order_or_not_at_all(parts: list[bytes]) -> None:
    left = Stream().send(*(part for part in parts if part), b"")
    sent = b"".join(parts)
    assert left == sent or left.endswith(NOTICE)
    assert NOTHING == []
