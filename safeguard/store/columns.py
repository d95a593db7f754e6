"""Column types that mean the same on SQLite and PostgreSQL."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import override

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. A time without a zone is refused: nobody could say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Tokens(TypeDecorator[tuple[str, ...]]):
    """Short words in order, kept as `|one|two|`, so that both engines find one by LIKE."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        words = [] if value is None else [word.replace("|", "/") for word in value]
        return f"|{'|'.join(words)}|" if words else ""

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(value.strip("|").split("|")) if value else ()


def holding(word: str) -> str:
    """Return the LIKE pattern (escaped by a backslash) that finds a word among Tokens."""
    return f"%|{escaped(word)}|%"


def escaped(text: str) -> str:
    """Return the text with what LIKE would read as a wildcard made plain."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
