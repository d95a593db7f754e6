"""What an answer to a request does: an override for who asked, an own entry, or words back.

The answer, what it opens and the audit of it are one transaction. Nothing is for everyone unless
that was chosen, and what is sealed or beyond overrides is never opened so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.bells import until as until_the_bell
from safeguard.core.events import SCHOOL
from safeguard.core.overrides import Override
from safeguard.core.policy import Who
from safeguard.core.policy_documents import Document
from safeguard.core.types import Action
from safeguard.core.unblocking import Scope, Stage, not_approvable, said
from safeguard.problems import UnusableError
from safeguard.store import audit, overlay, overrides, unblock_requests
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.policy import UnblockRequestRow
from safeguard.store.unblock_requests import Request

FROM_REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Approval:
    """For whom a request is approved, and why. `name`: of who decides, for the own entry.

    `categories`: what the lists say of the site now, which may be more than when it was asked for.
    """

    scope: Scope
    reason: str
    name: str
    groups: Collection[str] = ()
    categories: Collection[str] = ()
    words: str = ""
    how: str = ""


def approve(
    store: Store,
    number: int,
    approval: Approval,
    document: Document,
    actor: Actor,
    school_id: int = SCHOOL,
) -> Request:
    """Open what was asked for, for whom it was chosen."""
    if not approval.reason.strip():
        raise UnusableError("Say why it is approved.")
    with store.writing() as session:
        one_at_a_time(session, Lock.UNBLOCKING)
        row = _open(session, number, school_id)
        asked_about = {*row.categories, *approval.categories}
        if sentence := not_approvable(asked_about, document.policy):
            raise UnusableError(sentence)
        groups = _groups(approval, document)
        if approval.scope is Scope.ONCE:
            row.override_id = _lift(session, row, approval, document, actor).id
        else:
            made = overlay.put(
                session, row.host, Action.ALLOW, groups, approval.reason, approval.name, actor.at
            )
            row.entry_id = made.id
        row.scope, row.groups = approval.scope.value, tuple(sorted(groups))
        return _decided(session, row, Stage.APPROVED, approval, actor)


def refuse(
    store: Store, number: int, words: str, actor: Actor, how: str = "", school_id: int = SCHOOL
) -> Request:
    """Refuse it, with words that those who asked are shown."""
    if not said(words):
        raise UnusableError("Say why not, in words for those who asked.")
    with store.writing() as session:
        one_at_a_time(session, Lock.UNBLOCKING)
        row = _open(session, number, school_id)
        answer = Approval(Scope.ONCE, "", "", words=words, how=how)
        return _decided(session, row, Stage.REFUSED, answer, actor)


def _open(session: Session, number: int, school_id: int) -> UnblockRequestRow:
    row = session.get(UnblockRequestRow, number)
    if row is None or row.school_id != school_id:
        raise UnusableError(f"There is no request {number}.")
    if row.state != Stage.OPEN:
        raise UnusableError(f"Request {number} was answered already: it was {row.state}.")
    return row


def _groups(approval: Approval, document: Document) -> frozenset[str]:
    groups = frozenset(approval.groups)
    if approval.scope is not Scope.GROUP:
        if groups:
            raise UnusableError("Groups are named only where it is approved for groups.")
        return groups
    if not groups:
        raise UnusableError("Name the group that it is approved for.")
    if unknown := sorted(groups - set(document.policy.groups.above)):
        raise UnusableError(f"There is no group {unknown[0]!r}.")
    return groups


def _lift(
    session: Session,
    row: UnblockRequestRow,
    approval: Approval,
    document: Document,
    actor: Actor,
) -> Override:
    askers = unblock_requests.askers_of(session, row.id)
    who = frozenset(one.person or one.device for one in askers) - {""}
    if not who:
        raise UnusableError(
            "Nobody knows who asked, so it cannot be opened for them alone: approve it for their "
            "group, or refuse it."
        )
    wanted = Override(
        id=0,
        who=Who(people=who),
        since=actor.at,
        until=until_the_bell(document.timetable, document.ceiling, actor.at),
        by=actor.who,
        reason=approval.reason.strip(),
        site=row.host,
    )
    return overrides.add(session, wanted, document, FROM_REQUEST, row.school_id)


def _decided(
    session: Session, row: UnblockRequestRow, stage: Stage, answer: Approval, actor: Actor
) -> Request:
    vault = vault_of(session)
    row.state, row.decided_at, row.decided_by = stage, actor.at, actor.who
    row.words = vault.seal(said(answer.words).encode()) if answer.words else None
    askers = unblock_requests.askers_of(session, row.id)
    session.flush()
    told = {
        "before": {"state": Stage.OPEN.value, "asked": row.count},
        "after": {
            "state": stage.value,
            "scope": row.scope,
            "groups": list(row.groups),
            "override": row.override_id,
            "own entry": row.entry_id,
        },
        "host": row.host,
        "reason": answer.reason or said(answer.words),
        "minutes": _minutes(row.made_at, actor.at),
        "how": answer.how,
    }
    audit.record_by(session, actor, stage.value, "unblock request", str(row.id), told)
    return unblock_requests.told(row, vault, askers)


def _minutes(since: datetime, until: datetime) -> float:
    return round((until - since).total_seconds() / 60, 1)
