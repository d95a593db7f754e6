"""What is known of a source: its columns, and how the last try went."""

from dataclasses import replace
from datetime import UTC, datetime

from safeguard.core.roll_columns import Column
from safeguard.store import people_sources
from safeguard.store.people_sources import Source
from safeguard.store.session import Store

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_source_that_was_never_asked_is_as_new(any_store: Store) -> None:
    assert people_sources.source(any_store, "ldap") == Source("ldap")
    assert people_sources.sources(any_store) == []


def test_how_it_stands_is_kept(any_store: Store) -> None:
    one = Source("ldap", "cursor", "print", 5, "", NOW, NOW, NOW)
    people_sources.put(any_store, one)
    people_sources.put(any_store, replace(one, trouble="it is away"))
    assert people_sources.sources(any_store) == [replace(one, trouble="it is away")]


def test_columns_are_kept_beside_that(any_store: Store) -> None:
    mapped = {Column.NAME: ("Förename", "Surname"), Column.ID: ("Adno",)}
    people_sources.keep_columns(any_store, "pupils", mapped)
    people_sources.put(any_store, Source("pupils", people=3))
    assert people_sources.columns(any_store, "pupils") == mapped
    assert people_sources.source(any_store, "pupils").people == 3
    assert people_sources.columns(any_store, "staff") == {}
