"""`safeguard privacy`: what is kept about one person, erasing it, and what an assessment asks."""

from pathlib import Path
from typing import Annotated

import typer

from safeguard import dpia, personal_files
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, myself, now, settings_of
from safeguard.problems import UnusableError
from safeguard.store import audit, erasure, impact

app = typer.Typer(no_args_is_help=True, help="What is kept about people.")
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="An id, the school's own number, or a whole name.")
]


@app.command()
def export(
    person: PersonArgument,
    out: Annotated[Path, typer.Option("--out", help="The zip to write.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Write all that is kept about a person into a zip, for a subject access request."""
    with opened(settings_of(data, config)) as store:
        found = erasure.person_of(store, person)
        audit.note(store, myself(), "exported", "person", found.id, {"file": out.name})
        places = personal_files.export(store, found.id, out, now())
    typer.echo(f"{out} holds all that is kept. It is NOT redacted: redaction.csv in it lists")
    typer.echo(f"{places} places that a person has to look at before it is handed over.")


@app.command()
def erase(
    person: PersonArgument,
    why: Annotated[str, typer.Option("--why", help="Why, and who agreed: kept in the tombstone.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Erase all that is kept about a person. A case or a legal hold of theirs stops it."""
    if not why.strip():
        raise UnusableError("Nothing was erased: say why (--why), and who agreed.")
    with opened(settings_of(data, config)) as store:
        found = erasure.person_of(store, person)
        erasure.refuse_where_kept(store, found.id)
        if not yes:
            typer.confirm("Erase all that is kept about this person, for ever?", abort=True)
        actor = myself()
        done = erasure.erase(store, found.id, actor.who, why, actor.at)
    typer.echo(
        f"{done.visits} visits, {done.events} events and {done.concerns} concerns were erased. "
        "Backups of before still hold them, until those are removed."
    )


@app.command("dpia")
def impact_assessment(data: DataOption = None, config: ConfigOption = None) -> None:
    """Print the facts of a data protection impact assessment, from the settings in force."""
    settings = settings_of(data, config)
    with opened(settings) as store:
        typer.echo(dpia.page(settings, store, now()), nl=False)


@app.command()
def numbers(data: DataOption = None, config: ConfigOption = None) -> None:
    """Print concerns by month, group and theme; fewer than five pupils are not told."""
    with opened(settings_of(data, config)) as store:
        found = impact.counts(store)
    typer.echo("month,group,theme,concerns,pupils")
    for one in found:
        told = "few,few" if one.pupils is None else f"{one.events},{one.pupils}"
        typer.echo(f"{one.month},{one.group},{one.theme},{told}")
