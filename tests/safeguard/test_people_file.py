"""A roll as schools export it: read whole, or refused with the line that must be mended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard import people_file
from safeguard.people_file import records_of
from safeguard.store.people_records import PersonRecord


def test_each_line_is_a_person_with_or_without_a_device() -> None:
    content = b"\xef\xbb\xbfName,Group,Address,Device\r\nAda, Primary ,10.0.0.5,Laptop\r\n\r\nBen,staff\r\n"
    assert records_of(content) == (
        [PersonRecord(2, "Ada", "primary", "10.0.0.5", "Laptop"), PersonRecord(4, "Ben", "staff")],
        (),
    )


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "must name the columns: name,group,address,device"),
        (b"name;group\nAda;primary\n", 1, "must name the columns"),
        (b"group,name\n", 1, "must name the columns"),
        ("name,group\nAda,primary\n".encode("utf-16"), 1, "is not UTF-8 text"),
        (b"name,group\nAda,primary\nZo\xeb,primary\n", 3, "is not UTF-8 text"),
        (b"name,group\nAda,primary,10.0.0.5\n", 2, "has 3 cells: the first line has 2"),
        (b'name,group\n"Ada,primary\n', 2, "cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line_and_the_mend(
    content: bytes, line: int, says: str
) -> None:
    records, problems = records_of(content, "roll.csv")
    assert records == []
    assert (problems[0].file, problems[0].line) == ("roll.csv", line)
    assert says in problems[0].says


def test_a_file_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_file, "MOST_LINES", 2)
    records, problems = records_of(b"name,group\n" + b"Ada,primary\n" * 5)
    assert len(records) == 2
    assert problems[0].line == 4


@given(st.binary(max_size=200))
def test_no_bytes_raise(content: bytes) -> None:
    records_of(b"name,group\n" + content)
