"""The document that is in force: the school's own newest one, else the one shipped.

A version of the school's that cannot be read opens nothing. A process that has read an earlier
one goes on with that. One that has none, as at a start, has nothing that is known to be as
strict as what the school asked for: neither the shipped document nor an earlier version need be,
since both may allow what the change was made to block. So it has no rules to judge by, and the
stance that the settings give for that holds (rules.without_rules: block everything, or everything
but help). It is said in the log at once, and by `safeguard policy list`; the way out is to return
to an earlier version, which takes a second, and needs no restart.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from importlib import resources
from typing import Any

from safeguard import logs
from safeguard.core.own_groups import OwnGroup
from safeguard.core.policy_documents import Document, UnusablePolicyError, read, tables_of
from safeguard.store import groups, policies
from safeguard.store.policies import SHIPPED
from safeguard.store.session import Store

log = logs.logger("safeguard.policy_in_force")


@dataclass(frozen=True, slots=True)
class InForce:
    """Which version is asked for, and the document that is used: None where none can be.

    `version` names the document that is used, on each event. `trouble`: why it is not the one
    that is asked for. `own`: the school's own groups, as the document was read with them.
    """

    number: int
    version: str
    document: Document | None
    trouble: str = ""
    own: tuple[OwnGroup, ...] = ()


def take_up(store: Store, zone: tzinfo, last: InForce | None = None) -> InForce:
    """Return what is in force; a version that was taken up before is not read again."""
    number = policies.number_in_force(store)
    own = tuple(groups.groups(store))
    if last is not None and (last.number, last.own) == (number, own):
        return last
    if number == SHIPPED:
        document = shipped_document(zone, own)
        return InForce(SHIPPED, document.policy.version, document, own=own)
    found = policies.version(store, number)
    try:
        document = read(tables_of(found.document if found else ""), zone, own)
    except UnusablePolicyError as error:
        return _without(number, str(error), last, own)
    return InForce(number, f"school-{number}", document, own=own)


def shipped_tables() -> dict[str, Any]:
    """The document that is shipped, as a school gets it."""
    text = resources.files("safeguard").joinpath("data/policy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def shipped_document(zone: tzinfo, own: Sequence[OwnGroup] = ()) -> Document:
    """What the shipped document says; `zone` is that of the school's clocks."""
    return read(shipped_tables(), zone, own)


def _without(number: int, trouble: str, last: InForce | None, own: tuple[OwnGroup, ...]) -> InForce:
    kept = last is not None and last.document is not None
    # Which version, and not what is wrong with it: that may quote what staff wrote.
    log.error(
        "the school's policy cannot be read: see `safeguard policy list`",
        version=number,
        kept=last.version if last and kept else "nothing: there are no rules to judge by",
    )
    if last is None or last.document is None:
        return InForce(number, f"school-{number} unreadable", None, trouble, own)
    return replace(last, number=number, trouble=trouble, own=own)
