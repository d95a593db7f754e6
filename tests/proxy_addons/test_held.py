"""What is held back is judged once, and nothing of it is lost or shown too early."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.http import Response

from proxy_addons.held import Beginning, HeldResponse

PARTS = st.lists(st.binary(min_size=1, max_size=20), max_size=20)


def sent_by(beginning: Beginning, parts: Iterable[bytes]) -> bytes:
    sent = b""
    for part in (*parts, b""):
        out = beginning(part)
        sent += out if isinstance(out, bytes) else b"".join(out)
    return sent


@given(PARTS, st.integers(1, 50))
def test_what_may_pass_arrives_whole_and_is_asked_about_once(
    parts: list[bytes], limit: int
) -> None:
    asked: list[bytes] = []

    def may_pass(held: bytes) -> bool:
        asked.append(held)
        return True

    beginning = Beginning(limit, may_pass)
    assert sent_by(beginning, parts) == b"".join(parts)
    assert len(asked) == 1


@given(PARTS, st.integers(1, 50))
def test_of_what_may_not_pass_nothing_is_sent(parts: list[bytes], limit: int) -> None:
    assert sent_by(Beginning(limit, lambda _held: False), parts) == b""


def test_an_error_in_judging_sends_nothing() -> None:
    def fails(_held: bytes) -> bool:
        raise RuntimeError("a bug")

    assert sent_by(Beginning(1, fails), [b"a", b"b"]) == b""


def test_a_part_that_is_not_sent_yet_is_not_an_empty_part() -> None:
    """An empty part in the middle would end a chunked body."""
    assert Beginning(10, lambda _held: True)(b"abc") == []


def test_a_held_response_streams_through_its_beginning_or_not_at_all() -> None:
    beginning = Beginning(10, lambda _held: True)
    response = Response.make(200, b"x", {"a": "b"})
    held = HeldResponse.of(response, beginning)
    assert not held.stream
    assert held.headers == response.headers
    held.stream = True
    assert callable(held.stream)
    response.stream = True
    assert callable(HeldResponse.of(response, beginning).stream)
