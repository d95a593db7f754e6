"""`safeguard db`: the database's schema, whether its audit chain is whole, and what is kept."""

from typing import Annotated

import typer

from safeguard.audit_watch import verify_kept
from safeguard.cli import keeping
from safeguard.cli.on_record import on_record, opened
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    progress_bar,
    settings_of,
)
from safeguard.core.audit import Head, Verified, head_of
from safeguard.problems import UnusableError
from safeguard.store import schema

app = typer.Typer(no_args_is_help=True, help="The database.")
app.command()(keeping.purge)
app.command()(keeping.backup)
app.command()(keeping.restore)


@app.callback()
def group() -> None:
    """The database."""


@app.command()
def upgrade(data: DataOption = None, config: ConfigOption = None) -> None:
    """Bring the database to the schema of this version. Nothing is lost; safe to repeat."""
    settings = settings_of(data, config)
    with on_record(settings, "upgraded", "database", schema.HEAD):
        typer.echo("The database is up to date.")


@app.command()
def verify(
    expect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROW:HASH",
            help="Where the chain once ended, such as a digest's mail told. May be repeated.",
        ),
    ] = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Follow the audit chain, row by row. Exit status 1, and the row, where it is broken."""
    settings = settings_of(data, config)
    heads = tuple(_head(text) for text in expect or ())
    with opened(settings) as store, progress_bar("Following the chain") as progress:
        found = verify_kept(
            store, settings.data, heads, lambda done, of: progress("Rows", done, of)
        )
    if not isinstance(found, Verified):
        typer.echo(f"BROKEN: row {found.row} {found.what}.")
        raise typer.Exit(1)
    end = f" It ends at {found.head.text}" if found.head else ""
    typer.echo(f"The audit chain is whole: {found.rows:,} rows.{end}")


def _head(text: str) -> Head:
    try:
        return head_of(text)
    except ValueError as error:
        raise UnusableError(
            f"“{text}” is not where a chain ends: write ROW:HASH as a mail or `safeguard db verify` "
            "printed it."
        ) from error
