"""Settings of groups: each is as in the group above, unless given anew; a group may lock one.

What a group has locked is the same in all groups below it, whatever they say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from safeguard.core.groups import Groups


class Setting(StrEnum):
    """What can be set for a group beside its rules."""

    WORDS_READ = "words_read"  # what is typed and shown is read, and flagged
    DECRYPTED = "decrypted"  # what is encrypted may be inspected


@dataclass(frozen=True, slots=True)
class Given:
    """What one group says for itself, and what it locks for those below it."""

    values: Mapping[str, bool] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What the groups of a tree say. Where none does, the default holds."""

    tree: Groups
    given: Mapping[str, Given]

    def __post_init__(self) -> None:
        for group, given in self.given.items():
            self._check(group, given)

    def groups_with(self, setting: Setting, *, default: bool) -> frozenset[str]:
        """Return the groups for which a setting is on."""
        return frozenset(
            group for group in self.tree.above if self.of(group, setting, default=default)
        )

    def of(self, group: str, setting: Setting, *, default: bool) -> bool:
        value = default
        for one in reversed(self.tree.lineage(group)):
            given = self.given.get(one, NOTHING_GIVEN)
            value = given.values.get(setting, value)
            if setting in given.locks:
                break
        return value

    def _check(self, group: str, given: Given) -> None:
        unknown = sorted({*given.values, *given.locks} - set(Setting))
        if unknown:
            raise ValueError(
                f"The group {group!r} sets “{unknown[0]}”: choose from {', '.join(Setting)}."
            )
        for above in self.tree.lineage(group)[1:]:
            locked = sorted(self.given.get(above, NOTHING_GIVEN).locks & set(given.values))
            if locked:
                raise ValueError(
                    f"The group {group!r} cannot set “{locked[0]}”: {above!r} has locked it."
                )
