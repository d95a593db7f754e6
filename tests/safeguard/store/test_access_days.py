"""Each day is a place of its own, made when it is needed and made once."""

from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

from sqlalchemy import func, select

from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.store import access
from safeguard.store.access_days import (
    VISITS,
    day_open,
    day_written,
    days,
    drop_before,
    prepare_day,
)
from safeguard.store.session import Store
from tests.safeguard.samples import ALLOWED, NOW, PLACE, PUPIL

DAY = date(2026, 3, 4)
ONE = Visits((visit_of(PUPIL, PLACE, ALLOWED, visit_id(NOW, b"")),))


def test_before_anything_is_written_there_is_no_day(any_store: Store) -> None:
    assert days(any_store) == []
    assert drop_before(any_store, DAY) == []


def test_a_day_is_made_once_whoever_comes_first(any_store: Store) -> None:
    together = Barrier(4)

    def make() -> None:
        together.wait()
        for number in range(3):
            prepare_day(any_store, DAY + timedelta(days=number))

    makers = [Thread(target=make) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    made = 0 if any_store.engine.dialect.name == "sqlite" else 3  # a file is made by its first row
    assert len(days(any_store)) == made


def test_a_day_is_read_where_it_was_written(any_store: Store) -> None:
    prepare_day(any_store, DAY)
    with any_store.writing() as session, day_written(any_store, session.connection(), DAY) as day:
        assert day.scalar(select(func.count()).select_from(VISITS)) == 0
    with day_open(any_store, DAY) as connection:
        assert connection is not None
        assert connection.scalar(select(func.count()).select_from(VISITS)) == 0
    assert days(any_store) == [DAY]


def test_files_that_are_no_days_are_left_alone(any_store: Store) -> None:
    if any_store.engine.dialect.name != "sqlite":
        return
    access.make_room(any_store, [ONE])
    with any_store.writing() as session:
        access.take_in(any_store, session.connection(), [ONE])
    (file,) = any_store_files(any_store)
    other = file.with_name("notes.sqlite")
    other.write_bytes(b"")
    assert days(any_store) == [DAY]
    drop_before(any_store, date(2100, 1, 1))
    assert any_store_files(any_store) == [other]


def any_store_files(store: Store) -> list[Path]:
    return sorted(Path(store.engine.url.database or "").parent.joinpath("access").iterdir())
