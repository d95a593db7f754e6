"""`safeguard exemptions`: what concerns are not made of, for whom, and until when."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated

import typer

from safeguard.cli.acting import ReasonOption
from safeguard.cli.leads import ByOption, how, lead_of
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, now, settings_of
from safeguard.core.audit import Actor
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Outcome
from safeguard.core.exempting import Refusal
from safeguard.core.schedule import moment
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import exemptions, feedback
from safeguard.store.exemptions import Told

app = typer.Typer(no_args_is_help=True, help="What is looked away from, until when.")


class Because(StrEnum):
    """Why it was no concern."""

    LESSON = "lesson"
    LYRICS = "lyrics"
    TOO_BROAD = "too-broad"

    @property
    def outcome(self) -> Outcome:
        return Outcome[self.name]


@app.command("list")
def list_exemptions(
    past: Annotated[bool, typer.Option("--past", help="Those that are over instead.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """List the exemptions in force, the one that ends first before the others."""
    with opened(settings_of(data, config)) as store:
        found = exemptions.listed(store, now(), past=past)
    for one in found:
        typer.echo(json.dumps(_record(one)) if as_json else _line(one))
    if not found and not as_json:
        typer.echo("No exemption is in force." if not past else "None is over.")


@app.command()
def add(
    concern: Annotated[str, typer.Argument(help="The concern that was none: its id.")],
    theme: Annotated[str, typer.Option(help="The theme to look away from.")],
    because: Annotated[Because, typer.Option(help="Why it was no concern.")],
    by: ByOption,
    reason: ReasonOption,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Until which day. Default: as long as it is likely."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would have hidden, no more.")
    ] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Look away from what a concern was made of: as narrowly as that, and until a day."""
    settings = settings_of(data, config)
    rules = ConcernRules(settings.school.hours)
    with opened(settings) as store:
        lead = lead_of(store, by)
        at = now()
        found = feedback.proposal(store, concern, theme, because.outcome, lead.id, at, rules)
        if isinstance(found, Refusal):
            raise UnusableError(found.says)
        exemption = found.exemption
        if until is not None:
            exemption = replace(exemption, expires=_end_of(until.date(), settings))
        typer.echo(exemption.says)
        typer.echo(found.replay.says)
        if dry_run:
            return
        actor = Actor(f"staff:{lead.id}", at)
        number = exemptions.add(
            store, exemption, rules, reason, actor, concern, found.replay.says, how()
        )
    typer.echo(f"Exemption {number} is in force. To end it: safeguard exemptions end {number}")


@app.command()
def end(
    number: Annotated[int, typer.Argument(help="The exemption, as `exemptions list` shows it.")],
    by: ByOption,
    reason: ReasonOption,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """End an exemption now: what happens from here on is looked at again."""
    with opened(settings_of(data, config)) as store:
        actor = Actor(f"staff:{lead_of(store, by).id}", now())
        if not exemptions.end(store, number, actor, reason, how()):
            raise UnusableError(
                f"No exemption {number} is in force. `safeguard exemptions list` shows those that are."
            )
    typer.echo(f"Exemption {number} is ended.")


def _end_of(day: date, settings: Settings) -> datetime:
    return moment(day, time(23, 59, 59), settings.school.hours.tz).astimezone(UTC)


def _line(one: Told) -> str:
    return f"{one.id:>5}  {one.exemption.says} ({one.by}: {one.reason})"


def _record(one: Told) -> dict[str, object]:
    made = one.exemption
    return {
        "exemption": one.id,
        "theme": made.theme,
        "group": made.group,
        "site": made.host,
        "phrase": made.phrase,
        "since": made.since.isoformat(),
        "until": made.expires.isoformat(),
        "reason": one.reason,
        "by": one.by,
        "replay": one.replay,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }
