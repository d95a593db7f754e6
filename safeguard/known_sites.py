"""The well-known sites that a change of the policy is tried on before it is saved."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from safeguard.core.groups import Groups

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Known:
    """What a site is about; the groups to which it should be open, and those it is not for."""

    about: str
    open_to: frozenset[str]
    not_for: frozenset[str]

    def should_open(self, group: str, tree: Groups) -> bool:
        return _speaks_of(self.open_to, group, tree)

    def should_block(self, group: str, tree: Groups) -> bool:
        return _speaks_of(self.not_for, group, tree)


def known_sites() -> Mapping[str, Known]:
    """Return the sites by host, in the order in which they are written."""
    file = resources.files("filter_rules").joinpath("data/known_sites.toml")
    return dict(_read(file.read_text(encoding="utf-8")))


def _read(text: str) -> Iterator[tuple[str, Known]]:
    for one in tomllib.loads(text)["sites"]:
        known = Known(
            one["about"], frozenset(one.get("open_to", ())), frozenset(one.get("not_for", ()))
        )
        yield from ((host, known) for host in one["hosts"])


def _speaks_of(groups: frozenset[str], group: str, tree: Groups) -> bool:
    return EVERYONE in groups or not groups.isdisjoint(tree.lineage(group))
