"""The number that tells workers that something changed."""

from safeguard.store import generation
from safeguard.store.generation import LOOK_AGAIN, Watch
from safeguard.store.session import Store
from tests.system.filter import until


def bump(store: Store) -> None:
    with store.writing() as session:
        generation.bump(session)


def test_it_grows_by_one_a_change(any_store: Store) -> None:
    before = generation.current(any_store)
    bump(any_store)
    assert generation.current(any_store) == before + 1


def test_a_watch_knows_of_each_change(any_store: Store) -> None:
    watch = Watch(any_store, lambda: 0.0)
    assert watch.number() == 1
    bump(any_store)
    bump(any_store)
    until(lambda: watch.number() == 3, what="word of the changes")
    watch.close()


def test_a_watch_does_not_ask_while_nothing_is_told_but_looks_again_in_time(
    any_store: Store,
) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    now = 0.0
    watch = Watch(any_store, lambda: now)
    assert (watch.number(), watch.number()) == (1, 1)
    with any_store.writing() as session:
        session.connection().exec_driver_sql("UPDATE generation SET number = 5")  # and says nothing
    assert watch.number() == 1
    now += LOOK_AGAIN
    assert watch.number() == 5
    watch.close()
