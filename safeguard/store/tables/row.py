"""What the tables have in common: their names, their types, and whose they are."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from safeguard.store.columns import Instant, Tokens

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """What the tables have in common."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[type, TypeEngine[Any]]] = {
        datetime: Instant(),
        str: Text(),
        bytes: LargeBinary(),
        tuple[str, ...]: Tokens(),
        list[str]: JSON(),
    }


def of_school() -> Mapped[int]:
    return mapped_column(
        ForeignKey("schools.id"), index=True, comment="The school that this row belongs to."
    )


def by_staff(comment: str) -> Mapped[int]:
    """Return a column for a member of staff who did something."""
    return mapped_column(ForeignKey("staff.id"), comment=comment)


def maybe_by_staff(comment: str) -> Mapped[int | None]:
    return mapped_column(ForeignKey("staff.id"), comment=comment)


def where_set(name: str, column: str, *columns: str) -> Index:
    """Return an index of the rows alone in which a column has a value: they are few."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, *columns, sqlite_where=there, postgresql_where=there)
