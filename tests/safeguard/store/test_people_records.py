"""Lines of an import: one spelling for an address, and what is wrong with a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.store.people_records import PersonRecord, canonical_address, problems_in


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10.0.0.1", "10.0.0.1"),
        (" 10.0.0.1 ", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:0DB8::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.256", None),
        ("10.0.0.0/24", None),
        ("a.example", None),
        ("", None),
    ],
)
def test_an_address_has_one_spelling(text: str, canonical: str | None) -> None:
    assert canonical_address(text) == canonical


@given(st.ip_addresses())
def test_the_one_spelling_stays(address: object) -> None:
    one = canonical_address(str(address))
    assert one is not None
    assert canonical_address(one) == one


def test_what_is_wrong_with_a_line_is_said_with_its_number() -> None:
    records = [
        PersonRecord(2, "Ann Example", "primary", "10.0.0.1"),
        PersonRecord(3, "", ""),
        PersonRecord(4, "Ben Example", "prmary"),
        PersonRecord(5, "Cat Other", "staff", "10.0.0"),
        PersonRecord(6, "Dan Other", "staff", "::ffff:10.0.0.1"),
    ]
    assert [
        (one.line, one.says) for one in problems_in(records, "f.csv", {"primary", "staff"})
    ] == [
        (3, "the name is missing"),
        (3, "the group is missing"),
        (4, "no group “prmary”: there are primary, staff"),
        (5, "“10.0.0” is not an IP address"),
        (6, "10.0.0.1 stands on line 2 already"),
    ]
