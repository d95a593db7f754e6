"""What is said in messages both ways: a table, and laws."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.typed.messages import typed_in_message
from filter_rules.types import Kind
from filter_rules.urls import Url, split

CASES = tomllib.loads((Path(__file__).parents[2] / "tables" / "messages.toml").read_text("utf-8"))[
    "case"
]
ANY = Url("wss", "unknown.test", 443, "/ws")


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_each_message_says_the_words_of_the_table(case: dict) -> None:
    url = split(case["url"])
    assert url is not None
    from_pupil = case.get("typed", False)
    for message in (case["message"], case["message"].encode()):
        found = typed_in_message(url, message, from_pupil=from_pupil)
        assert [one.words for one in found] == case["words"]
        assert {one.certain for one in found} <= {case.get("certain", True)}
        assert {one.kind for one in found} <= {Kind.CHAT if from_pupil else Kind.PAGE}


def test_a_text_of_several_lines_is_one_text() -> None:
    (one,) = typed_in_message(ANY, "see you\nat the lake", from_pupil=True)
    assert one.words == "see you\nat the lake"


def test_bits_are_put_together_and_longer_texts_stand_by_themselves() -> None:
    long = "a sentence that is long enough to stand alone"
    said = [{"content": "a bi"}, {"content": "t"}, {"id": "x1", "text": long}]
    events = "".join(f"data: {json.dumps(one)}\n\n" for one in said)
    (one,) = typed_in_message(ANY, events, from_pupil=False)
    assert one.words == f"a bit\n{long}"


def test_json_that_is_broken_is_read_by_its_strings() -> None:
    (one,) = typed_in_message(ANY, '{"msg": "see you at the lake', from_pupil=True)
    assert one.words == "see you at the lake"


@given(st.binary() | st.text(), st.booleans())
def test_no_message_raises(message: bytes | str, from_pupil: bool) -> None:  # noqa: FBT001  drawn
    for host in ("copilot.microsoft.com", "unknown.test", "chatgpt.com"):
        typed_in_message(Url("wss", host, 443, "/c/api/chat"), message, from_pupil=from_pupil)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<")), min_size=1))
def test_the_pieces_of_an_answer_are_put_together(pieces: list[str]) -> None:
    events = "".join(
        f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n" for piece in pieces
    )
    url = Url("https", "api.openai.com", 443, "/v1/chat/completions")
    found = typed_in_message(url, events, from_pupil=False)
    if "".join(pieces).strip():
        assert [one.words for one in found] == ["".join(pieces).strip()]


def test_a_hostile_message_is_read_in_bounded_time() -> None:
    for message in ("data:" * 200_000, "data: {\n" * 100_000, "\x1e" * 900_000, '["' * 400_000):
        for from_pupil in (True, False):
            typed_in_message(ANY, message, from_pupil=from_pupil)
