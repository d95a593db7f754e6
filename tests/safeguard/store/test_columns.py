"""Column types that mean the same on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, type_coerce
from sqlalchemy.types import Text

from safeguard.store.columns import Instant, Tokens, escaped, holding
from safeguard.store.session import Store

SAMPLES = Table(
    "samples",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Instant()),
    Column("words", Tokens()),
)
NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def table(any_store: Store) -> Table:
    SAMPLES.create(any_store.engine)
    return SAMPLES


@pytest.mark.parametrize(
    "moment", [NOON, NOON.astimezone(timezone(timedelta(hours=13))), None], ids=str
)
def test_a_moment_comes_back_in_utc(
    any_store: Store, table: Table, moment: datetime | None
) -> None:
    with any_store.writing() as session:
        session.execute(insert(table).values(id=1, at=moment))
    with any_store.reading() as session:
        found = session.scalar(select(table.c.at))
    assert found == moment
    assert found is None or found.tzinfo is UTC


@pytest.mark.usefixtures("table")
def test_a_time_without_a_zone_is_refused(any_store: Store) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(Exception, match="without a zone"), any_store.writing() as session:
        session.execute(insert(SAMPLES).values(id=1, at=naive))


@pytest.mark.parametrize(
    ("words", "back"),
    [((), ()), (("one",), ("one",)), (("b", "a", "b"), ("b", "a", "b")), (("a|b",), ("a/b",))],
)
def test_tokens_come_back_in_order(
    any_store: Store, table: Table, words: tuple[str, ...], back: tuple[str, ...]
) -> None:
    with any_store.writing() as session:
        session.execute(insert(table).values(id=1, words=words))
    with any_store.reading() as session:
        assert session.scalar(select(table.c.words)) == back


def test_one_token_is_found_among_others_and_never_a_part_of_one(
    any_store: Store, table: Table
) -> None:
    with any_store.writing() as session:
        session.execute(insert(table).values(id=1, words=("social-media", "self_harm")))
        session.execute(insert(table).values(id=2, words=("social", "selfxharm")))
    column = type_coerce(table.c.words, Text())

    def ids(word: str) -> list[int]:
        query = select(table.c.id).where(column.like(holding(word), escape="\\"))
        with any_store.reading() as session:
            return list(session.scalars(query))

    assert ids("social") == [2]
    assert ids("social-media") == [1]
    assert ids("self_harm") == [1]
    assert ids("%") == []


def test_wildcards_are_made_plain() -> None:
    assert escaped(r"100%_\ok") == r"100\%\_\\ok"
