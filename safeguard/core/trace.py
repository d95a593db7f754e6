"""Every rule that was weighed and why it lost: what the rounds kept and dropped, in order.

It is put into words only where someone asks, since most verdicts are never explained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, overload, override

from filter_rules.types import Finding, Hit
from safeguard.core.rules import PolicyRule, TextRule
from safeguard.core.stands import Stand
from safeguard.core.types import Considered

type AnyStand = Stand[PolicyRule] | Stand[TextRule]
type Weighed = tuple[AnyStand, Hit | Finding]  # a rule that applies, and what it applies to


class Dropped(NamedTuple):
    """What stood before a round, and what it kept."""

    because: str
    before: Sequence[Weighed]
    kept: Sequence[Weighed]

    def lost(self) -> list[Considered]:
        kept = {id(one) for one in self.kept}
        return [_considered(one, self.because) for one in self.before if id(one) not in kept]


@dataclass(frozen=True, eq=False)
class Trace(Sequence[Considered]):
    """The decisive rules first, then those that lost, the last round's first; those at rest last."""

    decisive: Sequence[Weighed]
    losing: Sequence[Weighed]
    losing_because: str
    rounds: Sequence[Dropped]
    resting: Sequence[Weighed]

    @cached_property
    def told(self) -> tuple[Considered, ...]:
        lost = [one for each in self.rounds for one in each.lost()]
        return (
            *(_considered(one) for one in self.decisive),
            *(_considered(one, self.losing_because) for one in self.losing),
            *reversed(lost),
            *(_considered(one, one[0].rests) for one in self.resting),
        )

    @overload
    def __getitem__(self, index: int) -> Considered: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Considered]: ...
    @override
    def __getitem__(self, index: int | slice) -> Considered | Sequence[Considered]:
        return self.told[index]

    @override
    def __len__(self) -> int:
        return len(self.told)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.told == tuple(other)

    @override
    def __hash__(self) -> int:
        return hash(self.told)


def _considered(one: Weighed, lost_because: str = "") -> Considered:
    stand, about = one
    rule = stand.rule
    return Considered(rule.name, rule.action, stand.scope, about, lost_because, rule.manner)
