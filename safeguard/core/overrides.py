"""Overrides: a category or a site lifted for a class, room or pupil, for a lesson, within limits.

An override ends by itself and is never for everyone. It is weighed with the rules about
addresses, so it lifts no sealed list, and does not look away from what is typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from filter_rules.overlay import OverlayEntry, canonical_entry
from filter_rules.types import Hit
from safeguard.core.policy import Policy
from safeguard.core.rules import PolicyRule, Times, Who
from safeguard.core.types import Action

BELOW_ZERO = "own:-"
LIST = "overrides"  # so a hit says whose entry it is: not of the school's own


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How far overrides may go: how long, and for how many groups (or rooms) or people at once."""

    longest: timedelta
    most_groups: int
    most_people: int


@dataclass(frozen=True, slots=True)
class Override:
    """What `by` lifts, either categories or one site, for whom, why, and between which moments."""

    id: int
    who: Who
    since: datetime
    until: datetime
    by: str
    reason: str
    categories: frozenset[str] = frozenset()
    site: str = ""

    @property
    def entry(self) -> OverlayEntry | None:
        """The site as the overlay knows it; below 0, so that it is no entry of the school's own."""
        if not self.site:
            return None
        return OverlayEntry(-self.id, self.site, Action.ALLOW.value, self.who.groups, self.reason)

    @property
    def rule(self) -> PolicyRule:
        entry = self.entry
        return PolicyRule(
            f"override {self.id}: {self.site or ', '.join(sorted(self.categories))}",
            Action.ALLOW,
            frozenset({entry.category}) if entry else self.categories,
            self.who,
            named=entry is not None,
            reason=self.reason,
            times=Times(since=self.since, until=self.until),
            lifts=True,
        )


def marked(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return hits of the overlay, those on sites of overrides told from the school's own."""
    return tuple(
        replace(hit, list=LIST) if hit.category.startswith(BELOW_ZERO) else hit for hit in hits
    )


def refusal(override: Override, policy: Policy, ceiling: Ceiling) -> str:
    """Return why it may not be, as a sentence for whoever asks for it; empty where it may."""
    checks = (
        _for_whom(override, policy, ceiling),
        _what(override, policy),
        _when(override, ceiling),
    )
    return next((sentence for sentence in checks if sentence), "")


def _for_whom(override: Override, policy: Policy, ceiling: Ceiling) -> str:
    who, tree = override.who, policy.groups
    if who.networks or not (who.groups or who.people or who.rooms):
        return "An override must say for which class or pupil: it is never for everyone."
    for named, most, kind in (
        (who.people, ceiling.most_people, "people"),
        (who.rooms, ceiling.most_groups, "rooms"),
    ):
        if named:
            return f"An override is for at most {most} {kind}." if len(named) > most else ""
    unknown = sorted(who.groups - set(tree.above))
    if unknown:
        return f"There is no group {unknown[0]!r}."
    if len(tree.topmost(who.groups)) > ceiling.most_groups or tree.below(who.groups) >= set(
        tree.above
    ):
        return (
            f"An override is for at most {ceiling.most_groups} groups, and never for everyone: "
            "name the class or the pupil."
        )
    return ""


def _what(override: Override, policy: Policy) -> str:
    if bool(override.categories) == bool(override.site):
        return "An override lifts either categories or one site."
    if override.site and canonical_entry(override.site) is None:
        return f"{override.site!r} is no site, such as example.com or example.com/page."
    beyond = sorted(override.categories & (policy.sealed | policy.help | policy.beyond_overrides))
    if beyond:
        return f"The category {beyond[0]!r} cannot be lifted by an override."
    return "" if override.reason.strip() else "An override must say why it is needed."


def _when(override: Override, ceiling: Ceiling) -> str:
    if override.until <= override.since:
        return "An override must end after it begins."
    if override.until - override.since > ceiling.longest:
        minutes = ceiling.longest // timedelta(minutes=1)
        return f"An override may last {minutes} minutes at most."
    return ""
