"""Unicode's tests of names in other letters (UTS 46): what is a name is written as browsers do.

Browsers, and we with them, take some names that Unicode's strictest reading refuses. Such a
name has one spelling too, so a rule about it holds.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from filter_rules.hosts import canonical_host

_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}")


class Case(NamedTuple):
    """A name, how it is written in ASCII, and which of Unicode's demands it does not meet."""

    source: str
    ascii: str
    broken: str


def _cases(text: str) -> Iterator[Case]:
    for line in text.split("\n"):
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) > 1:
            source, unicode, unicode_broken, ascii_, broken, *_ = map(_text, fields)
            yield Case(
                source,
                (ascii_ or unicode or source).lower().removesuffix("."),
                (broken or unicode_broken).strip("[]"),
            )


def _text(field: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), field).strip('"')


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> list[Case]:
    made = list(_cases((shared_data / "vectors/idna/IdnaTestV2.txt").read_text(encoding="utf-8")))
    assert len(made) == 6391
    return made


def test_every_name_is_written_as_unicode_writes_it(cases: list[Case]) -> None:
    names = [case for case in cases if not case.broken]
    assert len(names) == 549
    assert [case for case in names if canonical_host(case.source) != case.ascii] == []


def test_what_is_taken_beyond_that_has_one_spelling(cases: list[Case]) -> None:
    taken = {canonical_host(case.source) for case in cases if case.broken} - {None}
    assert [host for host in taken if host and canonical_host(host) != host] == []


def test_what_is_taken_beyond_that_breaks_only_what_we_do_not_demand(cases: list[Case]) -> None:
    broken = [case for case in cases if case.broken]
    taken = [case for case in broken if canonical_host(case.source)]
    assert (len(broken), len(taken)) == (5842, 225)
    # An end dot; hyphens at the ends or amid; signs that are no letters: browsers demand none.
    lenient = {"A4_2", "V2", "V3", "U1"}
    # Letters from right to left beside others: ada, which reads hosts for us, is not so strict.
    directions = {"B1", "B5", "B6"}
    assert {one for case in taken for one in case.broken.split(", ")} == lenient | directions
