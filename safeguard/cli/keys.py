"""`safeguard keys`: the key that seals what pupils typed, changed; and a key for backups."""

from pathlib import Path
from typing import Annotated

import typer

from safeguard import age_files, vault
from safeguard.cli.on_record import on_record, opened
from safeguard.cli.options import ConfigOption, DataOption, now, progress_bar, settings_of
from safeguard.store import resealing, tokens

app = typer.Typer(no_args_is_help=True, help="Keys.")


@app.command()
def rotate(data: DataOption = None, config: ConfigOption = None) -> None:
    """Seal with a new key from now on, and seal anew what the old one sealed.

    May be ended at any time: the running filter goes on with it by itself. The old key is
    destroyed when nothing needs it any more.
    """
    settings = settings_of(data, config)
    with on_record(settings, "changed", "key") as told:
        new = vault.rotate(settings.data, now().date())
        told["new"] = new.hex()
    typer.echo(f"Key {new.hex()} seals from now on. Make a backup: those of before lack it.")
    done = 0
    with opened(settings) as store, progress_bar("Sealing anew") as progress:
        old = [one.id for one in vault.old_keys(settings.data)]
        everything = sum(resealing.counts(store).values())
        for changed in resealing.reseal(store, old):
            done += changed
            progress("Rows", done, max(done, everything))
    typer.echo(f"{done} rows were sealed anew.")


@app.command()
def status(data: DataOption = None, config: ConfigOption = None) -> None:
    """List the content keys, and how much each is needed for."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        needed = resealing.counts(store)
        old = vault.old_keys(settings.data)
        uses = {one.id.hex(): resealing.is_needed(store, settings.data, one) for one in old}
        current = store.vault.key_id.hex()
    typer.echo(f"{current}  in use                 {needed.pop(current, 0):>9} rows")
    for one in old:
        rows = needed.pop(one.id.hex(), 0)
        still = "still needed" if uses[one.id.hex()] else "not needed any more"
        typer.echo(f"{one.id.hex()}  retired {one.retired}     {rows:>9} rows, {still}")
    for key, rows in sorted(needed.items()):
        typer.echo(f"{key}  MISSING                {rows:>9} rows that nobody can read")
    if needed:
        raise typer.Exit(1)


@app.command()
def reindex(data: DataOption = None, config: ConfigOption = None) -> None:
    """Index the words of every event again: only after keys/index.key was lost."""
    settings = settings_of(data, config)
    with on_record(settings, "indexed", "events"), opened(settings) as store:
        done = sum(tokens.index_again(store))
    typer.echo(f"{done} events were indexed.")


@app.command("new-backup-key")
def new_backup_key(
    file: Annotated[Path, typer.Argument(help="Where the private key goes: there is none yet.")],
) -> None:
    """Make a key for backups: keep FILE away from this machine, and put the rest into the settings."""
    public = age_files.new_identity(file)
    typer.echo(f"The private key is in {file}. Without it no backup can be opened: keep it, twice,")
    typer.echo("away from this machine. In the settings:")
    typer.echo(f'[backup]\nrecipients = ["{public}"]')
