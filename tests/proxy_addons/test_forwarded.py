"""An X-Forwarded-For is read from the right, as far as it was written by proxies we trust."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.forwarded import NOWHERE, client_behind

PEER = "10.0.0.1"


def trusted(address: str) -> bool:
    return address.startswith("10.0.0.")


@pytest.mark.parametrize(
    ("values", "client"),
    [
        ([], PEER),
        ([""], PEER),
        (["192.0.2.9"], "192.0.2.9"),
        (["192.0.2.66, 192.0.2.9"], "192.0.2.9"),  # the left was written by the client
        (["192.0.2.9, 10.0.0.2"], "192.0.2.9"),
        (["192.0.2.66", "192.0.2.9 , 10.0.0.2"], "192.0.2.9"),
        (["10.0.0.3, 10.0.0.2"], PEER),
        (["192.0.2.9:4711"], "192.0.2.9"),
        (['"[2001:DB8::9]:4711"'], "2001:db8::9"),
        (["2001:db8::9"], "2001:db8::9"),
        (["192.0.2.9, unknown"], NOWHERE),
        (["unknown, 192.0.2.9"], "192.0.2.9"),
        (["192.0.2.9, _hidden"], NOWHERE),
    ],
)
def test_the_client_is_who_the_nearest_trusted_proxy_saw(values: list[str], client: str) -> None:
    assert client_behind(PEER, values, trusted) == client


@given(st.text(max_size=60))
def test_nothing_that_a_client_writes_further_left_counts(written: str) -> None:
    values = [f"{written},192.0.2.9,10.0.0.2"]
    assert client_behind(PEER, values, trusted) == "192.0.2.9"
