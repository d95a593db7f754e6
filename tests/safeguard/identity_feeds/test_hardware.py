"""Hardware addresses come in many spellings, and in one out of here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.identity_feeds.hardware import is_random, mac_of

ONE = "02:00:00:aa:bb:cc"


@pytest.mark.parametrize(
    "written",
    [
        "02:00:00:aa:bb:cc",
        "02-00-00-AA-BB-CC",
        "0200.00aa.bbcc",
        "020000aabbcc",
        " 02:00:00:AA:BB:CC ",
        "02-00-00-AA-BB-CC:School WiFi",
    ],
)
def test_every_spelling_of_one_is_that_one(written: str) -> None:
    assert mac_of(written) == ONE


@pytest.mark.parametrize(
    "written",
    ["", "jo", "02:00:00:aa:bb", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"],
)
def test_what_no_device_has_is_none(written: str) -> None:
    assert mac_of(written) == ""


def test_a_drawn_address_shows_itself() -> None:
    assert [is_random(mac) for mac in (ONE, "00:1b:21:00:00:01", "")] == [True, False, False]


@given(st.text())
def test_any_text_gives_an_address_that_stays_itself(text: str) -> None:
    assert mac_of(mac_of(text)) == mac_of(text)
