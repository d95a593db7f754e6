"""What is written as TOML is read back as it was, by another's reader."""

import tomllib
from datetime import UTC, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.toml_text import toml_of
from tests.safeguard.policy_samples import SHIPPED, tables

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.dates()
    | st.datetimes(timezones=st.just(UTC) | st.none())
)
VALUES = st.recursive(
    PLAIN, lambda one: st.lists(one, max_size=4) | st.dictionaries(TEXT, one, max_size=4)
)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_it_is_read_back_as_it_was(found: dict[str, Any]) -> None:
    assert tomllib.loads(toml_of(found)) == found


def test_a_policy_keeps_its_order_and_reads_like_one() -> None:
    text = toml_of(tables())
    assert tomllib.loads(text) == tables()
    assert list(tomllib.loads(text)["groups"]) == list(SHIPPED["groups"])
    assert '[[rule]]\nname = "everyone: learning and public information"\naction = "allow"' in text
    assert "never = [\n" in text


def test_a_time_of_day_is_written_and_what_toml_cannot_say_is_not() -> None:
    assert toml_of({"at": time(9, 30)}) == "at = 09:30:00\n"
    with pytest.raises(TypeError):
        toml_of({"nothing": None})
