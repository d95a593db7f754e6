"""`safeguard rules`: bring lists in, compile them, see how they are."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from filter_rules.formats.format import Format
from filter_rules.formats.parsing import parse
from filter_rules.types import Problem
from safeguard.building import build as compile_rules
from safeguard.building import is_rolled_back, is_stale, manifest_in_force, roll_back
from safeguard.cli.following import follow, let_go, say_health, take_newest
from safeguard.cli.on_record import on_record
from safeguard.cli.options import (
    ConfigOption,
    DataOption,
    JsonOption,
    lines_of,
    notes,
    now,
    progress_bar,
    settings_of,
)
from safeguard.cli.previews import diff, preview
from safeguard.importing import import_source
from safeguard.problems import UnusableError
from safeguard.sources import shipped_categories
from safeguard.subscriptions import subscriptions
from safeguard.supervisor import make_folder

MOST_SHOWN = 20

app = typer.Typer(no_args_is_help=True, help="Lists, and the rules compiled from them.")
app.command("subscribe")(follow)
app.command("unsubscribe")(let_go)
app.command("update")(take_newest)
app.command("preview")(preview)
app.command("diff")(diff)


@app.command("import")
def import_list(
    path: Annotated[
        Path, typer.Argument(help="A list (plain or .gz), or a folder of lists.", readable=False)
    ],
    category: Annotated[str, typer.Option(help="What the list is about; see categories.md.")] = "",
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.AUTO,
    name: Annotated[str, typer.Option(help="What to call it. Default: made from the path.")] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take in a list. It is in force from the next `rules build`, `check` or start."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    if path.exists() and not os.access(path, os.R_OK):
        raise UnusableError(f"{path} cannot be read: see who may read it. Nothing has changed.")
    with on_record(settings, "imported", "list", name or path.name) as told:
        done = import_source(settings.data, path, fmt, category, name, now())
        told |= {"name": done.name, "entries": dict(done.counts)}
    _say_unknown(done.counts)
    for note in done.notes:
        notes.print(note)
    _say_problems(done.problems, done.problem_count)
    if not done.counts:
        notes.print(f"Nothing in {path} could be used, so nothing has changed.")
        raise typer.Exit(1)
    for about, count in sorted(done.counts.items()):
        typer.echo(f"{count:>10,}  {about}")
    typer.echo(f"“{done.name}” is in force from the next `safeguard rules build` or start.")


@app.command()
def build(data: DataOption = None, config: ConfigOption = None) -> None:
    """Compile every list into the rules that all processes share, and put them in force."""
    settings = settings_of(data, config)
    make_folder(settings.data)
    with on_record(settings, "built", "rules") as told, progress_bar() as progress:
        built = compile_rules(settings.data, progress)
        told["in force"] = built.fingerprint
    total = sum(built.counts.values())
    typer.echo(
        f"{total:,} entries in {len(built.counts)} categories from {built.sources} sources, "
        f"in {built.seconds:.1f} s. In force: {built.fingerprint}."
    )


@app.command()
def rollback(data: DataOption = None, config: ConfigOption = None) -> None:
    """Put the rules of before back in force. Exit status 1 where there are none.

    They stay until a list changes, or until `rules build`.
    """
    settings = settings_of(data, config)
    make_folder(settings.data)
    with on_record(settings, "rolled back", "rules") as told:
        done = roll_back(settings.data)
        told["in force"] = "as before" if done is None else done.manifest["fingerprint"]
    if done is None:
        notes.print("No rules of before are kept, so nothing has changed.")
        raise typer.Exit(1)
    was = {one["name"]: one for one in done.gone}
    now_in_force = {one["name"]: one for one in done.manifest["sources"]}
    for name in sorted(was.keys() | now_in_force.keys()):
        before, after = was.get(name), now_in_force.get(name)
        if before is None or after is None or before["sha256"] != after["sha256"]:
            typer.echo(f"{name}: {_entries(before)} before, {_entries(after)} now.")
    typer.echo(
        f"In force: {done.manifest['fingerprint']}. It stays until a list changes, "
        "or until `safeguard rules build`."
    )


@app.command()
def status(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Say what is in force: each source, how much of it could be used, since when.

    Exit status 1 if a list is not well, or has changed since.
    """
    settings = settings_of(data, config)
    manifest = manifest_in_force(settings.data)
    followed = subscriptions(settings.data)
    at, stale = now(), is_stale(settings.data)
    if as_json:
        typer.echo(
            json.dumps(manifest | {"subscriptions": [asdict(one) for one in followed]}, default=str)
        )
        raise typer.Exit(int(stale or any(one.trouble(at) for one in followed)))
    for source in manifest["sources"]:
        total = sum(source["counts"].values())
        typer.echo(f"{total:>10,}  {source['name']:<24}{source['problem_count']:>6,} lines refused")
    ill = say_health(followed, at)
    if is_rolled_back(settings.data):
        typer.echo("These rules were put back in force by `safeguard rules rollback`.")
    if stale:
        typer.echo("Lists have changed since: run `safeguard rules build`.")
    raise typer.Exit(int(ill or stale))


@app.command()
def lint(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A list; - reads stdin.")],
    fmt: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.AUTO,
) -> None:
    """Check a list line by line without taking it in. Exit status 1 if a line is refused."""
    usable, refused, shown = 0, 0, list[Problem]()
    for one in parse(fmt, lines_of(path), path):
        if isinstance(one, Problem):
            refused += 1
            shown += [one] if refused <= MOST_SHOWN else []
        else:
            usable += 1
    _say_problems(shown, refused)
    typer.echo(f"{usable:,} entries can be used, {refused:,} lines cannot.")
    raise typer.Exit(int(bool(refused)))


def _entries(source: Mapping[str, Any] | None) -> str:
    if source is None:
        return "not there"
    return f"{sum(source['counts'].values()):,} entries"


def _say_unknown(categories: Collection[str]) -> None:
    known = {one.name for one in shipped_categories()}
    unknown = sorted(set(categories) - known)
    if unknown:
        notes.print(f"No rule of the policy names: {', '.join(unknown)}.")


def _say_problems(problems: Sequence[Problem], count: int) -> None:
    shown = problems[:MOST_SHOWN]
    for one in shown:
        notes.print(f"{one.file}, line {one.line}: {one.says}")
    if count > len(shown):
        notes.print(f"… and {count - len(shown):,} lines more that cannot be used.")
