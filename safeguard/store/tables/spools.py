"""How far each spool is drained, and what could not be stored."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row


class SpoolPositionRow(Row):
    """How far each spool has been drained, moved in the transaction that stores its rows."""

    __tablename__ = "spool_positions"

    spool: Mapped[str] = mapped_column(String(32), primary_key=True, comment="The spool's own id.")
    name: Mapped[str] = mapped_column(comment="Its file name, for people.")
    position: Mapped[int] = mapped_column(BigInteger)


class RefusedRow(Row):
    """A spooled record that could not be stored. It is kept for a person to look into."""

    __tablename__ = "refused_records"

    spool: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record: Mapped[bytes]
    said: Mapped[str] = mapped_column(comment="The kind of trouble, without its contents.")
