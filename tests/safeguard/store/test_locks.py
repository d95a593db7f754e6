"""What only one transaction may do at a time."""

import threading

import pytest

from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store


@pytest.mark.parametrize("lock", Lock)
def test_a_second_transaction_waits_for_the_first(any_store: Store, lock: Lock) -> None:
    order: list[str] = []
    began = threading.Event()

    def second() -> None:
        began.wait()
        with any_store.writing() as session:
            one_at_a_time(session, lock)
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with any_store.writing() as session:
        one_at_a_time(session, lock)
        began.set()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_different_locks_do_not_wait_for_each_other(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return  # it has one writer
    with any_store.writing() as first, any_store.writing() as second:
        one_at_a_time(first, Lock.AUDIT)
        one_at_a_time(second, Lock.CONCERNS)
