"""Groups of the school's own, joined with those of the policy. One that does not fit is left out.

Whoever is in a group that was left out is judged as unidentified: a broken group opens nothing.
For the same reason each of them is below a group of the policy, whose rules it inherits.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from safeguard.core.groups import DEEPEST, Groups

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
CLOSED = frozenset({"unidentified"})  # it says what is not known, so nobody can be below it


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """A group of the school's own: its word, who is in it, and the group that it is in."""

    name: str
    title: str
    above: str
    source: str = ""


def joined(tables: Mapping[str, Any], own: Iterable[OwnGroup]) -> dict[str, Any]:
    """Return the tables of a policy with the groups that fit."""
    groups: dict[str, Any] = dict(tables["groups"])
    above = {
        name: "" if isinstance(one, str) else one.get("in", "") for name, one in groups.items()
    }
    for one in fitting(above, own):
        groups[one.name] = {"who": one.title, "in": one.above}
    return {**tables, "groups": groups}


def fitting(above: Mapping[str, str], own: Iterable[OwnGroup]) -> list[OwnGroup]:
    """Return those groups that fit below these, each after the one that it is in."""
    tree = dict(above)
    waiting = [one for one in own if NAME.fullmatch(one.name) and one.name not in above]
    found: list[OwnGroup] = []
    while True:
        fits = [one for one in waiting if _fits(one, tree)]
        if not fits:
            return found
        for one in fits:
            tree[one.name] = one.above
        found += fits
        waiting = [one for one in waiting if one.name not in tree]


def _fits(one: OwnGroup, tree: Mapping[str, str]) -> bool:
    return one.above in tree and one.above not in CLOSED and Groups(tree).depth(one.above) < DEEPEST


def refusal(one: OwnGroup, above: Mapping[str, str]) -> str:
    """Say why a group cannot be added below these; empty where it can."""
    reasons = {
        f"“{one.name}” cannot be the word of a group: use small letters, figures and hyphens, "
        "40 at most, such as year-7.": not NAME.fullmatch(one.name),
        f"There is a group {one.name} already.": one.name in above,
        f"There is no group {one.above}: choose from {', '.join(sorted(above))}.": (
            one.above not in above
        ),
        f"No group can be in {one.above}: it is for whom nobody knows.": one.above in CLOSED,
        f"{one.above} is {DEEPEST} levels deep already: no group can be in it.": True,
    }
    if one.name not in above and NAME.fullmatch(one.name) and _fits(one, above):
        return ""
    return next(says for says, holds in reasons.items() if holds)


def keeps(name: str, above: Mapping[str, str], named: Collection[str]) -> str:
    """Say why a group cannot be removed; empty where it can. `named`: those that rules name."""
    below = sorted(one for one, group in above.items() if group == name)
    if below:
        return f"{', '.join(below)} is in {name}: remove that first."
    if name in named:
        return f"A rule is for {name}: change the rule first."
    return ""
