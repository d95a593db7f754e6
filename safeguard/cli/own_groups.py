"""`safeguard groups`: those of the policy, and those that the school adds below them."""

import json
from typing import Annotated

import typer

from safeguard.cli.on_record import opened
from safeguard.cli.options import ConfigOption, DataOption, JsonOption, myself, settings_of
from safeguard.core.own_groups import OwnGroup
from safeguard.core.policy import Policy, PolicyRule, TextRule
from safeguard.loading import school_groups, school_policy
from safeguard.store import groups

NameArgument = Annotated[str, typer.Argument(help="A short word, such as year-7.")]


def list_groups(
    as_json: JsonOption = False, data: DataOption = None, config: ConfigOption = None
) -> None:
    """List the groups, and who is in each: those of the policy, then the school's own."""
    with opened(settings_of(data, config)) as store:
        own = groups.groups(store)
        tree = school_policy(store).groups.above
        every = school_groups(store)
    of_policy = {name: who for name, who in every.items() if name not in {one.name for one in own}}
    for name, who in of_policy.items():
        typer.echo(json.dumps({"group": name, "who": who}) if as_json else f"{name:14}{who}")
    for one in own:
        fits = one.name in tree
        if as_json:
            told = {"group": one.name, "who": one.title, "above": one.above, "in_force": fits}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            trouble = "" if fits else "  NOT IN FORCE: who is in it counts as unidentified."
            typer.echo(f"{one.name:14}{one.title} In {one.above}.{trouble}")


def add_group(
    name: NameArgument,
    above: Annotated[str, typer.Option("--in", help="The group that it is in.")],
    title: Annotated[str, typer.Option(help="Who is in it, for staff to read.")] = "",
    why: Annotated[str, typer.Option(help="Why: kept in the audit.")] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Add a group of your own, such as a year or a class. It begins with the rules of the group it is in."""
    with opened(settings_of(data, config)) as store:
        tree = school_policy(store).groups.above
        said = title.strip() or f"{name.replace('-', ' ').capitalize()}."
        groups.add(store, OwnGroup(name, said, above), tree, myself(), why)
    typer.echo(f"The group {name} is added, in {above}.")


def remove_group(
    name: NameArgument,
    why: Annotated[str, typer.Option(help="Why: kept in the audit.")] = "",
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Remove a group of your own that nobody is in and no rule is for."""
    with opened(settings_of(data, config)) as store:
        policy = school_policy(store)
        groups.remove(store, name, policy.groups.above, _named(policy), myself(), why)
    typer.echo(f"The group {name} is removed.")


def _named(policy: Policy) -> frozenset[str]:
    """The groups that rules are for."""
    rules: tuple[PolicyRule | TextRule, ...] = (*policy.rules, *policy.text_rules)
    return frozenset(group for rule in rules for group in rule.who.groups)
