"""`safeguard db`: the database's schema."""

import typer

from safeguard.cli.options import ConfigOption, DataOption, settings_of
from safeguard.store import schema
from safeguard.supervisor import make_folder

app = typer.Typer(no_args_is_help=True, help="The database.")


@app.callback()
def group() -> None:
    """The database."""


@app.command()
def upgrade(data: DataOption = None, config: ConfigOption = None) -> None:
    """Bring the database to the schema of this version. Nothing is lost; safe to repeat."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    schema.prepare(settings).close()
    typer.echo("The database is up to date.")
