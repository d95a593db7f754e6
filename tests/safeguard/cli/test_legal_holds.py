"""`safeguard cases hold`, `release` and `holds`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguard.settings import load
from safeguard.store import holds, schema
from safeguard.store.session import Store
from tests.safeguard.case_samples import AMY, BEN, CASE, lead, small_case
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.cli.test_on_record import told

REFERENCE = "C832-2222"
BY = ("--by", "lee@school.example")
WHY = ("--why", "The police asked on Monday.")

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    small_case(store)
    yield store
    store.close()


def of_holds(school: Path) -> list[tuple[str, str, str, str]]:
    return [row[:4] for row in told(school) if row[1] in {"held", "lifted"}]


def test_a_case_is_held_with_its_people_until_it_is_released(
    safeguard: Run, store: Store, school: Path
) -> None:
    ran = safeguard("cases", "hold", REFERENCE, *BY, *WHY)
    assert (ran.status, ran.out.split(":")[0]) == (0, "Hold 1 stands")
    assert (holds.cases_held(store), holds.people_held(store)) == ({CASE}, {AMY, BEN})
    assert safeguard("cases", "release", "1", *BY, "--why", "It is over.").out == (
        "Hold 1 is lifted.\n"
    )
    assert holds.people_held(store) == set()
    assert [row[1:] for row in of_holds(school)] == [
        ("held", "case", CASE), ("lifted", "case", CASE),
    ]  # fmt: skip
    (_, lifted) = (row for row in told(school) if row[1] in {"held", "lifted"})
    assert lifted[0].startswith("staff:")
    assert (lifted[4]["hold"], lifted[4]["why"]) == (1, "It is over.")
    assert str(lifted[4]["how"]).startswith("command line, as ")


def test_a_person_is_held_by_name_or_number(safeguard: Run, store: Store, school: Path) -> None:
    assert safeguard("cases", "hold", "--person", AMY, *BY, *WHY).status == 0
    assert holds.people_held(store) == {AMY}
    assert holds.cases_held(store) == {CASE}
    assert [row[1:] for row in of_holds(school)] == [("held", "person", AMY)]


@pytest.mark.usefixtures("store")
def test_the_list_shows_what_stands_and_not_why(safeguard: Run) -> None:
    assert safeguard("cases", "holds").out == "No legal hold stands.\n"
    assert safeguard("cases", "holds", "--json").out == ""
    for about in ((REFERENCE,), ("--person", AMY), (REFERENCE,)):
        safeguard("cases", "hold", *about, *BY, *WHY)
    safeguard("cases", "release", "3", *BY, *WHY)
    lines = safeguard("cases", "holds").out.splitlines()
    assert [line.partition("  ")[0] for line in lines] == ["1", "2"]
    assert lines[0].endswith(f"case {REFERENCE}")
    assert lines[1].endswith(f"person {AMY}")
    records = [json.loads(line) for line in safeguard("cases", "holds", "--json").out.splitlines()]
    assert [(one["hold"], one["case"], one["person"]) for one in records] == [
        (1, REFERENCE, ""), (2, "", AMY),
    ]  # fmt: skip
    assert "police" not in str(lines + records)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("hold", *BY, *WHY), "Give the reference of a case, or a person"),
        (("hold", REFERENCE, "--person", AMY, *BY, *WHY), "Give the reference of a case, or"),
        (("hold", "ZZZZ-9999", *BY, *WHY), "no case ZZZZ-9999"),
        (("hold", "--person", "Nobody", *BY, *WHY), "Nobody of that name"),
        (("hold", REFERENCE, *BY, "--why", " "), "say why"),
        (("hold", REFERENCE, "--by", "gus@school.example", *WHY), "no safeguarding lead"),
        (("release", "7", *BY, *WHY), "No hold 7 stands"),
        (("release", "7", *BY, "--why", ""), "say why"),
        (("release", "7", "--by", "gus@school.example", *WHY), "no safeguarding lead"),
    ],
)
def test_what_cannot_be_held_or_released_is_said(
    safeguard: Run, store: Store, school: Path, arguments: tuple[str, ...], says: str
) -> None:
    lead(store, "Gus Gone", active=False)
    ran = safeguard("cases", *arguments)
    assert (ran.status, says in ran.err) == (2, True), ran.err
    assert of_holds(school) == []
