"""`safeguard ca`: the certificate authority that devices must trust."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from safeguard.certificates import ensure
from safeguard.cli.options import ConfigOption, DataOption, now, settings_of
from safeguard.problems import UnusableError
from safeguard.supervisor import make_folder

app = typer.Typer(no_args_is_help=True, help="The certificate authority that devices trust.")


@app.command()
def show(data: DataOption = None, config: ConfigOption = None) -> None:
    """Say which authority it is: name, fingerprint, and until when it holds."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    authority = ensure(settings.data, settings.school.name, now())
    typer.echo(f"name         {authority.common_name}")
    pairs = ":".join(authority.fingerprint.upper()[at : at + 2] for at in range(0, 64, 2))
    typer.echo(f"fingerprint  {pairs} (SHA-256)")
    typer.echo(f"valid until  {authority.expires:%d %B %Y}")
    typer.echo(f"certificate  {authority.certificate}")


@app.command()
def export(
    to: Annotated[Path, typer.Argument(help="Where to write the certificate (PEM).")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Copy the public certificate, to install on devices. The private key never leaves."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    authority = ensure(settings.data, settings.school.name, now())
    try:
        shutil.copyfile(authority.certificate, to)
    except OSError as error:
        raise UnusableError(
            f"{to} cannot be written ({error.strerror}). Give another place."
        ) from error
    typer.echo(f"Wrote {to}.")
