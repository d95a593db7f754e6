"""The provider's test entries: asked for every group, and kept as evidence without an address."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from safeguard import sealed_testing
from safeguard.engine import Engine, open_engine
from safeguard.list_settings import Sealed
from safeguard.loading import shipped_groups
from safeguard.problems import UnusableError
from safeguard.sealed_imports import import_sealed
from safeguard.sealed_testing import QUARTER, Trial, complaint_about_test, last_test, run_test
from safeguard.settings import load
from tests.safeguard.sealed_samples import FEED, NOW, TELLING

EVIDENCE = Path("sealed/tests.jsonl")
type Opens = Callable[..., Engine]


@pytest.fixture
def opens(school: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opens]:
    """Open an engine whose settings name these test entries."""
    import_sealed(school, "test-list", FEED, NOW)
    monkeypatch.setenv("SAFEGUARD_SEALED__ORGANISATION", "A Provider Ltd")
    monkeypatch.setenv("SAFEGUARD_SEALED__MEMBERSHIP", "M-123")
    opened: list[Engine] = []

    def do(*entries: str) -> Engine:
        monkeypatch.setenv("SAFEGUARD_SEALED__TEST_ENTRIES", ",".join(entries))
        opened.append(open_engine(load(school)))
        return opened[-1]

    yield do
    for one in opened:
        one.close()


def test_entries_that_are_blocked_for_every_group_pass(opens: Opens, school: Path) -> None:
    engine = opens("whole-host-entry.test", "https://carrier.example/forbidden-album/7?x=1")
    tested = run_test(engine, NOW)
    assert tested == Trial(NOW, 2, (), ("test-list",))
    assert tested.passed
    assert tested.says() == "all 2 test entries are blocked for every group"
    assert last_test(school) == tested
    written = (school / EVIDENCE).read_bytes()
    assert not [word for word in TELLING if word in written]
    kept = json.loads(written)
    assert (kept["organisation"], kept["membership"]) == ("A Provider Ltd", "M-123")


def test_an_entry_that_is_open_to_anybody_fails_with_its_number(opens: Opens) -> None:
    tested = run_test(opens("whole-host-entry.test", "carrier.example", "://"), NOW)
    assert not tested.passed
    groups = tuple(shipped_groups())
    assert tested.open_to == ((2, groups), (3, groups))
    assert "(entry 2, entry 3)" in tested.says()


def test_without_an_entry_there_is_nothing_to_test(opens: Opens) -> None:
    with pytest.raises(UnusableError, match="name no test entry"):
        run_test(opens(), NOW)


def test_evidence_is_bounded_and_outlives_a_broken_line(
    opens: Opens, school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert last_test(school) is None
    engine = opens("whole-host-entry.test")
    monkeypatch.setattr(sealed_testing, "MOST_KEPT", 3)
    for number in range(5):
        run_test(engine, NOW + timedelta(days=number))
    assert len((school / EVIDENCE).read_text().splitlines()) == 3
    with (school / EVIDENCE).open("a") as file:
        file.write('{"at": "half a li\n{}\n')
    last = last_test(school)
    assert last is not None
    assert last.at == NOW + timedelta(days=4)


PASSED = Trial(NOW, 1)


@pytest.mark.parametrize(
    ("last", "days", "entries", "says"),
    [
        (None, 0, 0, ""),
        (None, 0, 1, "have not been asked yet"),
        (PASSED, 0, 1, ""),
        (PASSED, QUARTER.days, 1, ""),
        (PASSED, QUARTER.days + 1, 1, "older than a quarter of a year"),
        (PASSED, 0, 2, "at the last test all 1 test entries"),
        (Trial(NOW, 1, ((1, ("staff",)),)), 0, 1, "is not blocked by a sealed list"),
    ],
)
def test_what_is_wrong_with_the_test_is_said(
    last: Trial | None, days: int, entries: int, says: str
) -> None:
    sealed = Sealed(test_entries=("one.test", "two.test")[:entries])
    found = complaint_about_test(last, NOW + timedelta(days=days), sealed)
    assert says in found
    assert bool(says) == bool(found)
