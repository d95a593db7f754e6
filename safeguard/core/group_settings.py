"""Settings of groups: each is as in the group above, unless given anew; a group may lock one.

What a group has locked is the same in all groups below it, whatever they say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from safeguard.core.groups import Groups
from safeguard.core.modes import (
    STRICTEST_MODES,
    Modes,
    OnFailure,
    SafeSearch,
    Wording,
    YouTube,
)


class Setting(StrEnum):
    """What can be set for a group beside its rules."""

    WORDS_READ = "words_read"  # what is typed and shown is read, and flagged
    DECRYPTED = "decrypted"  # what is encrypted may be inspected
    SAFE_SEARCH = "safe_search"
    YOUTUBE = "youtube"
    TENANTS = "tenants"  # the domains whose accounts alone may sign in
    WORDING = "wording"  # for whom block pages are worded
    MONITOR_ONLY = "monitor_only"  # what rules block is let through, and kept
    ON_FAILURE = "on_failure"  # what becomes of content that cannot be read


# What a setting of words may be.
CHOICES: Mapping[Setting, type[StrEnum]] = {
    Setting.SAFE_SEARCH: SafeSearch,
    Setting.YOUTUBE: YouTube,
    Setting.WORDING: Wording,
    Setting.ON_FAILURE: OnFailure,
}


@dataclass(frozen=True, slots=True)
class Given:
    """What one group says for itself, and what it locks for those below it."""

    values: Mapping[str, object] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What the groups of a tree say. Where none does, the default holds."""

    tree: Groups = field(default_factory=Groups)
    given: Mapping[str, Given] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group, given in self.given.items():
            self._check(group, given)

    def groups_with(self, setting: Setting, *, default: bool) -> frozenset[str]:
        """Return the groups for which a setting is on."""
        return frozenset(
            group for group in self.tree.above if self.of(group, setting, default=default) is True
        )

    def of(self, group: str, setting: Setting, *, default: object) -> object:
        """Return what holds for a group, as it was given."""
        value = default
        for one in reversed(self.tree.lineage(group)):
            given = self.given.get(one, NOTHING_GIVEN)
            value = given.values.get(setting, value)
            if setting in given.locks:
                break
        return value

    def wording(self, group: str) -> Wording:
        """Return for whom pages are worded that a group is shown."""
        return Wording(str(self.of(group, Setting.WORDING, default=Wording.KS3)))

    def fail_open(self) -> frozenset[str]:
        """Return the groups that are shown what could not be read."""
        return frozenset(
            group
            for group in self.tree.above
            if self.of(group, Setting.ON_FAILURE, default=OnFailure.CLOSED) == OnFailure.OPEN
        )

    def locked(self, group: str) -> frozenset[str]:
        """Return what this group or one above it has locked, so that no rule changes it."""
        lines = self.tree.lineage(group)
        return frozenset().union(*(self.given.get(one, NOTHING_GIVEN).locks for one in lines))

    def modes(self, group: str) -> Modes:
        """Return the modes of a group, before any rule."""
        strictest = STRICTEST_MODES
        return Modes(
            SafeSearch(str(self.of(group, Setting.SAFE_SEARCH, default=strictest.safe_search))),
            YouTube(str(self.of(group, Setting.YOUTUBE, default=strictest.youtube))),
            domains(self.of(group, Setting.TENANTS, default=strictest.tenants)),
        )

    def _check(self, group: str, given: Given) -> None:
        unknown = sorted({*given.values, *given.locks} - set(Setting))
        if unknown:
            raise ValueError(
                f"The group {group!r} sets “{unknown[0]}”: choose from {', '.join(Setting)}."
            )
        for name, value in given.values.items():
            if wrong := mistake(Setting(name), value):
                raise ValueError(f"The group {group!r} sets “{name}” to {value!r}: {wrong}.")
        for above in self.tree.lineage(group)[1:]:
            locked = sorted(self.given.get(above, NOTHING_GIVEN).locks & set(given.values))
            if locked:
                raise ValueError(
                    f"The group {group!r} cannot set “{locked[0]}”: {above!r} has locked it."
                )


def domains(value: object) -> tuple[str, ...]:
    """Return the domains of a tenant restriction in their one spelling; what is none raises."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError("write a list of domains, such as school.example")
    found = tuple(sorted({str(one).strip().lower().rstrip(".") for one in value}))
    if any("." not in one or set(one) & set(" /:,@*") for one in found):
        raise ValueError("write a list of domains, such as school.example")
    return found


def mistake(setting: Setting, value: object) -> str:
    """Say how it should have been written; empty where it can be used."""
    if choices := CHOICES.get(setting):
        return "" if value in list(choices) else f"choose from {', '.join(choices)}"
    if setting is Setting.TENANTS:
        return _mistake_in_domains(value)
    return "" if isinstance(value, bool) else "write true or false"


def _mistake_in_domains(value: object) -> str:
    try:
        domains(value)
    except (TypeError, ValueError) as error:
        return str(error)
    return ""
