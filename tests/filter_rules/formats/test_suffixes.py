"""Whole public suffixes; the list's own vectors are in tests/conformance/test_public_suffixes.py."""

import pytest

from filter_rules.formats.suffixes import is_public_suffix


@pytest.mark.parametrize(
    "host", ["com", "zip", "co.uk", "ac.uk", "foo.ck", "xn--55qx5d.cn", "x.se"]
)
def test_what_anyone_registers_names_below_is_a_suffix(host: str) -> None:
    assert is_public_suffix(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.com", "example.co.uk", "www.ck", "word", "192.0.2.1", "2001:db8::1",
        "github.io", "blogspot.com",  # let by companies: a list may well mean them
    ],
)  # fmt: skip
def test_a_site_is_none(host: str) -> None:
    assert not is_public_suffix(host)
