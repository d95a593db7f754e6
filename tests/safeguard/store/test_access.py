"""Whose visits, or to where, a day at a time: each visit once, and paths for who may read them."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from safeguard.core.types import Action, Subject, Target, Verdict
from safeguard.core.visits import Visit, Visits, path_of, visit_id, visit_of
from safeguard.store import access
from safeguard.store.access import WantedVisits, search
from safeguard.store.access_days import days, drop_before
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from tests.safeguard.samples import ALLOWED, NOW, PLACE, PUPIL, at, blocked

DAY = NOW.date()
OTHER = Subject("secondary", "10.0.0.8", "pupil-8", "tablet-8", "device")
NOBODY = Subject("unidentified", "10.9.9.9")
ALL = WantedVisits(person="pupil-7")


def visit(
    store: Store,
    second: float,
    subject: Subject = PUPIL,
    target: Target = PLACE,
    verdict: Verdict = ALLOWED,
) -> Visit:
    path = store.vault.seal(path_of(target, verdict).encode())
    made = visit_of(subject, target, verdict, visit_id(at(second), bytes(3)))
    return made._replace(path=path, times=3)


def bring(store: Store, *visits: Visit, position: int = 1) -> None:
    take_in(store, Batch("s", "proxy-0", position, [Visits(visits)]))


def test_a_visit_comes_out_as_it_went_in(any_store: Store) -> None:
    bring(any_store, visit(any_store, 0, verdict=blocked()))
    (found,) = search(any_store, ALL, DAY, paths=True).visits
    assert (found.person, found.device, found.address, found.group) == (
        "pupil-7", "tablet-7", "10.0.0.7", "primary",
    )  # fmt: skip
    assert (found.host, found.path, found.times, found.at) == (
        "casino.example", "/table/4", 3, NOW,
    )  # fmt: skip
    assert (found.action, found.category) == (Action.BLOCK, "gambling")


def test_paths_are_for_those_who_may_read_them(any_store: Store) -> None:
    bring(any_store, visit(any_store, 0))
    assert [one.path for one in search(any_store, ALL, DAY).visits] == [""]


def test_a_path_that_this_key_does_not_open_is_left_out(any_store: Store) -> None:
    bring(any_store, visit(any_store, 0)._replace(path=b"sealed with another key"))
    assert [one.path for one in search(any_store, ALL, DAY, paths=True).visits] == [""]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (WantedVisits(person="pupil-7"), [0, 1]),
        (WantedVisits(person="pupil-8"), [2]),
        (WantedVisits(person="pupil-9"), []),
        (WantedVisits(device="tablet-8"), [2]),
        (WantedVisits(address="10.9.9.9"), [3]),
        (WantedVisits(host="casino.example"), [0, 2, 3]),
        (WantedVisits(host="example"), []),
        (WantedVisits(person="pupil-7", host="b.example"), [1]),
        (WantedVisits(person="pupil-7", since=at(1)), [1]),
        (WantedVisits(person="pupil-7", until=at(1)), [0]),
    ],
)
def test_visits_are_found_by_whose_and_where_and_when(
    any_store: Store, wanted: WantedVisits, found: list[int]
) -> None:
    bring(
        any_store,
        visit(any_store, 0),
        visit(any_store, 1, target=Target("b.example")),
        visit(any_store, 2, OTHER),
        visit(any_store, 3, NOBODY),
    )
    seconds = [(one.at - NOW).seconds for one in search(any_store, wanted, DAY).visits]
    assert seconds == found[::-1]


def test_pages_follow_one_another_without_gap_or_repeat(any_store: Store) -> None:
    bring(any_store, *(visit(any_store, second) for second in range(25)))
    found, before = [], 0
    while True:
        page = search(any_store, ALL, DAY, before, 10)
        found += [(one.at - NOW).seconds for one in page.visits]
        before = page.older
        if not before:
            break
    assert found == list(range(24, -1, -1))


def test_visits_brought_again_in_any_cut_are_there_once(any_store: Store) -> None:
    every = [visit(any_store, second, subject) for second in range(9) for subject in (PUPIL, OTHER)]
    for cut in (4, 11, 18, 7):
        bring(any_store, *every[:cut])
        bring(any_store, *every[cut:], position=2)
    assert len(search(any_store, ALL, DAY).visits) == 9
    assert len(search(any_store, WantedVisits(person="pupil-8"), DAY).visits) == 9


def test_what_comes_before_midnight_is_of_the_day_before(any_store: Store) -> None:
    midnight = (NOW + timedelta(days=1)).replace(hour=0, minute=0)
    seconds = (midnight - NOW).total_seconds()
    bring(any_store, visit(any_store, seconds - 0.001), visit(any_store, seconds))
    assert days(any_store) == [DAY, DAY + timedelta(days=1)]
    for day in days(any_store):
        assert len(search(any_store, ALL, day).visits) == 1


def test_a_day_is_dropped_whole_and_the_others_stay(any_store: Store) -> None:
    for number in range(4):
        bring(any_store, visit(any_store, 86400 * number), position=number + 1)
    gone = drop_before(any_store, DAY + timedelta(days=3))
    assert gone == [DAY + timedelta(days=number) for number in range(3)]
    assert days(any_store) == [DAY + timedelta(days=3)]
    assert search(any_store, ALL, DAY).visits == ()
    assert drop_before(any_store, DAY + timedelta(days=3)) == []


def test_a_day_that_was_dropped_can_come_again(any_store: Store) -> None:
    for _ in range(2):
        bring(any_store, visit(any_store, 0))
        assert len(search(any_store, ALL, DAY).visits) == 1
        drop_before(any_store, date(2100, 1, 1))


def test_schools_that_share_a_database_are_told_apart() -> None:
    one = visit_of(PUPIL, PLACE, ALLOWED, 1)
    assert access._subject_id(1, one) != access._subject_id(2, one)


def test_a_failed_batch_leaves_no_visit_that_is_then_there_twice(any_store: Store) -> None:
    with any_store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE spool_positions RENAME TO elsewhere")
    with pytest.raises(Exception, match=r".+"):
        bring(any_store, visit(any_store, 0))
    with any_store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO spool_positions")
    bring(any_store, visit(any_store, 0))
    assert len(search(any_store, ALL, DAY).visits) == 1


def test_a_pupils_day_is_found_by_its_key_and_no_name_is_anywhere(any_store: Store) -> None:
    bring(any_store, visit(any_store, 0))
    if any_store.engine.dialect.name == "sqlite":
        (file,) = (
            Path(any_store.engine.url.database or "").parent.joinpath("access").glob("*.sqlite*")
        )
        assert b"/table/4" not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
        return
    with any_store.reading() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        query = "SELECT * FROM access_log WHERE day = '2026-03-04' AND subject = 1 ORDER BY id DESC"
        plan = "".join(str(row) for row in session.execute(text(f"EXPLAIN {query}")))
    assert "access_log_20260304" in plan
    assert "pkey" in plan
