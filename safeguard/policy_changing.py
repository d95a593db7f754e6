"""Changing the policy: a document is read, compared with the one in force, and kept as a version.

Whether a change weakens is found by comparing what both would decide, never by the form that was
used. Where the school wants a second person for that, it waits for one.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo

from safeguard.core.audit import Actor
from safeguard.core.overrides import Ceiling
from safeguard.core.policy_documents import (
    Document,
    UnusablePolicyError,
    read,
    tables_of,
    text_of,
)
from safeguard.core.policy_tables import Table
from safeguard.policy_in_force import InForce, shipped_document, shipped_tables, take_up
from safeguard.problems import UnusableError
from safeguard.store import groups, policies
from safeguard.store.policies import SHIPPED, Proposed, State, Version
from safeguard.store.session import Store

MOST_SENTENCES = 1_000
UNCOMPARED = "Nobody has compared what both would decide, so it counts as weaker."
UNREADABLE = "The version in force cannot be read, so nobody can tell what this opens."

type Weakened = Callable[[Document, Document], Sequence[str]]
type SaidOf = Callable[[Table, Table], Sequence[str]]


def uncompared(_before: Document, _after: Document) -> Sequence[str]:
    """What is said of each change where there is nothing to compare verdicts with."""
    return (UNCOMPARED,)


def unsaid(_before: Table, _after: Table) -> Sequence[str]:
    return ()


class PolicyDesk:
    """Keeps versions of a school's policy, and decides which of them need a second person."""

    def __init__(
        self,
        store: Store,
        zone: tzinfo,
        weakened: Weakened = uncompared,
        said: SaidOf = unsaid,
    ) -> None:
        self._store = store
        self._zone = zone
        self._weakened = weakened
        self._said = said

    def in_force(self) -> InForce:
        return take_up(self._store, self._zone)

    def tables(self, number: int) -> Table:
        """Return the document of a version; 0: the one shipped."""
        if number == SHIPPED:
            return shipped_tables()
        try:
            return tables_of(self._version(number).document)
        except UnusablePolicyError as error:
            raise UnusableError(f"Version {number}: {error}") from error

    def check(self, tables: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what a document would change in words, and what of that weakens; keep nothing."""
        held = self.in_force()
        return self._compared(held, self._read(tables), tables)

    def save(
        self,
        tables: Table,
        reason: str,
        actor: Actor,
        how: str = "",
        *,
        base: int | None = None,
        draft: bool = False,
        came_from: int | None = None,
    ) -> Version:
        """Keep a document: as a draft, in force at once, or waiting where it weakens.

        `base`: the version that it was made from; where another is in force by now it is refused.
        """
        held = self.in_force()
        document = self._read(tables)
        if came_from is None and held.document is not None and held.document.tables == tables:
            raise UnusableError("Nothing was changed: this is the policy that is in force.")
        made_from = held.number if base is None else base
        if not draft:  # it is compared with what was read above, so it must be made from that
            policies.check_base(made_from, held.number)
        said, weakens = self._compared(held, document, tables)
        proposed = Proposed(text_of(tables), reason, made_from, weakens, said, came_from)
        state = State.DRAFT if draft else self._state(held, weakens)
        return policies.keep(self._store, proposed, state, actor, how)

    def put_forward(self, number: int, actor: Actor, how: str = "") -> Version:
        """Take a draft out of the drawer: in force at once, or waiting where it weakens."""
        version = self._version(number)
        if version.state is not State.DRAFT:
            raise UnusableError(f"Version {number} is no draft: it is {version.state}.")
        held = self.in_force()
        policies.check_base(version.base, held.number)
        tables = self.tables(number)
        _, weakens = self._compared(held, self._read(tables), tables)
        to = self._state(held, weakens)
        return policies.decide(self._store, number, to, actor, how=how, weakens=weakens)

    def approve(self, number: int, actor: Actor, how: str = "") -> Version:
        """Put in force what waits for a second person. It must still be readable."""
        version = self._version(number)
        if version.state is not State.WAITING:
            raise UnusableError(f"Version {number} waits for nobody: it is {version.state}.")
        self._read(self.tables(number))
        return policies.decide(self._store, number, State.IN_FORCE, actor, how=how)

    def refuse(self, number: int, words: str, actor: Actor, how: str = "") -> Version:
        return policies.decide(self._store, number, State.REFUSED, actor, words, how)

    def go_back(self, number: int, reason: str, actor: Actor, how: str = "") -> Version:
        """Make a new version of an earlier one's document; 0: of the one shipped."""
        held = self.in_force()
        if number == held.number:
            raise UnusableError("Nothing was changed: that version is in force.")
        return self.save(self.tables(number), reason, actor, how, came_from=number)

    def _version(self, number: int) -> Version:
        found = policies.version(self._store, number)
        if found is None:
            raise UnusableError(
                f"There is no version {number} of the policy: see `safeguard policy list`."
            )
        return found

    def _read(self, tables: Table) -> Document:
        try:
            return read(tables, self._zone, groups.groups(self._store))
        except UnusablePolicyError as error:
            raise UnusableError(f"{error} Nothing was changed.") from error

    def _state(self, held: InForce, weakens: Sequence[str]) -> State:
        before = held.document or shipped_document(self._zone)
        return State.WAITING if weakens and before.second_person else State.IN_FORCE

    def _compared(
        self, held: InForce, after: Document, tables: Table
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        before = held.document
        if before is None or held.trouble:
            return (), (UNREADABLE,)
        said = tuple(self._said(before.tables, tables))
        weakens = (*_loosened(before, after), *self._weakened(before, after))
        return said[:MOST_SENTENCES], weakens[:MOST_SENTENCES]


def _loosened(before: Document, after: Document) -> list[str]:
    """What a change loosens beside the rules themselves."""
    found = []
    if before.second_person and not after.second_person:
        found.append("What weakens the policy no longer waits for a second person.")
    if _higher(before.ceiling, after.ceiling):
        found.append("Overrides may be longer, or for more people at once.")
    return found


def _higher(before: Ceiling, after: Ceiling) -> bool:
    return (
        after.longest > before.longest
        or after.most_groups > before.most_groups
        or after.most_people > before.most_people
    )
