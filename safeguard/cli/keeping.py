"""`safeguard db purge`, `backup` and `restore`: what is over its time, and copies of all that is not."""

from pathlib import Path
from typing import Annotated

import typer

from safeguard import backups
from safeguard.cli.on_record import on_record, opened
from safeguard.cli.options import ConfigOption, DataOption, now, settings_of
from safeguard.store import retention

DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say how much of each class is over its time, no more.")
]
IdentityOption = Annotated[
    Path, typer.Option("--identity", help="The file of a private age key that opens it.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def purge(
    dry_run: DryRunOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Remove what is over its time, class by class. Safe to repeat; done each day by itself."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        run = retention.due if dry_run else retention.purge
        found = run(store, settings.retention.periods, now())
    verb = "over their time" if dry_run else "removed"
    for one in found:
        held = f", {one.held} held" if one.held else ""
        unit = " days" if one.name == "access log" else ""
        typer.echo(f"{one.name:40}{one.count:>9}{unit} {verb}{held} (before {one.before:%Y-%m-%d})")


def backup(data: DataOption = None, config: ConfigOption = None) -> None:
    """Make an encrypted backup of the database, the access log and all keys."""
    settings = settings_of(data, config)
    with on_record(settings, "backed up", "database") as told:
        file = backups.make(settings, now())
        told["file"] = file.name
    typer.echo(f"{file} ({file.stat().st_size / 1024**2:.1f} MiB)")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup: safeguard-….age.")],
    identity: IdentityOption,
    force: ForceOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a backup back, into a new data folder. Stop Safeguard first."""
    settings = settings_of(data, config)
    manifest = backups.restore(settings, file, identity, force=force)
    made = f"{manifest.made_at:%d %B %Y, %H:%M} UTC"
    with on_record(settings, "restored", "database") as told:
        told |= {"file": file.name, "made": manifest.made_at.isoformat()}
    typer.echo(f"The backup of {made} is in {settings.data}.")
    typer.echo(f"Whoever was erased after {made} is there again: erase them again.")
