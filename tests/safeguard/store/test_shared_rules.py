"""Rules that nodes share: whole or not at all, the first of two, and the last three."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from safeguard.store.session import Store
from safeguard.store.shared_rules import KEPT, Shared, latest, parts_of, put
from safeguard.store.tables.nodes import SharedRulesPartRow, SharedRulesRow

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


def rules(number: int, node: str = "n" * 32) -> Shared:
    return Shared(number, f"{number:032x}", node, digest="d" * 64)


def test_at_first_there_are_none(any_store: Store) -> None:
    assert latest(any_store) == Shared()


def test_what_was_put_is_found_part_by_part(any_store: Store) -> None:
    assert put(any_store, rules(1), [b"one", b"two"], NOW)
    found = latest(any_store)
    assert (found.number, found.fingerprint, found.parts) == (1, f"{1:032x}", 2)
    assert list(parts_of(any_store, found)) == [b"one", b"two"]


def test_rules_that_come_second_are_refused(any_store: Store) -> None:
    assert put(any_store, rules(1), [b"one"], NOW)
    assert not put(any_store, rules(1, "m" * 32), [b"other"], NOW)
    assert not put(any_store, rules(3), [b"a leap"], NOW)
    assert list(parts_of(any_store, latest(any_store))) == [b"one"]


def test_of_two_at_once_one_is_refused(any_store: Store) -> None:
    together = Barrier(2)
    done: list[bool] = []

    def share(node: str) -> None:
        together.wait()
        done.append(put(any_store, rules(1, node), [node.encode()] * 3, NOW))

    threads = [Thread(target=share, args=(node,)) for node in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    found = latest(any_store)
    assert list(parts_of(any_store, found)) == [found.node.encode()] * 3


def test_what_breaks_off_leaves_nothing(any_store: Store) -> None:
    def broken() -> Iterator[bytes]:
        yield b"one"
        raise OSError("the disk failed")

    with pytest.raises(OSError, match="failed"):
        put(any_store, rules(1), broken(), NOW)
    assert latest(any_store) == Shared()


def test_the_last_three_are_kept(any_store: Store) -> None:
    for number in range(1, KEPT + 3):
        assert put(any_store, rules(number), [b"x"], NOW)
    with any_store.reading() as session:
        for row in (SharedRulesRow, SharedRulesPartRow):
            assert session.scalar(select(func.count()).select_from(row)) == KEPT
    first = Shared(1, f"{1:032x}", "", parts=1)
    assert list(parts_of(any_store, first)) == []
