"""What a rule would change, group by group, judged by the engine with the rule added.

The engine in force is not touched: a second one judges by a copy of its snapshot.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import abort

from admin_web.site import every_group, here
from admin_web.why import questions
from filter_rules.overlay import Overlay, OverlayEntry
from safeguard.core import explain
from safeguard.core.types import Action, Channel, Subject, Target
from safeguard.engine import Engine
from safeguard.loading import with_own_entries
from safeguard.problems import UnusableError

UNSAVED = 0  # no saved entry has this id


@dataclass(frozen=True, slots=True)
class Effect:
    """What the address gets now and would get, for one group."""

    group: str
    before: str
    after: str
    note: str = ""


def effects_of(address: str, action: Action, groups: Iterable[str]) -> list[Effect]:
    """The effect on every group, those that the rule is not for as well."""
    now = here().engine
    _asked(address)
    entry = OverlayEntry(UNSAVED, address, action.value, frozenset(groups), "rehearsal")
    snapshot = now.snapshot
    then = Engine(
        now.settings,
        replace(
            snapshot,
            overlay=Overlay((*snapshot.overlay.entries, entry)),
            policy=with_own_entries(snapshot.policy, (entry,), snapshot.stamp.generation),
        ),
    )
    return [_effect(group, address, action, entry, now, then) for group in every_group()]


def _asked(address: str) -> None:
    """A rehearsal is a question too: it is kept, and stopped, where it is about a sealed list.

    It is asked for each group, until one answer is withheld: some sites are for guests alone.
    """
    asking, target = questions(), _target(address)
    try:
        for group in every_group():
            if asking.ask(Subject(group), target, here().clock()).withheld:
                return
    except UnusableError:
        abort(HTTPStatus.TOO_MANY_REQUESTS)


def _target(address: str) -> Target:
    target = here().engine.target_of(address, Channel.TESTER)
    if target is None:  # the form has checked the address
        raise ValueError("not an address")
    return target


def _effect(
    group: str, address: str, action: Action, entry: OverlayEntry, now: Engine, then: Engine
) -> Effect:
    target = _target(address)
    subject = Subject(group)
    before, after = now.judge(subject, target), then.judge(subject, target)
    meant = not entry.groups or group in entry.groups
    note = ""
    if meant and after.action is not action:
        note = f"The rule changes nothing here: {after.reason.value}."
    elif meant and before.action is after.action:
        decisive = [one for one in before.considered if not one.lost_because]
        note = f"As now, by {explain.about(decisive[0].about)}." if decisive else "As now."
    return Effect(group, before.action.value, after.action.value, note)
