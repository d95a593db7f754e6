"""What messages and answers have in common."""

from hypothesis import given
from hypothesis import strategies as st

from safeguard.notify.message import message_id, without_addresses


@given(st.lists(st.text(), min_size=1, unique=True))
def test_the_same_keys_are_the_same_message_in_any_order(keys: list[str]) -> None:
    assert message_id(keys) == message_id(reversed(keys))
    assert len(message_id(keys)) == 32


def test_other_keys_are_another_message() -> None:
    assert message_id(["a"]) != message_id(["b"])
    assert message_id(["a", "b"]) != message_id(["a"])


def test_an_answer_is_kept_short_on_one_line_and_without_addresses() -> None:
    said = without_addresses("550 <lead@school.example>:\r\n no\x00 such user " + "x" * 500)
    assert said.startswith("550 <(an address)>: no such user xxx")
    assert len(said) == 160
