"""What one node tells is heard by the others, once it is committed."""

import pytest
from sqlalchemy import text

from safeguard.store.session import AwayError, Store
from safeguard.store.signals import FIRST_WAIT, Listener, Topic, tell
from tests.safeguard.store.test_leadership import end_other_sessions

PATIENCE = 10.0


def test_on_sqlite_everybody_looks(any_store: Store) -> None:
    if any_store.engine.dialect.name == "postgresql":
        return
    listener = Listener(any_store, Topic.RULES)
    with any_store.writing() as session:
        tell(session, Topic.RULES, "1")
    assert listener.heard() is None
    listener.close()


def heard_until(listener: Listener, last: Topic) -> dict[Topic, str]:
    """Return all that is heard until something is of the last one: it may come bit by bit."""
    found: dict[Topic, str] = {}
    while last not in found:
        more = listener.heard(PATIENCE)
        assert more
        found |= more
    return found


def test_what_is_told_is_heard_by_all_who_listen(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    near = Listener(any_store, Topic.RULES, Topic.GENERATION)
    far = Listener(any_store, Topic.RULES)
    assert near.heard() is None, "all may have been missed before it listened"
    assert far.heard() is None
    with any_store.writing() as session:
        tell(session, Topic.RULES, "1")
        tell(session, Topic.RULES, "2")
        tell(session, Topic.GENERATION, "7")
    assert heard_until(near, Topic.GENERATION) == {Topic.RULES: "2", Topic.GENERATION: "7"}
    assert far.heard(PATIENCE) == {Topic.RULES: "2"}
    assert near.heard() == {}
    near.close()
    far.close()


def test_what_did_not_happen_is_not_heard_of(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    listener = Listener(any_store, Topic.RULES)
    listener.heard()
    with any_store.reading() as session:
        tell(session, Topic.RULES, "1")
        session.rollback()
    with any_store.writing() as session:
        tell(session, Topic.RULES, "2")
    assert listener.heard(PATIENCE) == {Topic.RULES: "2"}
    listener.close()


def test_a_lost_connection_is_said_and_heals(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    listener = Listener(any_store, Topic.RULES)
    listener.heard()
    end_other_sessions(any_store)
    with pytest.raises(AwayError):
        listener.heard(PATIENCE)
    assert listener.heard() is None
    with any_store.writing() as session:
        tell(session, Topic.RULES, "3")
    assert listener.heard(PATIENCE) == {Topic.RULES: "3"}
    listener.close()


def test_a_database_that_is_away_is_not_asked_all_the_time(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    now = 0.0
    listener = Listener(any_store, Topic.RULES, steady=lambda: now)
    away = any_store.engine.url.set(database="absent")
    there, any_store.engine.url = any_store.engine.url, away
    for _ in range(2):
        with pytest.raises(AwayError):
            listener.heard()
    any_store.engine.url = there
    with pytest.raises(AwayError):
        listener.heard()
    now += FIRST_WAIT
    assert listener.heard() is None
    listener.close()


def test_it_asks_for_nothing_while_it_hears_nothing(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    listener = Listener(any_store, Topic.RULES)
    listener.heard()
    with any_store.reading() as session:
        asked = text("SELECT query FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        listener.heard()
        assert session.scalar(asked) == "LISTEN safeguard_rules"
    listener.close()
