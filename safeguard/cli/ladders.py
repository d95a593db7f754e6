"""`safeguard notify ladder`: who is told of which concerns, in which order and after how long."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated

import typer

from filter_rules.types import Severity
from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, myself, settings_of
from safeguard.core.concern_rules import FAMILIES
from safeguard.core.notices import How, OutOfHours, Step
from safeguard.loading import school_groups
from safeguard.problems import UnusableError
from safeguard.store import contacts
from safeguard.store.contacts import AFTER, LadderSpec
from safeguard.store.session import Store

MINUTE = timedelta(minutes=1)
LONGEST = 24 * 60
MOST_STEPS = 10
STEP = re.compile(r"(?P<contacts>[0-9]+(,[0-9]+)*)(@(?P<minutes>[0-9]{1,4}))?")
SEVERITIES = tuple(one.word for one in Severity if one is not Severity.NONE)

app = typer.Typer(no_args_is_help=True, help="Who is told of which concerns, in which order.")


@app.command("list")
def list_ladders(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List the ladders. The narrowest that covers a concern is the one that counts."""
    with opened(settings_of(data, config)) as store:
        found = contacts.named_ladders(store)
        names = {one.id: one.name for one in contacts.contacts(store)}
    for number, spec in found.items():
        if as_json:
            typer.echo(json.dumps(_record(number, spec), ensure_ascii=False))
        else:
            typer.echo("\n".join(_lines(number, spec, names)))
    if not found and not as_json:
        typer.echo("There is no ladder yet. `safeguard notify add` makes one for everyone.")


@app.command("set")
def set_ladder(
    name: Annotated[str, typer.Argument(help="What to call it. One of that name is replaced.")],
    steps: Annotated[
        list[str],
        typer.Option(
            "--step",
            help="Contacts by number, and after how many minutes unopened: 1,2 or 3@30. The first "
            "is told at once. Give it once a step. Default: 30 for the second, 60 for those after.",
        ),
    ],
    groups: Annotated[
        list[str] | None, typer.Option("--group", help="For this group; again for more. None: all.")
    ] = None,
    families: Annotated[
        list[str] | None,
        typer.Option("--family", help="For this family of themes; again for more. None: all."),
    ] = None,
    severity: Annotated[
        str, typer.Option(help=f"From here on: {', '.join(SEVERITIES)}.")
    ] = Severity.HIGH.word,
    how: Annotated[How, typer.Option(help="At once, in the digest, or not.")] = How.INSTANT,
    out_of_hours: Annotated[
        OutOfHours, typer.Option(help="What is not urgent: send it, or hold it until morning.")
    ] = OutOfHours.HOLD,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a ladder, or replace the one of that name. Urgent concerns are told whatever it says."""
    with opened(settings_of(data, config)) as store:
        spec = LadderSpec(
            _name(name),
            _known(groups or (), tuple(school_groups(store)), "group"),
            _known(families or (), tuple(one.name for one in FAMILIES), "family"),
            _severity(severity),
            how,
            out_of_hours,
            _steps(steps),
        )
        _stop_for_unknown_contacts(store, spec)
        actor = myself()
        number = contacts.set_ladder(store, spec, actor.who, actor.at)
    typer.echo(f"Ladder {number}, “{spec.name}”, is in use from now on.")


@app.command("remove")
def remove_ladder(
    number: Annotated[int, typer.Argument(help="The ladder's number, as `list` shows it.")],
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Remove a ladder. Without any, only urgent concerns are told, to every contact."""
    with opened(settings_of(data, config)) as store:
        actor = myself()
        if not contacts.remove_ladder(store, number, actor.who, actor.at):
            raise UnusableError(
                f"There is no ladder {number}. `safeguard notify ladder list` shows them all."
            )
    typer.echo(f"Ladder {number} is removed.")


def _name(name: str) -> str:
    if not name.strip():
        raise UnusableError("Give the ladder a name, such as “Year 7”.")
    return name.strip()


def _known(asked: Collection[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    for one in asked:
        if one not in known:
            raise UnusableError(f"There is no {what} {one!r}. There are: {', '.join(known)}.")
    return tuple(dict.fromkeys(asked))


def _severity(asked: str) -> Severity:
    for one in Severity:
        if one is not Severity.NONE and one.word == asked:
            return one
    raise UnusableError(f"There is no severity {asked!r}. There are: {', '.join(SEVERITIES)}.")


def _steps(asked: Sequence[str]) -> tuple[Step, ...]:
    if len(asked) > MOST_STEPS:
        raise UnusableError(f"A ladder has at most {MOST_STEPS} steps.")
    steps: list[Step] = []
    for number, text in enumerate(asked):
        step = _step(text, AFTER[min(number, len(AFTER) - 1)])
        if steps and step.after < steps[-1].after:
            raise UnusableError(
                f"The step {text} comes before the one above it: give more minutes."
            )
        steps.append(step)
    return tuple(steps)


def _step(text: str, minutes: int) -> Step:
    found = STEP.fullmatch(text)
    after = int(found["minutes"]) if found and found["minutes"] else minutes
    if found is None or after > LONGEST:
        raise UnusableError(
            f"{text!r} is no step: write 1,2 (contacts by number) or 3@30 (after 30 minutes, a day "
            "at most)."
        )
    numbers = dict.fromkeys(int(one) for one in found["contacts"].split(","))
    return Step(tuple(numbers), after * MINUTE)


def _stop_for_unknown_contacts(store: Store, spec: LadderSpec) -> None:
    known = {one.id for one in contacts.contacts(store)}
    for step in spec.steps:
        for one in step.contacts:
            if one not in known:
                raise UnusableError(
                    f"There is no contact {one}. `safeguard notify status` shows them all."
                )


def _record(number: int, spec: LadderSpec) -> dict[str, object]:
    return {
        "id": number,
        "name": spec.name,
        "groups": spec.groups,
        "families": spec.families,
        "severity": spec.severity.word,
        "how": spec.how.value,
        "out_of_hours": spec.out_of_hours.value,
        "steps": [
            {"after_minutes": step.after // MINUTE, "contacts": step.contacts}
            for step in spec.steps
        ],
    }


def _lines(number: int, spec: LadderSpec, names: Mapping[int, str]) -> Iterator[str]:
    whom = ", ".join(spec.groups) or "every group"
    what = ", ".join(spec.families) or "every theme"
    yield (
        f"{number:<4}{spec.name}: {whom}; {what}; from {spec.severity.word}; "
        f"{spec.how.value}; out of hours: {spec.out_of_hours.value}"
    )
    for step in spec.steps:
        minutes = step.after // MINUTE
        when = f"after {minutes} minutes" if minutes else "at once"
        yield f"      {when}: {', '.join(names.get(one, str(one)) for one in step.contacts)}"
